"""Scores each enriched company and announces the lead; scores a tenant's leads again when its ICP has changed.

in               out                                 on a repeat                  on a failure
CompanyEnriched  LeadScored: the newest score of     the same rows, the same      nothing of the batch is written
                 the company                         events
IcpChanged       LeadScored: each lead whose score   goes on with the leads that  committed chunks of leads stay
                 or rationale changed                this ICP has not scored yet

`lead_features` and `lead_scores` hold the newest enrichment of each company; an older one that comes late changes
nothing and announces the score that is there.
"""

from common.contracts import CompanyEnriched, IcpChanged
from common.stage import Stage
from common.work import Batch, Work
from scorer import profiles, scoring
from scorer.rescoring import rescore
from scorer.yardstick import Yardsticks


def scorer(yardsticks: Yardsticks) -> Stage:
    """company.enriched and icp.changed in, lead.scored out; both tables hold the newest enrichment of each company."""
    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None:
        """Repeatable: the same events rewrite the same rows. One that comes late announces what stands by then."""
        yardstick = await scoring.yardstick_of(work.tx, yardsticks)
        standing = await scoring.settle(work.tx, yardstick, work.events)
        for item in work.items:
            work.announce(standing.lead(item.event.company.company_id), cause=item)

    @stage.handles(IcpChanged)
    async def change_icp(work: Work[IcpChanged]) -> None:
        """Repeatable, and gone on with after a crash: leads that have been scored by this ICP are passed over."""
        async with work.step() as tx:
            await profiles.save(tx, work.event)
        after: int | None = 0
        while after is not None:
            async with work.step() as tx:
                done = await rescore(tx, yardsticks, after=after)
                for lead in done.changed:
                    work.announce(lead)
            after = done.last

    return stage
