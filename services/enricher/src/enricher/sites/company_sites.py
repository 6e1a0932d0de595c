"""The table `company_sites`: the site that a search found for a company, with its evidence, shared by all tenants."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from common.postgres import Connection

FIND = """
    SELECT company_id, domain, guess, confidence, evidence, found_at > clock_timestamp() - $2::interval AS is_fresh
      FROM company_sites
     WHERE company_id = ANY($1::bigint[])
"""
SAVE = """
    INSERT INTO company_sites AS known (company_id, domain, guess, confidence, evidence, found_at)
    SELECT company_id, domain, guess, confidence, ARRAY(SELECT json_array_elements_text(evidence)), clock_timestamp()
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::json[])
           AS fresh (company_id, domain, guess, confidence, evidence)
     ORDER BY company_id
    ON CONFLICT (company_id) DO UPDATE
       SET domain = excluded.domain, guess = excluded.guess, confidence = excluded.confidence,
           evidence = excluded.evidence, found_at = excluded.found_at
"""


@dataclass(frozen=True, slots=True)
class FoundSite:
    """The result of a search: a proven `domain`, an unproven `guess` (a URL), or neither. `evidence` is in words."""

    domain: str | None = None
    guess: str | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CachedSite:
    """A saved result, and whether it is fresh."""

    site: FoundSite
    is_fresh: bool


async def find(tx: Connection, wanted: Sequence[tuple[int, timedelta]]) -> list[CachedSite | None]:
    """Finds the saved result of each company, with the time for which it is fresh."""
    found: dict[tuple[int, timedelta], CachedSite] = {}
    for fresh_for in {fresh_for for _, fresh_for in wanted}:
        for row in await tx.fetch(FIND, sorted({id_ for id_, span in wanted if span == fresh_for}), fresh_for):
            site = FoundSite(row["domain"], row["guess"], row["confidence"], tuple(row["evidence"]))
            found[row["company_id"], fresh_for] = CachedSite(site, row["is_fresh"])
    return [found.get(it) for it in wanted]


async def save(tx: Connection, found: Sequence[tuple[int, FoundSite]]) -> list[None]:
    """Saves the result of each company; the latest search wins."""
    rows = [
        (company_id, it.domain, it.guess, it.confidence, json.dumps(it.evidence))
        for company_id, it in dict(found).items()
    ]
    await tx.execute(SAVE, *zip(*rows, strict=True))
    return [None] * len(found)
