"""Executes a request for companies in one transaction: counts, saves the best few, and queues a job for the rest."""

from datetime import datetime, timedelta
from typing import NamedTuple

from common.contracts import Company, JobProgressed, Place, RequestIndustry, SearchAnswer
from common.delivery.outbox import EventTemplate
from common.postgres import Connection
from industries.index import IndustryIndex, Resolution
from upserter.bands import criteria_of
from upserter.model import Counts, Job, Params, Position, SearchCriteria, status_and_error
from upserter.refinements import YOUNG, refinements
from upserter.saving import save_and_show
from upserter.tables import candidates, companies, jobs, register

#: Number of companies in a preview.
PREVIEW = 20
#: Maximum number of known companies in an answer.
NAMED = 20
#: A match that the tenant had enriched this recently is not enriched again.
KNOWN_FOR = timedelta(days=7)
#: Maximum number of matches per look-up while the best ones are known already.
LARGEST_LOOK = 500


class SearchResult(NamedTuple):
    """The answer, the companies saved at once, and the job for the rest, if any; it may be running already.

    `refused` says why there is no job though there is a rest.
    """

    answer: SearchAnswer
    saved: list[Company]
    job: Job | None
    refused: str | None = None

    def to_event(self, request: RequestIndustry) -> JobProgressed:
        """Builds the event that answers the request. A refused job is an error without a job id."""
        status, error = status_and_error(self.job) if self.job else ("error" if self.refused else "done", None)
        return JobProgressed(
            tenant_id=request.tenant_id,
            request_id=request.request_id,
            job_id=self.job.job_id if self.job else None,
            status=status,
            processed=self.job.processed if self.job else 0,
            total=self.job.total if self.job else 0,
            error=self.refused or error,
            answer=self.answer,
            is_cancelled=(self.job is not None and self.job.status == "cancelled") or None,
        )


class _Head(NamedTuple):
    """The best entries to save, the known ones among them, and the position after which the rest begins."""

    entries: list[str]
    known: list[str]
    after: Position | None


async def search(
    tx: Connection,
    request: RequestIndustry,
    resolution: Resolution,
    industries: IndustryIndex,
    template: EventTemplate,
    *,
    now: datetime,
) -> SearchResult:
    """Executes a request in its mode. Without industries, no table is read or written.

    'background' saves `sync_limit` companies and queues a job for at most `limit` others. 'sync_preview' returns some
    companies and saves nothing: their `company_id` is 0. 'off' only counts. `template` is for the events that announce
    the saved companies.
    """
    criteria = criteria_of(resolution, request.preferred, industries)
    counts = await register.count(tx, criteria, young_since=f"{now.year - YOUNG}-01-01")
    answer = SearchAnswer(
        resolved=list(resolution.industries),
        excluded=list(resolution.excluded),
        founded_since=resolution.founded_since,
        confidence=resolution.confidence,
        suggestions=list(resolution.suggestions),
        places=[Place(name=place.name, sectors=list(place.sectors)) for place in resolution.places],
        ignored=list(resolution.ignored),
        matches=counts.total,
        refinements=refinements(request, resolution, counts, industries, now.year - YOUNG),
        head=[],
        remaining=0,
        is_register_empty=True if criteria.codes and not counts.total and await register.is_empty(tx) else None,
    )
    if not counts.total or request.mode == "off":
        return SearchResult(answer, [], None)
    if request.mode == "sync_preview":
        best = await register.best(tx, criteria, counts, limit=PREVIEW)
        named = await companies.preview(tx, best.entries)
        return SearchResult(answer.model_copy(update={"head": named}), [], None)

    head = await _head(tx, criteria, counts, request.sync_limit, since=now - KNOWN_FOR)
    saved = await save_and_show(tx, head.entries, request.request_id, template)
    answer = answer.model_copy(update={"head": saved, "known": await companies.preview(tx, head.known[:NAMED])})
    remaining = max(0, counts.total - len(head.entries) - len(head.known))
    if request.limit is not None:
        remaining = min(remaining, request.limit)
    if not remaining:
        return SearchResult(answer, saved, None)
    params = Params(
        terms=request.terms,
        bands=[list(band) for band in criteria.bands],
        left_out=criteria.left_out,
        founded_since=criteria.founded_since,
        sectors=criteria.sectors,
        limit=request.limit,
    )
    if await jobs.is_full(tx, request.request_id, params):
        reason = f"{jobs.MAX_OPEN_JOBS} jobs are open, as many as a tenant may have; ask again when some are done"
        return SearchResult(answer.model_copy(update={"remaining": remaining}), saved, None, reason)
    job = await jobs.create(tx, request.request_id, params, total=remaining, after=head.after)
    return SearchResult(answer.model_copy(update={"remaining": job.total - job.processed}), saved, job)


async def _head(tx: Connection, criteria: SearchCriteria, counts: Counts, limit: int, *, since: datetime) -> _Head:
    """Finds the best `limit` entries that the tenant has not had enriched since `since`."""
    head = _Head([], [], None)
    look = limit
    while len(head.entries) < limit:
        best = await register.best(tx, criteria, counts, limit=look, after=head.after)
        known = await candidates.enriched_since(tx, best.entries, since)
        for position in best:
            (head.known if position.uen in known else head.entries).append(position.uen)
            head = head._replace(after=position)
            if len(head.entries) == limit:
                break
        if len(best) < look:
            break
        look = min(4 * look, LARGEST_LOOK)
    return head
