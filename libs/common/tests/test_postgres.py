"""The only way to a connection, on a real PostgreSQL: tenants never meet, and errors of a server that is away are not
those of ours. What holds for tables with tenants is asked of every one that the migrations make.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import asyncpg
import pytest

from common.errors import Permanent, Unavailable
from common.postgres import SERVICE_ROLE, Connection, Database
from embedded.ports import LOOPBACK, free_port
from testkit.stages import until

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


async def test_few_reads_run_at_a_time_and_of_one_tenant_half_of_them(database: Database) -> None:
    """The others wait, and leave the pool's other connections to the rest; a turn is free again after an error.

    So four slow reads of one tenant do not keep another tenant's waiting.
    """
    release = {1: asyncio.Event(), 2: asyncio.Event()}
    running = Counter[int]()

    async def read(tenant_id: int) -> int:
        async with database.read(tenant_id) as connection:
            running[tenant_id] += 1
            await release[tenant_id].wait()
            number: int = await connection.fetchval("SELECT 1")
        running[tenant_id] -= 1
        return number

    async def run(tenant_id: int, reads: int) -> bool:
        return running[tenant_id] == reads

    async def fail() -> None:
        async with database.read(1):
            raise ValueError("of the reader")

    at_once = Database.READS_AT_ONCE
    for _ in range(at_once + 1):
        with pytest.raises(ValueError, match="of the reader"):
            await fail()
    slow = [asyncio.create_task(read(1)) for _ in range(3 * at_once)]
    others = [asyncio.create_task(read(2)) for _ in range(3 * at_once)]
    try:
        await until(lambda: run(1, at_once // 2))
        await until(lambda: run(2, at_once // 2))
        assert database.use.in_use == at_once
        async with database.without_tenant() as tx:
            assert await tx.fetchval("SELECT 2") == 2
            assert database.use.in_use == at_once + 1
        release[2].set()
        assert await asyncio.gather(*others) == [1] * len(others)
        assert running[1] == at_once // 2
        release[1].set()
        assert await asyncio.gather(*slow) == [1] * len(slow)
        assert database.use.in_use == 0
    finally:
        for each in release.values():
            each.set()
        await asyncio.gather(*slow, *others, return_exceptions=True)


async def test_a_read_finds_a_server_that_was_away(database: Database, owner: Owner) -> None:
    """A connection that is kept for reads, and has broken meanwhile, is replaced."""
    async with database.read(1) as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
    await owner.fetchval("SELECT pg_terminate_backend($1, 10000)", pid)

    async def answers() -> bool:
        try:
            async with database.read(1) as connection:
                return bool(await connection.fetchval("SELECT pg_backend_pid()") != pid)
        except Unavailable:
            return False

    await until(answers)


async def test_a_read_that_is_cancelled_leaves_its_turn_and_its_connection(database: Database) -> None:
    """The next statement does not meet the answer of the one before."""
    began = asyncio.Event()

    async def read() -> None:
        async with database.read(1) as connection:
            began.set()
            await connection.fetchval("SELECT pg_sleep(600)")

    for _ in range(Database.READS_AT_ONCE):
        began.clear()
        reading = asyncio.create_task(read())
        await began.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    async with database.read(1) as connection:
        assert await connection.fetchval("SELECT 7") == 7


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


async def test_a_transaction_commits_at_its_end_and_not_on_an_error(owner: Owner, database: Database) -> None:
    """A transaction commits at its end and not on an error, and its error comes out as it was; the connection is as
    good as new.
    """
    async with database.transaction(1) as tx:
        await tx.execute("INSERT INTO companies (uen, name) VALUES ('KEPT', 'A')")

    async def fail() -> None:
        async with database.transaction(1) as tx:
            await tx.execute("INSERT INTO companies (uen, name) VALUES ('LOST', 'B')")
            raise Permanent("on purpose")

    with pytest.raises(Permanent, match="on purpose"):
        await fail()
    async with database.without_tenant() as tx:
        assert [row["uen"] for row in await tx.fetch("SELECT uen FROM companies")] == ["KEPT"]


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [
        ("SELEC 1", ()),
        ("SELECT * FROM no_such_table", ()),
        ("SELECT 1 / 0", ()),
        ("SELECT $1::int", ("no number",)),
        ("SELECT $1::int", ()),
        ("SELECT $1::int", (1, 2)),
    ],
)
async def test_an_error_of_ours_is_not_mistaken_for_an_outage(
    statement: str, arguments: tuple[object, ...], database: Database
) -> None:
    """Wrong SQL or wrong arguments would otherwise be tried for ever."""
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        async with database.without_tenant() as tx:
            await tx.fetch(statement, *arguments)


@pytest.mark.parametrize("when", ["during a query", "between two queries", "before the commit"])
async def test_a_session_that_is_killed_is_unavailable(when: str, owner: Owner, database: Database) -> None:
    """Whenever it happens; and the pool recovers by itself."""

    async def broken_off() -> None:
        async with database.transaction(1) as tx:
            session = await tx.fetchval("SELECT pg_backend_pid()")
            if when == "during a query":
                asleep = asyncio.create_task(tx.execute("SELECT pg_sleep(60)"))
                await until(lambda: is_asleep(owner, session))
            await owner.execute("SELECT pg_terminate_backend($1, 10000)", session)
            if when == "during a query":
                await asleep
            else:
                await until(lambda: is_noticed(tx))  # that the connection is gone is known before it is used again
            if when == "between two queries":
                await tx.execute("SELECT 1")

    with pytest.raises(Unavailable):
        await broken_off()
    async with database.without_tenant() as tx:
        assert await tx.fetchval("SELECT 1") == 1


async def is_asleep(owner: Owner, session: int) -> bool:
    return bool(await owner.fetchval("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1", session))


async def is_noticed(tx: Connection) -> bool:
    """The pool takes a broken connection away from whoever holds it; then even this question is refused."""
    try:
        return tx.is_closed()
    except asyncpg.InterfaceError:
        return True


async def test_a_server_that_does_not_answer_is_unavailable(database: Database) -> None:
    """Nothing listens there."""
    nowhere = f"postgresql://postgres@{LOOPBACK}:{free_port()}/postgres"
    with pytest.raises(Unavailable):
        await Database.connect(nowhere)
    with pytest.raises(Unavailable):
        async with Database(database._pool, nowhere, "test").lock("a lock"):
            pass


async def test_a_deadlock_is_to_be_tried_again(owner: Owner, database: Database) -> None:
    """PostgreSQL chooses a victim; the other goes through."""
    await owner.execute("INSERT INTO companies (uen, name) SELECT n::text, 'X' FROM generate_series(1, 2) n")
    both_hold = asyncio.Barrier(2)

    async def cross(*uens: str) -> None:
        async with database.without_tenant() as tx:
            for uen in uens:
                await tx.execute("UPDATE companies SET name = 'Y' WHERE uen = $1", uen)
                if uen == uens[0]:
                    await both_hold.wait()

    outcomes = await asyncio.gather(cross("1", "2"), cross("2", "1"), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Unavailable"]


async def test_a_lock_is_held_by_one_at_a_time(database_url: str, database: Database) -> None:
    """Others get None at once; it is free when the holder leaves, or loses its connection."""
    other = await Database.connect(database_url)
    try:
        async with database.lock("a lock") as held:
            assert held is not None
            async with other.lock("a lock") as refused, other.lock("another lock") as granted:
                assert refused is None
                assert granted is not None

        async def loses_its_connection() -> None:
            async with other.lock("a lock") as held:
                assert held is not None
                held.terminate()
                await until(lambda: is_free(database))
                await asyncio.Event().wait()  # the work goes on, until it notices

        with pytest.raises(Unavailable):
            await loses_its_connection()
        assert await is_free(database)
    finally:
        await other.close()


async def test_who_waits_for_a_lock_gets_it_after_its_holder(
    database_url: str, database: Database, owner: Owner
) -> None:
    """On one connection, however often it has to try."""
    order: list[str] = []
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waits' AND query LIKE '%advisory_lock%'"
    other = await Database.connect(database_url, name="waits")

    async def wait() -> None:
        async with other.lock("a lock", wait=True) as held:
            assert held is not None
            order.append("waited")

    try:
        async with database.lock("a lock"):
            task = asyncio.create_task(wait())

            async def is_waiting() -> bool:
                return bool(await owner.fetchval(waiting))

            await until(is_waiting)
            order.append("held")
        await asyncio.wait_for(task, 60)
    finally:
        await other.close()
    assert order == ["held", "waited"]


async def is_free(database: Database) -> bool:
    async with database.lock("a lock") as held:
        return held is not None


async def test_a_lock_is_kept_alive_by_its_holder_and_lost_by_one_that_is_frozen(
    database_url: str, database: Database, owner: Owner
) -> None:
    """PostgreSQL ends the session of a holder that says nothing for a while."""
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder'"
    holder = await Database.connect(database_url, size=1, name="holder")
    holder.LOCK_IDLE_S = 0.6
    try:
        async with holder.lock("a lock") as session:
            assert session is not None
            assert await session.fetchval("SHOW idle_session_timeout") == "600ms"
            backend = session.get_server_pid()
            seen: set[object] = set()

            async def was_kept_alive() -> bool:
                seen.add(await owner.fetchval("SELECT state_change FROM pg_stat_activity WHERE pid = $1", backend))
                return len(seen) >= 5

            await until(was_kept_alive)  # four words of its own: longer than it may be silent
            assert not await is_free(database)

        async def is_frozen() -> None:
            async with holder.lock("a lock") as session:
                assert session is not None
                freeze_until_free(database_url)
                await asyncio.Event().wait()

        with pytest.raises(Unavailable):
            await is_frozen()
    finally:
        await holder.close()
    assert await owner.fetchval(sessions) == 0


def freeze_until_free(database_url: str) -> None:
    """Stands still, with all tasks of this thread, until another process could have the lock."""

    async def look() -> None:
        other = await Database.connect(database_url, size=1)
        try:
            await until(lambda: is_free(other))
        finally:
            await other.close()

    thread = threading.Thread(target=lambda: asyncio.run(look()))
    thread.start()
    thread.join()
