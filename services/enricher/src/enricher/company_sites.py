"""`company_sites`: the site that a search found for a company, how sure it is, and what shows it. For every tenant."""

from dataclasses import dataclass
from datetime import timedelta

from common.postgres import Connection

FIND = """
    SELECT domain, guess, confidence, evidence, found_at > clock_timestamp() - $2::interval AS is_fresh
      FROM company_sites
     WHERE company_id = $1
"""
SAVE = """
    INSERT INTO company_sites AS known (company_id, domain, guess, confidence, evidence, found_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp())
    ON CONFLICT (company_id) DO UPDATE
       SET domain = excluded.domain, guess = excluded.guess, confidence = excluded.confidence,
           evidence = excluded.evidence, found_at = excluded.found_at
"""


@dataclass(frozen=True, slots=True)
class FoundSite:
    """`domain` proved itself; a `guess` (a URL) did not; neither: nothing was found. `evidence` is in words."""

    domain: str | None = None
    guess: str | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptSite:
    """What was found, and whether that is no longer ago than it may be."""

    site: FoundSite
    is_fresh: bool


async def find(tx: Connection, company_id: int, fresh_for: timedelta) -> KeptSite | None:
    """What was found the last time."""
    row = await tx.fetchrow(FIND, company_id, fresh_for)
    if row is None:
        return None
    site = FoundSite(row["domain"], row["guess"], row["confidence"], tuple(row["evidence"]))
    return KeptSite(site, row["is_fresh"])


async def save(tx: Connection, company_id: int, found: FoundSite) -> None:
    """Keeps what was found; the latest search holds."""
    await tx.execute(SAVE, company_id, found.domain, found.guess, found.confidence, list(found.evidence))
