"""Scores a tenant's leads again from what is kept of them, some hundred at a time, when its ICP or weights changed.

A lead that the tenant's present profile has scored already is passed over: so whoever takes the walk up again after a
crash does what is left of it, and nothing is announced twice.
"""

from typing import NamedTuple

from common.contracts import LeadScored
from common.postgres import Connection
from scorer import features, scores, scoring
from scorer.yardstick import Yardsticks

CHUNK = 200


class Rescored(NamedTuple):
    """Some leads that were scored again, and of these the ones of which something else is to be told now."""

    leads: int
    changed: list[LeadScored]
    #: Where to go on; None: there are no more.
    last: int | None


async def rescore(tx: Connection, yardsticks: Yardsticks, *, after: int) -> Rescored:
    """Scores the next leads after this company again. The transaction is to announce `changed`."""
    yardstick = await scoring.yardstick_of(tx, yardsticks)
    company_ids = await features.due(tx, yardstick, after=after, most=CHUNK)
    if not company_ids:
        return Rescored(0, [], None)
    events = await features.lock(tx, yardstick, company_ids)
    known = await scores.find(tx, company_ids)
    standing = await scoring.settle(tx, yardstick, events)
    changed = [
        standing.lead(company_id)
        for company_id, rating in standing.ratings.items()
        if known.get(company_id) != (rating.score, rating.rationale)
    ]
    return Rescored(len(events), changed, company_ids[-1])
