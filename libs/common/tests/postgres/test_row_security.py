"""Tenants never meet, on a real PostgreSQL: asked of every table with tenants that the migrations make."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import asyncpg
import pytest

from common.postgres import SERVICE_ROLE, Connection, Database

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: Tables with a `tenant_id` that are no tenant's own: who there is, what the services look at across tenants, and what
#: operators did, which no service may read.
SHARED = {"tenants", "inbox", "inbox_pauses", "request_rates", "dead_letter_actions", "list_changes"}

TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AS on, c.relforcerowsecurity AS forced,
           pg_get_userbyid(c.relowner) AS owner,
           ARRAY(SELECT p.polname || ': ' || pg_get_expr(p.polqual, p.polrelid) || ' / ' ||
                        coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing')
                   FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polpermissive) AS policies,
           EXISTS (SELECT 1 FROM pg_index i JOIN pg_am a ON a.amname = 'btree'
                     JOIN pg_class x ON x.oid = i.indexrelid AND x.relam = a.oid
                    WHERE i.indrelid = c.oid AND i.indkey[0] = t.attnum AND i.indisvalid) AS indexed
      FROM pg_class c
      JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     ORDER BY c.relname
"""

RUN = "'00000000-0000-0000-0000-00000000000a'"
#: One row of each tenant's table, for tenant $1; the columns that have to be given, and nothing else.
ROWS = {
    "agent_threads": f"(tenant_id, thread_id, subject) VALUES ($1, {RUN}, 'ann')",
    "agent_runs": f"(tenant_id, run_id, thread_id, input, lease_until) VALUES ($1, {RUN}, {RUN}, '{{}}', now())",
    "agent_checkpoints": f"(tenant_id, thread_id, checkpoint_id, added) VALUES ($1, {RUN}, {RUN}, '[]')",
    "agent_events": f"(tenant_id, run_id, number, key, event, data) VALUES ($1, {RUN}, 1, 'state', 'values', '{{}}')",
    "api_keys": "(tenant_id, key_id, name, role, digest, created_by)"
    " VALUES ($1, '0123456789ab', 'chat', 'sdr', sha256('key'), 'ann')",
    "audit_log": "(tenant_id, actor, role, source, act, object)"
    " VALUES ($1, 'ann', 'admin', 'oidc token', 'user.saved', 'bob')",
    "background_jobs": "(job_id, tenant_id, job_type, status, params, total, asked)"
    " VALUES (gen_random_uuid(), $1, 'staging_upsert', 'queued', '{}', 1, gen_random_uuid()::text)",
    "company_enrichment_runs": "VALUES ($1, 1, gen_random_uuid(), gen_random_uuid(), 'nightly', 'visited', '[]', '{}',"
    " '{}', 1, now())",
    "contacts": "VALUES ($1, 1, 'email', 'info@acme.sg', true, 'http://acme.sg')",
    "email_verifications": "(tenant_id, email, status, verified_at) VALUES ($1, 'info@acme.sg', 'valid', now())",
    "enrichment_runs": "(tenant_id, run_id, night, trigger, status, cap, requested_at, started_at, window_ends_at)"
    f" VALUES ($1, {RUN}, '2026-11-29', 'command', 'done', 20, now(), now(), now())",
    "run_manifests": "(tenant_id, run_id, night, source, company_ids, caps, vendor_budget, considered)"
    f" VALUES ($1, {RUN}, '2026-11-29', 'selection', '{{1}}', '{{}}', '{{}}', '{{}}')",
    "requested_enrichments": "(tenant_id, request_id, company_id, event_id, requested_by, requested_at)"
    f" VALUES ($1, {RUN}, 1, {RUN}, 'ann', now())",
    "run_companies": "(tenant_id, run_id, company_id, night, position, uen, name, reason, detail, event_id,"
    f" enriched_id, scored_id) VALUES ($1, {RUN}, 1, '2026-11-29', 1, 'U1', 'ACME', 'new', 'not seen before',"
    " gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
    "run_stage_stats": f"(tenant_id, run_id, stage, counts) VALUES ($1, {RUN}, 'enrich', '{{}}')",
    "shortlist_leads": "(tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,"
    f" model_version, enriched_at, features) VALUES ($1, {RUN}, 1, '2026-11-29', false, true, 0.5, 'Medium', 'because',"
    " '1', now(), '{}')",
    "icp_candidate_companies": "VALUES ($1, 1, gen_random_uuid())",
    "icp_rules": "VALUES ($1)",
    "chat_ttfb": "(tenant_id, ttfb_ms) VALUES ($1, 87.5)",
    "lead_feedback": "(tenant_id, company_id, outcome, actor, score) VALUES ($1, 1, 'won', 'rep@acme.sg', 0.5)",
    "lead_features": "VALUES ($1, 1, '{}', '1', now())",
    "lead_scores": "VALUES ($1, 1, 0.5, 'Medium', 'because', '1', now())",
    "list_clocks": "VALUES ($1)",
    "listed_companies": "(tenant_id, company_id, updated_at, is_candidate, facet, name_key)"
    " VALUES ($1, 1, now(), true, 0, 'acme')",
    "lead_wordings": "VALUES ($1, 'hash', 'because', now())",
    "odoo_connections": "VALUES ($1, 'http://odoo', 'leads', '')",
    "odoo_links": "VALUES ($1, 1, 'no_connection', NULL, NULL, NULL, now())",
    "odoo_checks": "VALUES ($1, now(), '{}')",
    "odoo_matches": "(tenant_id, company_id, place) VALUES ($1, 1, 'http://odoo leads')",
    "odoo_states": "VALUES ($1, 'no such key')",
    "scoring_models": "VALUES ($1, '{}', '1')",
    "scoring_profiles": "VALUES ($1, '{}', now())",
    "tenant_users": "VALUES ($1, 'rep@acme.sg')",
    "vendor_answers": "VALUES ($1, 'tavily', 'hash')",
    "vendor_usage": "VALUES ($1, current_date, 'tavily', 1)",
    "wording_usage": "VALUES ($1, current_date, 1)",
}


