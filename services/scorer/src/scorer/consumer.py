"""Scores each enriched company and announces the lead; scores a tenant's leads again when its ICP has changed."""

from datetime import UTC, datetime

from common.contracts import CompanyEnriched, IcpChanged
from common.stage import Batch, Stage, Work
from scorer import profiles, scoring
from scorer.rating import newest
from scorer.rescoring import rescore
from scorer.yardstick import Yardsticks


def scorer(yardsticks: Yardsticks) -> Stage:
    """company.enriched and icp.changed in, lead.scored out; both tables hold the newest enrichment of each company."""
    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None:
        """Repeatable: the same events rewrite the same rows and announce the same leads."""
        yardstick = yardsticks.of(await profiles.share(work.tx))
        ratings = await scoring.rate_all(work.tx, yardstick, work.events)
        await scoring.save(work.tx, newest(ratings))
        for item, rating in zip(work.items, ratings, strict=True):
            work.announce(rating.announcement(scored_at=work.now), cause=item)

    @stage.handles(IcpChanged)
    async def change_icp(work: Work[IcpChanged]) -> None:
        """Repeatable, and gone on with after a crash: leads that have been scored by this ICP are passed over."""
        async with work.step() as tx:
            await profiles.save(tx, work.event)
        after: int | None = 0
        while after is not None:
            async with work.step() as tx:
                # Not `work.now`: a score by the old ICP may have begun after that, and this one comes after it.
                done = await rescore(tx, yardsticks, after=after, now=datetime.now(UTC))
                for lead in done.changed:
                    work.announce(lead)
            after = done.last

    return stage
