"""`company_sites`: the site that a search found for a company, how sure it is, and what shows it. For every tenant."""

from dataclasses import dataclass
from datetime import timedelta

from common.postgres import Connection

FRESH = """
    SELECT domain, guess, confidence, evidence FROM company_sites
     WHERE company_id = $1 AND found_at > clock_timestamp() - $2::interval
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


async def fresh(tx: Connection, company_id: int, within: timedelta) -> FoundSite | None:
    """What was found no longer ago than `within`."""
    row = await tx.fetchrow(FRESH, company_id, within)
    return None if row is None else FoundSite(row["domain"], row["guess"], row["confidence"], tuple(row["evidence"]))


async def save(tx: Connection, company_id: int, found: FoundSite) -> None:
    """Keeps what was found; the latest search holds."""
    await tx.execute(SAVE, company_id, found.domain, found.guess, found.confidence, list(found.evidence))
