"""`company_facts`: of each field of a company the fact that wins, over all enrichments and for every tenant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from common.postgres import Connection
from enricher.facts import Fact, Field, merge

#: Two enrichments of one company at once, of two tenants: the second merges into what the first has written.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('company_facts', $1))"
READ = """
    SELECT field, value, source_url, method, confidence, quote, found_at FROM company_facts WHERE company_id = $1
"""
SAVE = """
    INSERT INTO company_facts AS known (company_id, field, value, source_url, method, confidence, quote, found_at)
    SELECT $1, *
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::timestamptz[])
    ON CONFLICT (company_id, field) DO UPDATE
       SET value = excluded.value, source_url = excluded.source_url, method = excluded.method,
           confidence = excluded.confidence, quote = excluded.quote, found_at = excluded.found_at
     WHERE (known.value, known.source_url, known.method, known.confidence, known.quote, known.found_at)
           IS DISTINCT FROM (excluded.value, excluded.source_url, excluded.method, excluded.confidence,
                             excluded.quote, excluded.found_at)
"""


async def keep(tx: Connection, company_id: int, facts: Iterable[Fact], *, now: datetime) -> dict[Field, Fact]:
    """Merges what was found now into what is known, and returns what wins. A missing value erases nothing."""
    await tx.execute(ONE_AT_A_TIME, company_id)
    kept = [Fact(**dict(row)) for row in await tx.fetch(READ, company_id)]
    winners = merge(kept, (replace(fact, found_at=fact.found_at or now) for fact in facts))
    rows = [
        (it.field, it.value, it.source_url, it.method, it.confidence, it.quote, it.found_at or now)
        for _, it in sorted(winners.items())
    ]
    if rows:
        await tx.execute(SAVE, company_id, *zip(*rows, strict=True))
    return winners
