"""Saves register entries for a tenant in one statement: companies, the tenant's candidates, and events.

A company is announced (CompanyUpserted) when it became the tenant's candidate or its facts changed, so a repeat
announces nothing. PostgreSQL builds the events itself, tens of thousands a second; they never pass through this
process.
"""

from collections.abc import Sequence
from uuid import UUID

from common.contracts import Company
from common.delivery.outbox import EventTemplate
from common.postgres import Connection
from upserter.tables import companies
from upserter.tables.companies import FACTS

_CONTRACT = ", ".join(("company_id", "entry AS uen", *FACTS))

# $1 entries, $2 the request, $3 to $7 the template of the events, which become one bundle. Candidates are written after
# the companies and in one order: see companies.BY_UEN. A new company cannot be anybody's candidate yet, so its insert
# needs no ON CONFLICT. Values that are the same for all rows are subqueries: they are computed once.
TAIL = f"""
    , of_new_companies AS (
        INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
        SELECT (SELECT tenant()), company_id, $2 FROM written WHERE inserted),
    added AS (
        INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
        SELECT (SELECT tenant()), company_id, $2 FROM written WHERE NOT inserted ORDER BY company_id
        ON CONFLICT (tenant_id, company_id) DO NOTHING
     RETURNING company_id),
    announced AS MATERIALIZED (
        SELECT (SELECT tenant() || ':') || entry AS key, inserted,
               (SELECT row_to_json(company) FROM (SELECT {_CONTRACT}) AS company) AS company
          FROM written LEFT JOIN added USING (company_id)
         WHERE changed OR added.company_id IS NOT NULL),
    emitted AS (
        INSERT INTO outbox_upserter (producer, topic, value, headers, lane, events)
        SELECT 'upserter', $3, convert_to(string_agg(concat(
                   derived_id($6, $7, key), E'\t', to_json(key), E'\t',
                   (SELECT concat('{{"tenant_id":', tenant(), ',"job_id":"', $2::uuid, '","inserted":')),
                   inserted::text, ',"company":', company, '}}'), E'\n'), 'UTF8'),
               $5, $4, count(*)
          FROM announced HAVING count(*) > 0
     RETURNING 1)
"""
COUNTED = "SELECT count(*) FROM written"
SHOWN = f"SELECT {_CONTRACT} FROM written"


async def save_all(tx: Connection, entries: Sequence[str], job_id: UUID, template: EventTemplate) -> int:
    """Saves entries for the transaction's tenant and announces them by `template`. Returns the number of companies.

    May be repeated: a candidate keeps the `job_id` of the first request that found it.
    """
    saved = 0
    for statement, share in companies.statements_for(entries):
        await companies.lock_names(tx, statement, share)
        saved += await tx.fetchval(statement + TAIL + COUNTED, share, job_id, *template)
    return saved


async def save_and_show(tx: Connection, entries: Sequence[str], job_id: UUID, template: EventTemplate) -> list[Company]:
    """Saves a few entries, and returns their companies as stored, in the given order."""
    saved: dict[str, Company] = {}
    for statement, share in companies.statements_for(entries):
        await companies.lock_names(tx, statement, share)
        rows = await tx.fetch(statement + TAIL + SHOWN, share, job_id, *template)
        saved |= {row["uen"]: Company(**dict(row)) for row in rows}
    return [saved[entry] for entry in entries if entry in saved]
