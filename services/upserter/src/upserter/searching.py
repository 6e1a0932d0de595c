"""What a request for companies comes to: counted, its best few saved, a job for the rest. All in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from common.contracts import Company, RequestIndustry, SearchAnswer
from common.outbox import EventTemplate
from common.postgres import Connection
from industries.index import IndustryIndex, Resolution, VersionedCode
from upserter import candidates, companies, jobs, register
from upserter.jobs import Job, Params
from upserter.refinements import YOUNG, refinements
from upserter.register import Counts, Position, Wanted
from upserter.saving import save_and_show

#: How many names a preview shows.
PREVIEW = 20
#: How many companies that are known already an answer names.
NAMED = 20
#: A company that a tenant had enriched so recently is not enriched again because it matches once more.
KNOWN_FOR = timedelta(days=7)
#: Companies looked at at a time when the best ones are known already.
LARGEST_LOOK = 500


class Found(NamedTuple):
    """The answer, the companies that were saved for it, and the job that does the rest, if any; it may run already."""

    answer: SearchAnswer
    saved: list[Company]
    job: Job | None


class _Head(NamedTuple):
    """The best that are to be worked on, those before them that are known already, and where the rest begins."""

    entries: list[str]
    known: list[str]
    after: Position | None


def wanted_of(resolution: Resolution, preferred: Sequence[str], industries: IndustryIndex) -> Wanted:
    """The codes in bands by their distance from the preferred industries; one band when there are none."""
    bands: dict[int, list[VersionedCode]] = defaultdict(list)
    versions = {code.version for code in resolution.codes}
    near = [code for it in preferred for code in _versioned(it, versions)]
    nearest = industries.distances(resolution.codes, near)
    for code, distance in zip(resolution.codes, nearest, strict=True):
        bands[distance].append(code)
    left_out = [code for it in resolution.excluded for code in industries.beneath(it.version, it.code)]
    return Wanted(
        tuple(tuple(bands[distance]) for distance in sorted(bands)), resolution.founded_since, tuple(left_out)
    )


def _versioned(preferred: str, versions: Iterable[str]) -> list[VersionedCode]:
    """'2020:25' as it says; a bare '25' in every version."""
    version, colon, code = preferred.partition(":")
    return [VersionedCode(version, code)] if colon else [VersionedCode(it, preferred) for it in versions]


async def search(
    tx: Connection,
    request: RequestIndustry,
    resolution: Resolution,
    industries: IndustryIndex,
    news: EventTemplate,
    *,
    now: datetime,
) -> Found:
    """Does what the request's mode asks for, of the industries that its words came to; of none, no table is touched.

    'background' saves `sync_limit` companies and leaves a job for the others, `limit` of them at most. 'sync_preview'
    names some companies and saves nothing: their `company_id` is 0. 'off' just counts. `news` is the template of the
    events that tell of the saved ones.
    """
    wanted = wanted_of(resolution, request.preferred, industries)
    counts = await register.count(tx, wanted, young_since=f"{now.year - YOUNG}-01-01")
    answer = SearchAnswer(
        resolved=list(resolution.industries),
        excluded=list(resolution.excluded),
        founded_since=resolution.founded_since,
        confidence=resolution.confidence,
        suggestions=list(resolution.suggestions),
        matches=counts.total,
        refinements=refinements(request, resolution, counts, industries, now.year - YOUNG),
        head=[],
        remaining=0,
    )
    if not counts.total or request.mode == "off":
        return Found(answer, [], None)
    if request.mode == "sync_preview":
        best = await register.best(tx, wanted, counts, limit=PREVIEW)
        named = await companies.preview(tx, best.entries)
        return Found(answer.model_copy(update={"head": named}), [], None)

    head = await _head(tx, wanted, counts, request.sync_limit, since=now - KNOWN_FOR)
    saved = await save_and_show(tx, head.entries, request.request_id, news)
    answer = answer.model_copy(update={"head": saved, "known": await companies.preview(tx, head.known[:NAMED])})
    remaining = max(0, counts.total - len(head.entries) - len(head.known))
    if request.limit is not None:
        remaining = min(remaining, request.limit)
    if not remaining:
        return Found(answer, saved, None)
    params = Params(
        terms=request.terms,
        bands=[list(band) for band in wanted.bands],
        left_out=wanted.left_out,
        founded_since=wanted.founded_since,
        limit=request.limit,
    )
    job = await jobs.create(tx, request.request_id, params, total=remaining, after=head.after)
    return Found(answer.model_copy(update={"remaining": job.total - job.processed}), saved, job)


async def _head(tx: Connection, wanted: Wanted, counts: Counts, limit: int, *, since: datetime) -> _Head:
    """The best `limit` entries that the tenant has not had enriched since then."""
    head = _Head([], [], None)
    look = limit
    while len(head.entries) < limit:
        best = await register.best(tx, wanted, counts, limit=look, after=head.after)
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