@pytest.fixture
async def filled(owner: Owner) -> dict[str, str]:
    """A row of tenant 1 and one of tenant 2 in every table of tenants; table name to the rest of its INSERT."""
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME')")
    for table, row in ROWS.items():
        await owner.executemany(f"INSERT INTO {table} {row}", [(1,), (2,)])
        await owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {SERVICE_ROLE}")
    return ROWS


async def tenants_in(tx: Connection, table: str) -> list[int]:
    return [row["tenant_id"] for row in await tx.fetch(f"SELECT tenant_id FROM {table} ORDER BY 1")]


async def test_every_table_of_tenants_has_its_policy_and_an_index(owner: Owner) -> None:
    """Enabled, forced, typed, for reading and writing alike, and no way to look things up but by tenant first."""
    tables = {row["name"]: row for row in await owner.fetch(TABLES)}
    assert set(tables) > SHARED
    wanted = "(tenant_id = (NULLIF(current_setting('request.tenant_id'::text, true), ''::text))::integer)"
    for name in set(tables) - SHARED:
        table = tables[name]
        assert (name, table["on"], table["forced"]) == (name, True, True)
        assert (name, table["policies"]) == (name, [f"one_tenant: {wanted} / {wanted}"])
        assert (name, table["indexed"]) == (name, True)


async def test_every_table_of_tenants_is_tried_out_below(owner: Owner) -> None:
    """A new one needs a row in ROWS."""
    assert {row["name"] for row in await owner.fetch(TABLES)} - SHARED == set(ROWS)


@pytest.mark.parametrize("table", ROWS)
async def test_a_tenant_sees_and_writes_its_own_rows_only(
    table: str, filled: dict[str, str], owner: Owner, database: Database
) -> None:
    """Even with every right on the table: another's rows cannot be read, changed, deleted, added or taken over."""
    async with database.transaction(1) as tx:
        assert await tenants_in(tx, table) == [1]
        assert await tx.execute(f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = 2") == "UPDATE 0"
        assert await tx.execute(f"DELETE FROM {table} WHERE tenant_id = 2") == "DELETE 0"
    for statement in (f"INSERT INTO {table} {filled[table].replace('$1', '2')}", f"UPDATE {table} SET tenant_id = 2"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with database.transaction(1) as tx:
                await tx.execute(statement)
    assert [row[0] for row in await owner.fetch(f"SELECT tenant_id FROM {table} ORDER BY 1")] == [1, 2]


async def test_a_tenant_that_a_reading_statement_sets_ends_with_it(database: Database) -> None:
    """The next statement of the same connection has none."""
    async with database.read(1) as connection:
        set_to = await connection.fetchval("SELECT set_config('request.tenant_id', '1', true)")
        assert (set_to, await connection.fetchval("SELECT tenant()")) == ("1", None)


@pytest.mark.parametrize("way", [Database.without_tenant, Database.statement], ids=["without_tenant", "statement"])
@pytest.mark.parametrize("table", ROWS)
async def test_without_a_tenant_no_tenants_rows_are_seen_or_written(
    table: str,
    way: Callable[[Database], AbstractAsyncContextManager[Connection]],
    filled: dict[str, str],
    database: Database,
) -> None:
    """Without a tenant no tenant's rows are seen or written, also on a connection on which a tenant was set before."""
    async with database.transaction(1) as tx:
        session = await tx.fetchval("SELECT pg_backend_pid()")
    async with way(database) as tx:
        assert await tx.fetchval("SELECT pg_backend_pid()") == session
        assert await tenants_in(tx, table) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with way(database) as tx:
            await tx.execute(f"INSERT INTO {table} {filled[table].replace('$1', '1')}")


async def test_services_work_as_a_role_that_owns_nothing_and_bypasses_nothing(owner: Owner, database: Database) -> None:
    """Every connection there is: of a tenant, without a tenant, of a lock."""
    async with database.transaction(1) as one, database.without_tenant() as other, database.lock("a lock") as session:
        assert session is not None
        for connection in (one, other, session):
            assert await connection.fetchval("SELECT current_user") == SERVICE_ROLE
    role = await owner.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles WHERE rolname = $1",
        SERVICE_ROLE,
    )
    assert role is not None
    assert not any(role.values())
    owned = "SELECT count(*) FROM {} WHERE pg_get_userbyid({}) = $1"
    for catalogue, column in (("pg_class", "relowner"), ("pg_proc", "proowner"), ("pg_namespace", "nspowner")):
        assert await owner.fetchval(owned.format(catalogue, column), SERVICE_ROLE) == 0
    assert await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", SERVICE_ROLE) is False
