"""What a request for companies comes to: counted, its best few saved, a job for the rest. All in one transaction."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from common.contracts import RequestIndustry, SearchAnswer
from common.postgres import Connection
from upserter import jobs, register
from upserter.companies import Upserted
from upserter.industries import Resolution
from upserter.jobs import Params
from upserter.normalising import normalise
from upserter.saving import save

#: How many names a preview shows.
PREVIEW = 20


class Found(NamedTuple):
    """The answer, the companies that were saved for it, and the job that is left, if any."""

    answer: SearchAnswer
    saved: list[Upserted]
    job_id: UUID | None


async def search(tx: Connection, request: RequestIndustry, resolution: Resolution, titles: Mapping[str, str]) -> Found:
    """Does what the request's mode asks for.

    'background' saves `sync_limit` companies and leaves a job for the others, `limit` of them at most. 'sync_preview'
    names some companies and saves nothing: their `company_id` is 0. 'off' just counts.
    """
    codes = resolution.codes
    resolved = list(resolution.industries)
    matches = await register.count_matches(tx, codes)
    if request.mode == "off":
        return Found(SearchAnswer(resolved=resolved, matches=matches, head=[], remaining=0), [], None)
    if request.mode == "sync_preview":
        best = await register.best_matches(tx, codes, limit=PREVIEW)
        named = [normalise(match.entry, titles) for match in best]
        return Found(SearchAnswer(resolved=resolved, matches=matches, head=named, remaining=0), [], None)

    best = await register.best_matches(tx, codes, limit=request.sync_limit)
    saved = await save(tx, best, titles, request.request_id)
    remaining = max(0, matches - len(saved))
    if request.limit is not None:
        remaining = min(remaining, request.limit)
    if remaining:
        after = best[-1].position if best else None
        params = Params(terms=request.terms, codes=list(codes), limit=request.limit, after=after)
        await jobs.create(tx, request.request_id, params, total=remaining)
    head = [each.company for each in saved]
    answer = SearchAnswer(resolved=resolved, matches=matches, head=head, remaining=remaining)
    return Found(answer, saved, request.request_id if remaining else None)
