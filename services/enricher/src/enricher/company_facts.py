"""`company_facts`: of each field of a company the fact that wins, over all enrichments and for every tenant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from common.postgres import Connection
from enricher.extract.facts import Fact, Field, merge

#: Two enrichments of one company at once, of two tenants: the second merges into what the first has written.
ONE_AT_A_TIME = """
    SELECT pg_advisory_xact_lock(hashtextextended('company_facts', company_id))
      FROM unnest($1::bigint[]) AS wanted (company_id)
"""
READ = """
    SELECT company_id, field, value, source_url, method, confidence, quote, found_at
      FROM company_facts WHERE company_id = ANY($1::bigint[])
"""
SAVE = """
    INSERT INTO company_facts AS known (company_id, field, value, source_url, method, confidence, quote, found_at)
    SELECT *
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[],
                  $8::timestamptz[])
    ON CONFLICT (company_id, field) DO UPDATE
       SET value = excluded.value, source_url = excluded.source_url, method = excluded.method,
           confidence = excluded.confidence, quote = excluded.quote, found_at = excluded.found_at
     WHERE (known.value, known.source_url, known.method, known.confidence, known.quote, known.found_at)
           IS DISTINCT FROM (excluded.value, excluded.source_url, excluded.method, excluded.confidence,
                             excluded.quote, excluded.found_at)
"""


@dataclass(frozen=True, slots=True)
class FoundNow:
    """What an enrichment of a company has found at that time."""

    company_id: int
    facts: Sequence[Fact]
    now: datetime


async def keep(tx: Connection, found: Sequence[FoundNow]) -> list[dict[Field, Fact]]:
    """Merges what was found into what is known, and returns what wins. A missing value erases nothing."""
    companies = sorted({it.company_id for it in found})
    await tx.execute(ONE_AT_A_TIME, companies)
    known: dict[int, dict[Field, Fact]] = {company_id: {} for company_id in companies}
    for company_id, *columns in await tx.fetch(READ, companies):
        known[company_id][columns[0]] = Fact(*columns)
    before = {company_id: dict(facts) for company_id, facts in known.items()}
    won = []
    for it in found:
        fresh = (replace(fact, found_at=fact.found_at or it.now) for fact in it.facts)
        known[it.company_id] = merge(known[it.company_id].values(), fresh)
        won.append(known[it.company_id])
    rows = [
        (company_id, it.field, it.value, it.source_url, it.method, it.confidence, it.quote, it.found_at)
        for company_id in companies
        for _, it in sorted(known[company_id].items())
        if before[company_id].get(it.field) != it
    ]
    if rows:
        await tx.execute(SAVE, *zip(*rows, strict=True))
    return won
