"""Scores a tenant's leads again from their saved events, in chunks, when its ICP or weights have changed.

Leads that the present profile has already scored are skipped, so that after a crash only the rest is scored and
nothing is announced twice.
"""

from typing import NamedTuple

from common.contracts import LeadScored
from common.postgres import Connection
from scorer import scoring
from scorer.adapters import features, scores
from scorer.core.scoring_profile import ProfileCache

CHUNK = 200


class Rescored(NamedTuple):
    """A chunk of leads that were scored again, and those of them whose score or rationale changed."""

    leads: int
    changed: list[LeadScored]
    #: The company to go on after; `None`: there are no more.
    last: int | None


async def rescore(tx: Connection, profile_cache: ProfileCache, *, after: int) -> Rescored:
    """Scores the next chunk of leads after a company again. The caller announces `changed` in the same transaction."""
    profile = await scoring.locked_profile(tx, profile_cache)
    company_ids = await features.find_due(tx, profile, after=after, most=CHUNK)
    if not company_ids:
        return Rescored(0, [], None)
    events = await features.lock_due(tx, profile, company_ids)
    known = await scores.find(tx, company_ids)
    saved = await scoring.save_newest(tx, profile, events)
    changed = [
        saved.to_event(company_id)
        for company_id, rating in saved.ratings.items()
        if known.get(company_id) != (rating.score, rating.rationale)
    ]
    return Rescored(len(events), changed, company_ids[-1])
