"""Enriches companies and announces what was found. Both lanes do the same; each has workers of its own."""

from common.contracts import CompanyEnriched, CompanyFact, RequestEnrichment, RequestNightlyEnrichment
from common.stage import Stage
from common.work import Work
from enricher import runs
from enricher.extract.facts import Fact
from enricher.runs import Run
from enricher.waterfall import Waterfall


def enricher(waterfall: Waterfall, *, keeps_corpus: bool) -> Stage:
    """enrichment.requested and enrichment.requested.nightly in, company.enriched out."""
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment, RequestNightlyEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        """Repeatable: what cost something is used again, and the request has its own row. Bad sites are results."""
        company, now = work.event.company, work.now
        done = await waterfall.enrich(company, work.event.tenant_id)
        known = await waterfall.save(company, work.event.tenant_id, done, now=now)
        run = Run(
            company=company,
            done=done,
            facts=[to_event(fact) for fact in done.facts],
            event_id=work.event_id,
            replay_id=work.replay_id,
            lane=work.lane,
            now=now,
            keeps_corpus=keeps_corpus,
        )
        event = CompanyEnriched(
            tenant_id=work.event.tenant_id,
            company=company,
            site=done.profile.site,
            contacts=list(done.contacts),
            degraded_reasons=done.steps.reasons,
            enriched_at=now,
            facts=[to_event(fact) for fact in known],
        )
        await work.finish_with(waterfall.group_commit, runs.save, run, announcing=[event])

    return stage


def to_event(fact: Fact) -> CompanyFact:
    """The fact as an event tells it."""
    return CompanyFact(
        field=fact.field,
        value=fact.value,
        source_url=fact.source_url,
        method=fact.method,
        confidence=fact.confidence,
        quote=fact.quote,
    )
