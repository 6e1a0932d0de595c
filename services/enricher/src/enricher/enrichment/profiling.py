"""Builds a company's profile from the web: finds its site, visits it, reads it by patterns and with a language model.

A profile is public: tenants share its parts, and the tenant that asks pays for the new ones. Each part is cached as
soon as it is there (`answer_cache`, `site_cache`), so a repeat after a crash pays for nothing twice.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from pydantic import BaseModel

from common.contracts import Company, Contact, Person, Site
from common.forgotten.digests import scopes_of
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.extract.facts import Fact, open_fields
from enricher.extract.findings import Findings, extract
from enricher.llm.corpus import Corpus, Passage, build
from enricher.llm.extraction import extract_open_fields
from enricher.pages.documents import Document, parse_text
from enricher.pages.placeholders import placeholder_of
from enricher.pages.reader_threads import run_by_size
from enricher.pages.urls import homepage, host_of, site_of
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites.search import SiteSearch
from enricher.sites.site_finder import find_site, site_with
from enricher.steps import Steps
from enricher.vendors.language_model import ModelAnswer


@dataclass(frozen=True, slots=True)
class ProfileSources:
    """The sources of a profile. `reader` runs the parsing of large pages."""

    sites: SiteCache
    search: SiteSearch
    answers: PublicAnswers
    reader: Executor


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one profile. `chunk_timeout_s` is longer than the timeout of one call to the model."""

    corpus_characters: int = 60_000
    chunks: int = 2
    chunk_timeout_s: float = 32
    extract_timeout_s: float = 10


@dataclass(frozen=True, slots=True)
class Profile:
    """A company's public profile. `sources` are the URLs of the pages that were read."""

    site: Site
    contacts: tuple[Contact, ...]
    people: tuple[Person, ...]
    facts: tuple[Fact, ...]
    visit: Visit
    corpus: Corpus

    @property
    def sources(self) -> list[str]:
        urls = [passage.url for passage in self.corpus.passages] + [fact.source_url for fact in self.facts]
        return list(dict.fromkeys(urls))


async def profile(company: Company, tenant_id: int, web: ProfileSources, limits: Limits, steps: Steps) -> Profile:
    """Builds the profile at `tenant_id`'s cost. Records skipped and shortened steps in `steps`.

    Raises SiteBusy or Unavailable, from the site cache.
    """
    site, visit = await find_site(company, tenant_id, web.sites, web.search, steps)
    steps.note(*visit.degraded_reasons)
    passages: Sequence[Passage] = ()
    if _may_use_tavily(visit):
        passages = await _fetch_by_tavily(visit, company, tenant_id, web.answers, steps)
    corpus, findings = await _read(visit, passages, web.reader, limits, steps)
    facts = (*visit.facts, *findings.facts)
    facts += await _read_with_model(visit, corpus, facts, company, tenant_id, web.answers, limits, steps)
    if passages and not site.pages:
        site = site_with(site, title=findings.title, about=findings.about)
    people = {person.name.casefold(): person for person in (*findings.people, *visit.people)}
    contacts = _merged_contacts(visit.contacts, findings.contacts)
    return Profile(site, contacts, tuple(people.values()), facts, visit, corpus)


def _may_use_tavily(visit: Visit) -> bool:
    """True if our visit saw too little, unless the owner forbids visits or the site leads to a refused address."""
    if visit.is_forbidden or visit.is_elsewhere or visit.site.placeholder:
        return False
    is_away = visit.site.outcome in ("unreachable", "empty")
    return is_away or (visit.site.outcome == "visited" and visit.is_thin)


async def _fetch_by_tavily(
    visit: Visit, company: Company, tenant_id: int, answers: PublicAnswers, steps: Steps
) -> Sequence[Passage]:
    """Reads the homepage through Tavily."""
    url = visit.site.url or (homepage(company.website_domain, "https") if company.website_domain else None)
    if url is None:
        return ()
    with steps.take("tavily") as step:
        steps.require("tavily")
        scopes = scopes_of(company.uen, company.website_domain)
        paid = await answers.extract(url, tenant_id, afresh=steps.afresh, scopes=scopes)
        step.units = paid.units
        step.outcome = "done" if paid.is_new else "reused"
        if paid.answer.failed:
            steps.explain(step, f"tavily: {paid.answer.failed[0][1]}")
        own = site_of(host_of(url))
        pages = [it for it in paid.answer.pages if site_of(host_of(it.url)) == own]
        return tuple(
            Passage(it.url, it.text, "tavily") for it in pages if not placeholder_of(parse_text(it.url, it.text))
        )
    return ()


async def _read(
    visit: Visit, passages: Sequence[Passage], reader: Executor, limits: Limits, steps: Steps
) -> tuple[Corpus, Findings]:
    """Builds one corpus of all pages, and extracts findings from those that Tavily fetched."""
    with steps.take("extract") as step:
        until = time.monotonic() + limits.extract_timeout_s
        size = sum(page.size for page in visit.documents) + sum(len(it.text) for it in passages)
        corpus, findings = await run_by_size(
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
    borrowed = [parse_text(passage.url, passage.text) for passage in passages]
    return corpus, extract(borrowed, is_time_up=lambda: time.monotonic() > until)


async def _read_with_model(
    visit: Visit,
    corpus: Corpus,
    facts: Sequence[Fact],
    company: Company,
    tenant_id: int,
    answers: PublicAnswers,
    limits: Limits,
    steps: Steps,
) -> tuple[Fact, ...]:
    """Asks a language model for the fields that patterns left open."""
    fields = open_fields(facts)
    with steps.take("understand") as step:
        steps.require("understand")
        if visit.lacks_texts:  # the model's earlier answers are among the company's facts
            step.outcome, step.reason = "reused", "read before; the texts are not kept"
            return ()
        if not corpus.passages or not fields:
            step.outcome = "not_needed"
            return ()
        is_new = False
        scopes = scopes_of(company.uen, company.website_domain)

        async def ask(system: str, user: str, shape: type[BaseModel]) -> ModelAnswer[BaseModel]:
            nonlocal is_new
            paid = await answers.ask_model(system, user, shape, tenant_id, afresh=steps.afresh, scopes=scopes)
            step.units += paid.units
            is_new |= paid.is_new
            return paid.answer

        read_ = await extract_open_fields(corpus, fields, ask, chunks=limits.chunks, timeout_s=limits.chunk_timeout_s)
        if not is_new:
            step.outcome = "reused" if read_.tokens else "skipped" if read_.problems else "not_needed"
        if read_.problems:
            steps.explain(step, *read_.problems)
        return read_.facts
    return ()


def _merged_contacts(own: Sequence[Contact], borrowed: Sequence[Contact]) -> tuple[Contact, ...]:
    """Merges contacts, without repeats; those from our own visit come first."""
    found = {contact.value: contact for contact in (*borrowed, *own)}
    return tuple(found[value] for value in dict.fromkeys(contact.value for contact in (*own, *borrowed)))
