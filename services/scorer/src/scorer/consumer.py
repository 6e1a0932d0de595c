"""Scores each enriched company and announces the lead; scores a tenant's leads again when its ICP has changed.

in               out                                 when run again               on a failure
CompanyEnriched  LeadScored: the newest score of     the same rows, the same      the batch is rolled back, then each
                 the company                         events                       event is handled alone
IcpChanged       LeadScored: each lead whose score   resumes with the leads that  committed chunks of leads stay
                 or rationale changed                this ICP has not scored yet

Lanes: CompanyEnriched has its request's lane, interactive (a rep waits) or nightly; IcpChanged is nightly. Each lane
has its own workers, and announced events keep the lane.

A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An event ends
when its handler returns; announced events are sent once their transaction has committed. While the database is away, an
event waits. After a `Transient` error it is retried for 24 hours, then it is a dead letter. After any other error it is
a dead letter at once; too many unknown errors pause the tenant instead.

`lead_features` and `lead_scores` hold the newest enrichment of each company; an older one that comes late changes
nothing and announces the saved score. An older ICP that comes late is ignored. `rationale_rewriter`, a background task
of `main.py`, announces leads again after it has reworded their rationale.
"""

from common.contracts import CompanyEnriched, IcpChanged
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from scorer import scoring
from scorer.adapters import profiles
from scorer.core.scoring_profile import ProfileCache
from scorer.rescoring import rescore


def scorer(profile_cache: ProfileCache) -> Stage:
    """Builds the stage."""
    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None:
        """Saves and announces the newest score of each company, in one transaction."""
        profile = await scoring.locked_profile(work.tx, profile_cache)
        saved = await scoring.save_newest(work.tx, profile, work.events)
        for item in work.items:
            # `skip` belongs to the request, not to the saved rating.
            lead = saved.to_event(item.event.company.company_id)
            work.announce(lead.model_copy(update={"skip": item.event.skip}), cause=item)

    @stage.handles(IcpChanged)
    async def change_icp(work: Work[IcpChanged]) -> None:
        """Saves the ICP, then rescores the tenant's leads, one transaction per chunk."""
        async with work.step() as tx:
            await profiles.save(tx, work.event)
        after: int | None = 0
        while after is not None:
            async with work.step() as tx:
                done = await rescore(tx, profile_cache, after=after)
                for lead in done.changed:
                    work.announce(lead)
            after = done.last

    return stage
