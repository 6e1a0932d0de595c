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
            lead = saved.to_event(item.event.company.company_id)
            work.announce(lead.model_copy(update={"skip": item.event.skip}), cause=item)

    @stage.handles(IcpChanged)
    async def change_icp(work: Work[IcpChanged]) -> None:
        """Saves the ICP, then scores the tenant's leads again, a transaction per chunk."""
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
