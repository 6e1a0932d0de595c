"""What the web says of a company, for everybody: its site found and proven, visited, read by patterns and by a model.

Nothing here belongs to a tenant but the cost. Each part that costs is kept as soon as it is there (`bought`,
`site_cache`), so that doing it again after a kill pays for nothing twice.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, TypeAdapter

from common.contracts import Company, Contact, Site
from common.postgres import Database
from enricher import company_sites
from enricher.bought import Bought, Form
from enricher.calling import StepSkipped
from enricher.company_sites import FoundSite
from enricher.corpus import Corpus, Passage, build
from enricher.documents import Document, read
from enricher.extraction import Findings, extract
from enricher.facts import Fact, open_fields
from enricher.finding import candidates
from enricher.proving import prove_site
from enricher.site_cache import SiteCache
from enricher.steps import Step, Steps
from enricher.understanding import understand
from enricher.urls import host_of
from enricher.vendors.language_model import LanguageModel, ModelAnswer, most_tokens
from enricher.vendors.tavily import SEARCH_COST, ExtractAnswer, SearchAnswer, Tavily, extract_cost
from enricher.visiting import Visit

_SEARCH = TypeAdapter(SearchAnswer)
_EXTRACT = TypeAdapter(ExtractAnswer)
_MAX_ANSWER_TOKENS = 1_200


@dataclass(frozen=True, slots=True)
class Web:
    """What the profile is made with. Without a key there is no `tavily`, without a model no `model`."""

    database: Database
    sites: SiteCache
    bought: Bought
    tavily: Tavily | None
    model: LanguageModel | None
    reader: Executor


@dataclass(frozen=True, slots=True)
class Limits:
    """What a profile may take."""

    corpus_characters: int = 60_000
    chunks: int = 2
    chunk_timeout_s: float = 30
    extract_timeout_s: float = 10
    fresh_for: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Profile:
    """What was found. `sources` are the pages it rests on; `pages` those that were asked for, with status and size."""

    site: Site
    contacts: tuple[Contact, ...]
    facts: tuple[Fact, ...]
    visit: Visit
    corpus: Corpus

    @property
    def sources(self) -> list[str]:
        urls = [passage.url for passage in self.corpus.passages] + [fact.source_url for fact in self.facts]
        return list(dict.fromkeys(urls))


async def profile(company: Company, tenant_id: int, web: Web, limits: Limits, steps: Steps) -> Profile:
    """Finds, visits and reads, at `tenant_id`'s cost. What cannot be had is noted in `steps`.

    Raises what the site cache raises: SiteBusy, Unavailable.
    """
    site, visit = await _find(company, tenant_id, web, limits, steps)
    steps.note(*visit.degraded_reasons)
    passages: Sequence[Passage] = ()
    if _may_be_helped(visit):
        passages = await _elsewhere(visit, company, tenant_id, web, limits, steps)
    corpus, findings = await _read(visit, passages, web.reader, limits, steps)
    contacts = visit.contacts or findings.contacts
    facts = (*visit.facts, *findings.facts)
    facts += await _understand(corpus, facts, tenant_id, web, limits, steps)
    if passages and not site.pages:
        site = known(site, title=findings.title, about=findings.about)
    return Profile(site, contacts, facts, visit, corpus)


def known(site: Site, **more: Any) -> Site:
    """The site with what is known besides."""
    return site.model_copy(update={name: value for name, value in more.items() if value is not None})


async def _find(company: Company, tenant_id: int, web: Web, limits: Limits, steps: Steps) -> tuple[Site, Visit]:
    """The company's site: as the register's file names it, else the searched one that proves itself."""
    if company.website_domain:
        visit = await _visit(company.website_domain, web, steps)
        return known(visit.site, found_by="register", confidence=1.0), visit
    with steps.take("find_site") as step:
        async with web.database.statement() as tx:
            found = await company_sites.fresh(tx, company.company_id, limits.fresh_for)
        step.outcome = "done" if found is None else "reused"
        if found is None:
            found = await _search(company, tenant_id, web, limits, steps, step)
            async with web.database.statement() as tx:
                await company_sites.save(tx, company.company_id, found)
        if found.domain:
            visit = await _visit(found.domain, web, steps)
            return known(visit.site, found_by="search", confidence=found.confidence), visit
        reason = "no website known"
        if found.guess:
            reason = f"a site was found but not used: it proves itself with {found.confidence:.2f} only"
        site = known(Site(outcome="no_site_known"), guess=found.guess)
        return site, Visit(site, degraded_reasons=(reason,))
    site = Site(outcome="no_site_known")
    return site, Visit(site, degraded_reasons=("no website known",))


async def _visit(domain: str, web: Web, steps: Steps) -> Visit:
    with steps.take("crawl") as step:
        visit = await web.sites.visit(domain)
        step.outcome = "reused" if visit.was_cached else "done"
    return visit


async def _search(company: Company, tenant_id: int, web: Web, limits: Limits, steps: Steps, step: Step) -> FoundSite:
    """The first of the found sites whose pages prove it; else the best guess. Raises StepSkipped."""
    if web.tavily is None:
        raise StepSkipped("tavily: no key")
    query = f"{company.name} Singapore"
    paid = await web.bought.ask(
        "tavily",
        tenant_id,
        ["search", query],
        is_public=True,
        fresh_for=limits.fresh_for,
        units=SEARCH_COST,
        make=partial(web.tavily.search, query),
        charged=lambda answer: answer.credits,
        form=Form(lambda answer: _SEARCH.dump_python(answer, mode="json"), _SEARCH.validate_python),
    )
    step.units = paid.units
    best = FoundSite()
    for home in candidates(company, paid.answer.results):
        domain = host_of(home)
        visit = await _visit(domain, web, steps)
        proof = prove_site(company, visit.documents)
        if proof.is_accepted:
            return FoundSite(domain, None, proof.confidence, proof.evidence)
        if visit.documents and proof.confidence > best.confidence:
            best = FoundSite(None, visit.site.url, proof.confidence, proof.evidence)
    return best


def _may_be_helped(visit: Visit) -> bool:
    """Whether another's fetcher may see what ours did not: never where the owner does not want us."""
    is_away = visit.site.outcome in ("unreachable", "empty")
    return not visit.is_forbidden and (is_away or (visit.site.outcome == "visited" and visit.is_thin))


