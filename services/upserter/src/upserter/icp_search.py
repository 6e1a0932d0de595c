"""Searches the whole register for companies that fit a tenant's ICP, and saves them as candidates, best first.

Each night goes through the matches from the start and skips those that are candidates already. So what is new in
the register is found, whatever its place in the order, and a pass that broke off is simply begun again.
"""

from contextlib import aclosing

from common.contracts import CompanyUpserted, RequestCandidates
from common.handling.work import Work
from industries.index import IndustryIndex
from upserter.icp_criteria import criteria_of, filter_of
from upserter.saving import save_all
from upserter.tables import candidates, jobs, register


async def find_candidates(
    work: Work[RequestCandidates], industries: IndustryIndex, *, batch_size: int, max_per_job: int
) -> None:
    """Saves new candidates up to a job's maximum number of companies, with a transaction per batch.

    May be repeated: what an earlier attempt saved counts.
    """
    criteria = criteria_of(work.event.icp, industries)
    wanted = filter_of(work.event.icp, work.event.night)
    async with work.reading() as tx:
        counts = await register.count(tx, criteria)
        left = await jobs.find_limit(tx, max_per_job) - await candidates.count_found_by(tx, work.event_id)
    matches = register.batches(work.reading, criteria, counts, size=batch_size, limit=counts.total, after=None)
    async with aclosing(matches):
        while left > 0 and (batch := await anext(matches, None)):
            async with work.step() as tx:
                fresh = (await candidates.not_yet(tx, batch.entries, wanted))[:left]
                if fresh:
                    await save_all(tx, fresh, work.event_id, work.event_template(CompanyUpserted))
            left -= len(fresh)
