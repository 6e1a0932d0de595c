"""Enriches companies, from their websites and by vendors, and announces the results.

in                        out                            when run again                  on a failure
RequestEnrichment,        CompanyEnriched, also if       vendors' saved answers and      saved answers and visits are
RequestNightlyEnrichment  steps were skipped; the event  recent visits are used again;   used by the retry; only a call
                          has the reasons                the event keeps its id          in progress is paid for again

Lanes: RequestEnrichment is interactive (a rep waits), RequestNightlyEnrichment nightly. Each lane has its own workers,
and announced events keep the lane.

A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An event ends
when its handler returns; announced events are sent once their transaction has committed. While the database is away, an
event waits. After a `Transient` error it is retried for 24 hours, then it is a dead letter. After any other error it is
a dead letter at once; too many unknown errors pause the tenant instead.

A failure is an unreachable database, or another worker that visits the same site for too long. An unreachable website,
and a vendor that is down, refuses the account or is out of budget, only skip a step: `degraded_reasons` says why. An
operator's rerun may be "afresh": it uses no answer or visit from before it.
"""

from collections.abc import Sequence

from common.contracts import CompanyEnriched, CompanyFact, RequestEnrichment, RequestNightlyEnrichment
from common.forgotten.suppression import Suppression
from common.handling.stage import Stage
from common.handling.work import Work
from enricher.enrichment import runs
from enricher.enrichment.result import Enrichment
from enricher.enrichment.runs import Run
from enricher.enrichment.waterfall import Waterfall
from enricher.extract.facts import Fact


def enricher(waterfall: Waterfall, suppression: Suppression | None = None, *, keeps_corpus: bool) -> Stage:
    """Builds the stage. `waterfall` runs the steps of an enrichment in order; it leaves out what is forgotten.

    `suppression` lists people and companies that are forgotten; the stage removes them from events that it takes in.
    With `keeps_corpus`, the row of a run keeps the text that was read (PERSIST_CRAWL_CORPUS).
    """
    stage = Stage("enricher", suppression=suppression)

    @stage.handles(RequestEnrichment, RequestNightlyEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        """Enriches one company.

        Commits contacts and facts first; then the run, the announcement and the event's end, in a shared transaction.
        """
        company, tenant_id = work.event.company, work.event.tenant_id
        afresh = work.item.envelope.afresh
        done = await waterfall.enrich(company, tenant_id, work.event.skip or (), afresh=afresh)
        known = await waterfall.save(company, tenant_id, done, now=work.now)
        run = run_of(work, done, keeps_corpus=keeps_corpus)
        event = event_of(work, done, known)
        await work.finish_with(waterfall.group_commit, runs.save, run, announcing=[event])

    return stage


def run_of(work: Work[RequestEnrichment], done: Enrichment, *, keeps_corpus: bool) -> Run:
    """Builds the row of `company_enrichment_runs`."""
    return Run(
        company=work.event.company,
        done=done,
        facts=[to_event(fact) for fact in done.facts],
        event_id=work.event_id,
        replay_id=work.replay_id,
        lane=work.lane,
        now=work.now,
        keeps_corpus=keeps_corpus,
    )


def event_of(work: Work[RequestEnrichment], done: Enrichment, known: Sequence[Fact]) -> CompanyEnriched:
    """Builds the event, with all facts `known` by now."""
    return CompanyEnriched(
        tenant_id=work.event.tenant_id,
        company=work.event.company,
        site=done.profile.site,
        contacts=list(done.contacts),
        degraded_reasons=done.steps.reasons,
        enriched_at=work.now,
        facts=[to_event(fact) for fact in known],
        skip=work.event.skip,
        people=list(done.people),
    )


def to_event(fact: Fact) -> CompanyFact:
    """Builds the event's form of a fact."""
    return CompanyFact(
        field=fact.field,
        value=fact.value,
        source_url=fact.source_url,
        method=fact.method,
        confidence=fact.confidence,
        quote=fact.quote,
    )
