"""The table `company_facts`: the winning fact of each field of a company, shared by all tenants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from common.postgres import Connection
from enricher.extract.facts import Fact, Field, merge

#: Serialises two enrichments of one company: the second merges into what the first has written.
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
class NewFacts:
    """Facts that an enrichment found at `now`."""

    company_id: int
    facts: Sequence[Fact]
    now: datetime


async def save(tx: Connection, found: Sequence[NewFacts]) -> list[dict[Field, Fact]]:
    """Merges new facts into the saved ones, and returns the winners. A missing value does not erase a saved one."""
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
