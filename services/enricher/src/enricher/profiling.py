"""What the web says of a company, for everybody: its site found and proven, visited, read by patterns and by a model.

Nothing here belongs to a tenant but the cost. Each part that costs is kept as soon as it is there (`answer_cache`,
`site_cache`), so that doing it again after a kill pays for nothing twice.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from common.contracts import Company, Contact, Site
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.extract.facts import Fact, open_fields
from enricher.extract.findings import Findings, extract
from enricher.llm.corpus import Corpus, Passage, build
from enricher.llm.extraction import understand
from enricher.pages.documents import Document, plain
from enricher.pages.reader_threads import by_size
from enricher.pages.urls import homepage, host_of, site_of
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites.search import SiteSearch, visited
from enricher.steps import Steps
from enricher.vendors.language_model import ModelAnswer


@dataclass(frozen=True, slots=True)
class Web:
    """What the profile is made with."""

    sites: SiteCache
    search: SiteSearch
    answers: PublicAnswers
    reader: Executor


@dataclass(frozen=True, slots=True)
class Limits:
    """What a profile may take. `chunk_timeout_s` is longer than one call to the model takes."""

    corpus_characters: int = 60_000
    chunks: int = 2
    chunk_timeout_s: float = 32
    extract_timeout_s: float = 10


@dataclass(frozen=True, slots=True)
class Profile:
    """What was found. `sources` are the pages that it rests on."""

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
    site, visit = await _find(company, tenant_id, web, steps)
    steps.note(*visit.degraded_reasons)
    passages: Sequence[Passage] = ()
    if _may_be_helped(visit):
        passages = await _elsewhere(visit, company, tenant_id, web.answers, steps)
    corpus, findings = await _read(visit, passages, web.reader, limits, steps)
    facts = (*visit.facts, *findings.facts)
    facts += await _understand(visit, corpus, facts, tenant_id, web.answers, limits, steps)
    if passages and not site.pages:
        site = known(site, title=findings.title, about=findings.about)
    return Profile(site, _together(visit.contacts, findings.contacts), facts, visit, corpus)


def known(site: Site, **more: Any) -> Site:
    """The site with what is known besides."""
    return site.model_copy(update={name: value for name, value in more.items() if value is not None})


async def _find(company: Company, tenant_id: int, web: Web, steps: Steps) -> tuple[Site, Visit]:
    """The company's site: as the register's file names it, else the searched one that proves itself."""
    if company.website_domain:
        visit = await visited(company.website_domain, web.sites, steps)
        return known(visit.site, found_by="register", confidence=1.0), visit
    found, own = await web.search.find(company, tenant_id, steps)
    if own is not None:
        return known(own.site, found_by="search", confidence=found.confidence), own
    reason = "no website known"
    if found.guess:
        reason = f"a site was found but not used: it proves itself with {found.confidence:.2f} only"
    site = known(Site(outcome="no_site_known"), guess=found.guess)
    return site, Visit(site, degraded_reasons=(reason,))


def _may_be_helped(visit: Visit) -> bool:
    """Whether another's fetcher may see what ours did not: never where the owner, or we, do not want to go."""
    if visit.is_forbidden or visit.is_elsewhere:
        return False
    is_away = visit.site.outcome in ("unreachable", "empty")
    return is_away or (visit.site.outcome == "visited" and visit.is_thin)


async def _elsewhere(
    visit: Visit, company: Company, tenant_id: int, answers: PublicAnswers, steps: Steps
) -> Sequence[Passage]:
    """The homepage as Tavily has it."""
    url = visit.site.url or (homepage(company.website_domain, "https") if company.website_domain else None)
    if url is None:
        return ()
    with steps.take("tavily") as step:
        paid = await answers.extract(url, tenant_id)
        step.units = paid.units
        step.outcome = "done" if paid.is_new else "reused"
        if paid.answer.failed:
            steps.explain(step, f"tavily: {paid.answer.failed[0][1]}")
        own = site_of(host_of(url))
        return tuple(Passage(it.url, it.text, "tavily") for it in paid.answer.pages if site_of(host_of(it.url)) == own)
    return ()


async def _read(
    visit: Visit, passages: Sequence[Passage], reader: Executor, limits: Limits, steps: Steps
) -> tuple[Corpus, Findings]:
    """One corpus of all that was fetched, and what patterns find on the pages that others fetched for us."""
    with steps.take("extract") as step:
        until = time.monotonic() + limits.extract_timeout_s
        size = sum(page.size for page in visit.documents) + sum(len(it.text) for it in passages)
        corpus, findings = await by_size(
            size, reader, _merge, visit.documents, passages, limits.corpus_characters, until
        )
        if findings.is_cut:
            steps.explain(step, f"not all was read within {limits.extract_timeout_s:g} s")
    return corpus, findings


def _merge(
    documents: Sequence[Document], passages: Sequence[Passage], limit: int, until: float
) -> tuple[Corpus, Findings]:
    corpus = build(documents, passages, limit=limit)
    if not passages:
        return corpus, Findings(None, None, (), has_careers=False, contacts=())
    borrowed = [plain(passage.url, passage.text) for passage in passages]
    return corpus, extract(borrowed, is_time_up=lambda: time.monotonic() > until)


async def _understand(
    visit: Visit,
    corpus: Corpus,
    facts: Sequence[Fact],
    tenant_id: int,
    answers: PublicAnswers,
    limits: Limits,
    steps: Steps,
) -> tuple[Fact, ...]:
    """What a model reads in the corpus of the fields that are still open."""
    fields = open_fields(facts)
    with steps.take("understand") as step:
        if visit.lacks_texts:  # what a model read in them is among the company's facts
            step.outcome, step.reason = "reused", "read before; the texts are not kept"
            return ()
        if not corpus.passages or not fields:
            step.outcome = "not_needed"
            return ()
        is_new = False

        async def ask(system: str, user: str, shape: type[BaseModel]) -> ModelAnswer[BaseModel]:
            nonlocal is_new
            paid = await answers.understand(system, user, shape, tenant_id)
            step.units += paid.units
            is_new |= paid.is_new
            return paid.answer

        read_ = await understand(corpus, fields, ask, chunks=limits.chunks, timeout_s=limits.chunk_timeout_s)
        if not is_new:
            step.outcome = "reused" if read_.tokens else "skipped" if read_.problems else "not_needed"
        if read_.problems:
            steps.explain(step, *read_.problems)
        return read_.facts
    return ()


def _together(own: Sequence[Contact], borrowed: Sequence[Contact]) -> tuple[Contact, ...]:
    """Each address or number once, the site's own first."""
    found = {contact.value: contact for contact in (*borrowed, *own)}
    return tuple(found[value] for value in dict.fromkeys(contact.value for contact in (*own, *borrowed)))
