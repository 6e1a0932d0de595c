"""Makes entries of the register a tenant's companies, in one statement: upserted, its candidates, and told.

A company is told of (CompanyUpserted) when it became the tenant's candidate or its facts changed; so a repeat tells
nothing. The events are put together by PostgreSQL: tens of thousands a second, and none of them passes through here.
"""

from collections.abc import Sequence
from uuid import UUID

from common.contracts import Company
from common.outbox import EventTemplate
from common.postgres import Connection
from upserter import companies
from upserter.companies import FACTS

_CONTRACT = ", ".join(("company_id", "entry AS uen", *FACTS))

# $1 entries, $2 the request, $3 to $7 the template of the events, which are told as one bundle. Candidates are written
# after the companies, and in one order: see companies.BY_UEN. A company that is new can be nobody's candidate yet, so
# nobody is in the way of those. What is the same for all rows is a subquery: it is worked out once.
TAIL = f"""
    , begun AS (
        INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
        SELECT (SELECT tenant()), company_id, $2 FROM written WHERE inserted),
    added AS (
        INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
        SELECT (SELECT tenant()), company_id, $2 FROM written WHERE NOT inserted ORDER BY company_id
        ON CONFLICT (tenant_id, company_id) DO NOTHING
     RETURNING company_id),
    news AS MATERIALIZED (
        SELECT (SELECT tenant() || ':') || entry AS key, inserted,
               (SELECT row_to_json(company) FROM (SELECT {_CONTRACT}) AS company) AS company
          FROM written LEFT JOIN added USING (company_id)
         WHERE changed OR added.company_id IS NOT NULL),
    told AS (
        INSERT INTO outbox_upserter (producer, topic, value, headers, lane, events)
        SELECT 'upserter', $3, convert_to(string_agg(concat(
                   derived_id($6, $7, key), E'\t', to_json(key), E'\t',
                   (SELECT concat('{{"tenant_id":', tenant(), ',"job_id":"', $2::uuid, '","inserted":')),
                   inserted::text, ',"company":', company, '}}'), E'\n'), 'UTF8'),
               $5, $4, count(*)
          FROM news HAVING count(*) > 0
     RETURNING 1)
"""
COUNTED = "SELECT count(*) FROM written"
SHOWN = f"SELECT {_CONTRACT} FROM written"


async def save_all(tx: Connection, entries: Sequence[str], job_id: UUID, news: EventTemplate) -> int:
    """Saves the entries for the transaction's tenant. `job_id` names the request that found them, `news` its events.

    Returns how many companies that came to. May be repeated: `job_id` stays that of the request that was first.
    """
    saved = 0
    for statement, share in companies.by_identity(entries):
        await companies.lock(tx, statement, share)
        saved += await tx.fetchval(statement + TAIL + COUNTED, share, job_id, *news)
    return saved


async def save_and_show(tx: Connection, entries: Sequence[str], job_id: UUID, news: EventTemplate) -> list[Company]:
    """The same for a few, which it returns as they stand now, in the order given."""
    saved: dict[str, Company] = {}
    for statement, share in companies.by_identity(entries):
        await companies.lock(tx, statement, share)
        rows = await tx.fetch(statement + TAIL + SHOWN, share, job_id, *news)
        saved |= {row["uen"]: Company(**dict(row)) for row in rows}
    return [saved[entry] for entry in entries if entry in saved]
