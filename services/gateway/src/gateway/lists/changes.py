"""Updates the lists (`listed_companies`, `list_clocks`) from the tables that they are built from.

A note in `list_changes` only says that a company may have changed. What its row should be is read from the tables, so a
note may be handled twice, late, or together with others. The rows never leave the database.
"""

from common.postgres import Connection, Database
from gateway.lists.cursors import KEPT
from gateway.lists.items import COMPANY, LEAD, MADE

#: Companies at once, unless a single note has more: a job's batch has up to 5,000.
AT_ONCE = 2_000
#: Notes at once.
NOTES = 1_000

NEXT_TENANT = """
    SELECT coalesce((SELECT tenant_id FROM list_changes WHERE tenant_id > $1 ORDER BY tenant_id LIMIT 1),
                    (SELECT tenant_id FROM list_changes ORDER BY tenant_id LIMIT 1))
"""
#: Not by ON CONFLICT alone, which waits while another replica holds the clock.
CLOCK = """
    INSERT INTO list_clocks (tenant_id)
    SELECT tenant() WHERE NOT EXISTS (SELECT FROM list_clocks WHERE tenant_id = tenant()) ON CONFLICT DO NOTHING
"""
#: Whoever holds the tenant's clock changes its lists. A later version always has a later time.
HOLD = """
    SELECT greatest(clock_timestamp(), at + interval '1 microsecond') FROM list_clocks
     WHERE tenant_id = tenant() FOR UPDATE SKIP LOCKED
"""
_TAKE = """
    WITH noted AS (
        DELETE FROM list_changes WHERE tenant_id = {tenant} AND id IN (
            SELECT id FROM (
                SELECT id, sum(cardinality(company_ids)) OVER (ORDER BY id) - cardinality(company_ids) AS before
                  FROM (SELECT id, company_ids FROM list_changes WHERE tenant_id = {tenant} ORDER BY id LIMIT $1
                           FOR UPDATE SKIP LOCKED) AS oldest) AS counted
             WHERE before < $2)
     RETURNING company_ids),
    ids AS MATERIALIZED (SELECT DISTINCT unnest(company_ids) AS company_id FROM noted)
"""
#: A row whose place or filters change gets a successor. One of which only an item changes is written again, as it is.
#: Rows that are there already are changed by ON CONFLICT, which finds them by their key. An UPDATE would be a join:
#: PostgreSQL expects no rows of a tenant that was not there when it last counted, and would read all of them for each.
FOLD = (
    _TAKE.format(tenant="tenant()")
    + f""",
    fresh AS MATERIALIZED (
        SELECT ids.company_id, company.*, lead.*, candidate.company_id IS NOT NULL AS is_candidate,
               (CASE lead.bucket WHEN 'High' THEN 6 WHEN 'Medium' THEN 4 WHEN 'Low' THEN 2 ELSE 0 END
                + (contact.company_id IS NOT NULL)::int)::smallint AS facet,
               coalesce(company.ssic_version, '2020') || ':' || company.industry_code AS industry,
               name_key(company.name) AS name_key
          FROM ids
         CROSS JOIN {COMPANY.format(of="ids")} AS company
          LEFT JOIN {LEAD.format(of="ids")} AS lead ON true
          LEFT JOIN LATERAL (SELECT company_id FROM icp_candidate_companies
                              WHERE tenant_id = tenant() AND company_id = ids.company_id LIMIT 1) AS candidate ON true
          LEFT JOIN LATERAL (SELECT company_id FROM contacts
                              WHERE tenant_id = tenant() AND company_id = ids.company_id AND kind = 'email'
                                AND status = 'valid' LIMIT 1) AS contact ON true
         WHERE candidate.company_id IS NOT NULL OR lead.score IS NOT NULL),
    compared AS (
        SELECT fresh.*, known.updated_at AS known_at, known.candidate AS known_candidate, known.lead AS known_lead,
               known.updated_at IS NULL
                   OR (known.is_candidate, known.facet, known.name_key)
                       <> (fresh.is_candidate, fresh.facet, fresh.name_key)
                   OR known.score IS DISTINCT FROM fresh.score OR known.industry IS DISTINCT FROM fresh.industry
                   AS is_moved
          FROM fresh
          LEFT JOIN LATERAL (SELECT is_candidate, score, facet, industry, name_key, updated_at, candidate, lead
                               FROM listed_companies
                              WHERE tenant_id = tenant() AND company_id = fresh.company_id AND until = 'infinity'
                              ORDER BY updated_at DESC LIMIT 1) AS known ON true),
    placed AS (
        SELECT compared.*, CASE WHEN is_moved THEN $3 ELSE known_at END AS listed_at FROM compared),
    made AS MATERIALIZED (
        SELECT company_id, is_candidate, facet, score, industry, name_key, is_moved, known_at, known_candidate,
               known_lead, CASE WHEN is_candidate THEN {MADE["candidate"]} END AS candidate,
               CASE WHEN score IS NOT NULL THEN {MADE["lead"]} END AS lead
          FROM placed),
    versions AS (
        SELECT company_id, $3 AS updated_at, 'infinity'::timestamptz AS until, is_candidate, facet, score, industry,
               name_key, candidate, lead
          FROM made WHERE is_moved
         UNION ALL
        SELECT company_id, known_at, $3, is_candidate, facet, score, industry, name_key, known_candidate, known_lead
          FROM made WHERE is_moved AND known_at IS NOT NULL
         UNION ALL
        SELECT company_id, known_at, 'infinity', is_candidate, facet, score, industry, name_key, candidate, lead
          FROM made WHERE NOT is_moved AND (known_candidate, known_lead) IS DISTINCT FROM (candidate, lead)),
    written AS (
        INSERT INTO listed_companies (tenant_id, company_id, updated_at, until, is_candidate, facet, score, industry,
                                      name_key, candidate, lead)
        SELECT tenant(), versions.* FROM versions ORDER BY company_id
            ON CONFLICT (tenant_id, company_id, updated_at) DO UPDATE
           SET until = excluded.until, candidate = excluded.candidate, lead = excluded.lead),
    ticked AS (
        UPDATE list_clocks SET at = $3 WHERE tenant_id = tenant() AND EXISTS (SELECT FROM made WHERE is_moved))
    SELECT count(*) FROM noted
"""
)
#: As many as a fold adds, and more, so that they never pile up. The comparison with infinity is what the index of ended
#: versions has: without it all of a tenant's rows are read.
ENDED = """
    SELECT company_id, updated_at FROM listed_companies
     WHERE tenant_id = tenant() AND until < 'infinity' AND until < now() - $1::interval LIMIT $2
"""
#: One by one, by the primary key: a join would be planned as FOLD says.
FORGET = "DELETE FROM listed_companies WHERE tenant_id = tenant() AND company_id = $1 AND updated_at = $2"
#: Of companies that changed in the register: a note for each tenant, of which most will find nothing to do.
SPREAD = (
    _TAKE.format(tenant="0")
    + """,
    spread AS (
        INSERT INTO list_changes (tenant_id, company_ids)
        SELECT tenant_id, company_ids FROM tenants
         CROSS JOIN (SELECT array_agg(company_id) AS company_ids FROM ids HAVING count(*) > 0) AS every)
    SELECT count(*) FROM noted
"""
)


async def next_tenant(database: Database, after: int) -> int | None:
    """Finds the tenant after this one, in rotation, whose lists are out of date; 0 stands for all tenants."""
    async with database.statement() as tx:
        found: int | None = await tx.fetchval(NEXT_TENANT, after)
    return found


async def fold(database: Database, tenant_id: int) -> int:
    """Updates the companies of a tenant's oldest notes. Returns the number of notes.

    It is 0 while another replica works on the tenant's lists.
    """
    if tenant_id == 0:
        async with database.without_tenant() as tx:
            return int(await tx.fetchval(SPREAD, NOTES, AT_ONCE))
    async with database.transaction(tenant_id) as tx:
        await tx.execute(CLOCK)
        now = await tx.fetchval(HOLD)
        if now is None:
            return 0
        notes: int = await tx.fetchval(FOLD, NOTES, AT_ONCE, now)
        await _forget(tx)
        return notes


async def _forget(tx: Connection) -> None:
    ended = await tx.fetch(ENDED, KEPT, 2 * AT_ONCE)
    await tx.executemany(FORGET, [tuple(row) for row in ended])
