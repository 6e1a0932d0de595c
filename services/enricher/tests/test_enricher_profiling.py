"""The public part of an enrichment, where what it is told of a site is odd."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from common.contracts import Contact, Site
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.errors import StepSkipped
from enricher.profiling import Limits, Profile, ProfileSources, profile
from enricher.purchases.answer_cache import PaidAnswer
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites.search import SiteSearch
from enricher.steps import Steps
from enricher.vendors.tavily import ExtractAnswer, ExtractedPage
from testkit.stages import a_company

HOME = "http://acme.sg/"


class Sites:
    """Every visit comes to this."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    async def visit(self, domain: str, *, with_texts: bool = False) -> Visit:
        return self._visit


class Answers:
    """Another fetcher's pages, and no model."""

    def __init__(self, pages: Sequence[tuple[str, str]]) -> None:
        self._answer = ExtractAnswer(tuple(ExtractedPage(*page) for page in pages), (), 1)

    async def extract(self, url: str, tenant_id: int) -> PaidAnswer[ExtractAnswer]:
        return PaidAnswer(self._answer, 1, is_new=True)

    async def ask_model(self, *_: object) -> None:
        raise StepSkipped("openai: no key")


async def profiled(visit: Visit, *pages: tuple[str, str]) -> Profile:
    with ThreadPoolExecutor(1) as reader:
        web = ProfileSources(
            cast(SiteCache, Sites(visit)), cast(SiteSearch, None), cast(PublicAnswers, Answers(pages)), reader
        )
        return await profile(a_company(website_domain="acme.sg"), 1, web, Limits(), Steps())


async def test_another_fetchers_page_counts_only_from_the_companys_site() -> None:
    """It may have followed a redirect to whoever bought the domain."""
    away = Visit(Site(outcome="unreachable"))

    found = await profiled(away, ("http://parking.example/", "sales@parking.example"), (HOME, "info@acme.sg"))

    assert [passage.url for passage in found.corpus.passages] == found.sources == [HOME]
    assert [contact.value for contact in found.contacts] == ["info@acme.sg"]


async def test_what_both_fetchers_found_comes_together() -> None:
    """The site's own word first, and no contact is lost to a telephone number."""
    phone = Contact(kind="phone", value="+6561234567", source_url=HOME)
    thin = Visit(Site(outcome="visited", url=HOME, pages=1), contacts=(phone,), is_thin=True)

    found = await profiled(thin, (HOME, "Tel 6123 4567\nmei@acme.sg"))

    assert [contact.value for contact in found.contacts] == ["+6561234567", "mei@acme.sg"]


async def test_a_copy_without_markup_gives_whole_lines() -> None:
    """An address is a line, not the line and all that stood before it."""
    away = Visit(Site(outcome="empty", url=HOME))

    found = await profiled(away, (HOME, "Home Contact\nWe make caps.\n8 Kallang Avenue, #12-34, Singapore 339509"))

    [address] = [fact for fact in found.facts if fact.field == "address"]
    assert address.value == "8 Kallang Avenue, #12-34, Singapore 339509"
