"""Enriches companies and announces the results. Both lanes have the same handler, each with workers of its own.

in                         out                        on a repeat                 on a failure
RequestEnrichment,         CompanyEnriched: always,   the same run and event id;  bought answers and visits stay
RequestNightlyEnrichment   with the reasons of what   bought answers and fresh    cached, so a retry pays nothing
                           is missing                 visits are used again; of   twice
                                                      a rerun "afresh" its own

A bad site or a vendor that is down, refuses us or is out of budget is no failure: its step is skipped, and
`degraded_reasons` says why.
"""

from collections.abc import Sequence

from common.contracts import CompanyEnriched, CompanyFact, RequestEnrichment, RequestNightlyEnrichment
from common.handling.stage import Stage
from common.handling.work import Work
from enricher import runs
from enricher.enrichment import Enrichment
from enricher.extract.facts import Fact
from enricher.runs import Run
from enricher.waterfall import Waterfall


def enricher(waterfall: Waterfall, *, keeps_corpus: bool) -> Stage:
    """Builds the stage."""
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment, RequestNightlyEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        """Enriches one company, saves what was found, then ends the event in a transaction shared with others."""
        company, tenant_id = work.event.company, work.event.tenant_id
        afresh = work.item.envelope.afresh
        done = await waterfall.enrich(company, tenant_id, work.event.skip or (), afresh=afresh)
        known = await waterfall.save(company, tenant_id, done, now=work.now)
        run = run_of(work, done, keeps_corpus=keeps_corpus)
        event = event_of(work, done, known)
        await work.finish_with(waterfall.group_commit, runs.save, run, announcing=[event])

    return stage


def run_of(work: Work[RequestEnrichment], done: Enrichment, *, keeps_corpus: bool) -> Run:
    """Builds the record of the run."""
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