async def _elsewhere(
    visit: Visit, company: Company, tenant_id: int, web: Web, limits: Limits, steps: Steps
) -> Sequence[Passage]:
    """The homepage as Tavily has it."""
    url = visit.site.url or (f"https://{company.website_domain}/" if company.website_domain else None)
    if url is None:
        return ()
    with steps.take("tavily") as step:
        if web.tavily is None:
            raise StepSkipped("tavily: no key")
        paid = await web.bought.ask(
            "tavily",
            tenant_id,
            ["extract", url],
            is_public=True,
            fresh_for=limits.fresh_for,
            units=extract_cost(1),
            make=partial(web.tavily.extract, [url]),
            charged=lambda answer: answer.credits,
            form=Form(lambda answer: _EXTRACT.dump_python(answer, mode="json"), _EXTRACT.validate_python),
        )
        step.units = paid.units
        if paid.answer.failed:
            step.reason = f"tavily: {paid.answer.failed[0][1]}"
            steps.note(step.reason)
        return tuple(Passage(page.url, page.text, "tavily") for page in paid.answer.pages)
    return ()


async def _read(
    visit: Visit, passages: Sequence[Passage], reader: Executor, limits: Limits, steps: Steps
) -> tuple[Corpus, Findings]:
    """One corpus of all that was fetched, and what patterns find on the pages that others fetched for us."""
    with steps.take("extract") as step:
        loop = asyncio.get_running_loop()
        until = time.monotonic() + limits.extract_timeout_s
        corpus, findings = await loop.run_in_executor(
            reader, _merge, visit.documents, passages, limits.corpus_characters, until
        )
        if findings.is_cut:
            step.reason = f"not all was read within {limits.extract_timeout_s:g} s"
            steps.note(step.reason)
    return corpus, findings


def _merge(
    documents: Sequence[Document], passages: Sequence[Passage], limit: int, until: float
) -> tuple[Corpus, Findings]:
    corpus = build(documents, passages, limit=limit)
    if not passages:
        return corpus, Findings(None, None, (), has_careers=False, contacts=())
    borrowed = [read(passage.url, passage.text) for passage in passages]
    return corpus, extract(borrowed, is_time_up=lambda: time.monotonic() > until)


async def _understand(
    corpus: Corpus, facts: Sequence[Fact], tenant_id: int, web: Web, limits: Limits, steps: Steps
) -> tuple[Fact, ...]:
    """What a model reads in the corpus of the fields that are still open."""
    fields = open_fields(facts)
    with steps.take("understand") as step:
        if not corpus.passages or not fields:
            step.outcome = "not_needed"
            return ()
        if web.model is None:
            raise StepSkipped("openai: no key")
        model = web.model

        async def ask(system: str, user: str, shape: type[BaseModel]) -> ModelAnswer[BaseModel]:
            paid = await web.bought.ask(
                "openai",
                tenant_id,
                [model.name, system, user],
                is_public=True,
                fresh_for=limits.fresh_for,
                units=most_tokens(system, user, shape, max_tokens=_MAX_ANSWER_TOKENS),
                make=partial(model.ask, system, user, shape, max_tokens=_MAX_ANSWER_TOKENS),
                charged=lambda answer: answer.tokens,
                form=_model_form(shape),
            )
            step.units += paid.units
            return paid.answer

        read_ = await understand(corpus, fields, ask, chunks=limits.chunks, timeout_s=limits.chunk_timeout_s)
        steps.note(*read_.problems)
        if read_.problems:
            step.reason = "; ".join(read_.problems)[:300]
        return read_.facts
    return ()


def _model_form(shape: type[BaseModel]) -> Form[ModelAnswer[BaseModel]]:
    return Form(
        lambda answer: {
            "parsed": answer.parsed.model_dump() if answer.parsed else None,
            "problem": answer.problem,
            "tokens": answer.tokens,
        },
        lambda kept: ModelAnswer(
            parsed=shape.model_validate(kept["parsed"]) if kept["parsed"] is not None else None,
            problem=kept["problem"],
            tokens=kept["tokens"],
        ),
    )
