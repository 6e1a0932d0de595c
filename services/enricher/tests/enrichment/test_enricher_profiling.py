"""The public part of an enrichment, where what it reads of a site is odd."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from common.contracts import Company, Contact, Site
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.enrichment.profiling import Limits, Profile, ProfileSources, profile
from enricher.errors import StepSkipped
from enricher.pages.documents import Document
from enricher.purchases.answer_cache import PaidAnswer
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites.company_sites import FoundSite
from enricher.sites.search import SiteSearch
from enricher.steps import Steps
from enricher.vendors.tavily import ExtractAnswer, ExtractedPage
from testkit.stages import a_company

HOME = "http://acme.sg/"


class Sites:
    """Every visit comes to this, but for the sites that are named."""

    def __init__(self, visit: Visit, **others: Visit) -> None:
        self._visit = visit
        self._others = others

    async def visit(self, domain: str, **_: object) -> Visit:
        return self._others.get(domain.partition(".")[0], self._visit)


class Search:
    """A search that finds nothing."""

    async def find(self, company: Company, tenant_id: int, steps: Steps) -> tuple[FoundSite, Visit | None]:
        return FoundSite(), None


class Answers:
    """Another fetcher's pages, and no model."""

    def __init__(self, pages: Sequence[tuple[str, str]]) -> None:
        self._answer = ExtractAnswer(tuple(ExtractedPage(*page) for page in pages), (), 1)

    async def extract(self, url: str, tenant_id: int, **_: object) -> PaidAnswer[ExtractAnswer]:
        return PaidAnswer(self._answer, 1, is_new=True)

    async def ask_model(self, *_: object, **__: object) -> None:
        raise StepSkipped("openai: no key")


async def profiled(
    visit: Visit, *pages: tuple[str, str], website: str = "acme.sg", uen: str = "201912345K", **others: Visit
) -> Profile:
    with ThreadPoolExecutor(1) as reader:
        web = ProfileSources(
            cast(SiteCache, Sites(visit, **others)),
            cast(SiteSearch, Search()),
            cast(PublicAnswers, Answers(pages)),
            reader,
        )
        return await profile(a_company(website_domain=website, uen=uen), 1, web, Limits(), Steps())


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


async def test_a_redirect_to_another_domain_is_followed_if_it_proves_to_be_the_companys() -> None:
    """By its UEN, as a found site does; else the visit stays refused."""
    gone = Visit(Site(outcome="unreachable"), is_elsewhere=True, moved_to="https://acme-asia.com/start")
    home = "https://acme-asia.com/"
    proven = Visit(Site(outcome="visited", url=home, pages=1), documents=(Document(home, text="UEN 201912345K"),))
    foreign = Visit(Site(outcome="visited", url=home, pages=1), documents=(Document(home, text="UEN 201898765D"),))

    followed = await profiled(gone, **{"acme-asia": proven})
    refused = await profiled(gone, **{"acme-asia": foreign})

    assert (followed.site.url, followed.site.moved_from, followed.site.found_by) == (home, "acme.sg", "register")
    assert (followed.site.confidence or 0) >= 0.7
    assert (refused.site.outcome, refused.site.moved_from) == ("unreachable", None)


async def test_a_page_at_a_social_network_is_kept_as_such() -> None:
    """It is no site, and no fetcher is paid for it; LinkedIn's is a fact."""
    visited = Visit(Site(outcome="visited", url="https://www.linkedin.com/", pages=1))

    found = await profiled(
        visited, ("https://www.linkedin.com/", "press@linkedin.com"), website="linkedin.com/company/acme"
    )

    assert (found.site.outcome, found.site.profile) == ("no_site_known", "https://linkedin.com/company/acme")
    assert [(fact.field, fact.value) for fact in found.facts] == [("linkedin", "https://www.linkedin.com/company/acme")]
    assert found.contacts == ()
    assert "linkedin.com, a directory or social network" in found.visit.degraded_reasons[0]


async def test_another_fetcher_is_not_asked_for_a_placeholder() -> None:
    """It would see the same; and a placeholder that only it sees is left out."""
    parked = Visit(Site(outcome="empty", placeholder="parked"))
    away = Visit(Site(outcome="unreachable"))

    for seen, text in ((parked, "info@acme.sg"), (away, "Buy this domain. sales@broker.com")):
        found = await profiled(seen, (HOME, text))
        assert (found.contacts, found.corpus.passages) == ((), ())


async def test_a_redirect_to_a_social_network_is_not_followed() -> None:
    """It is kept as the company's page there; LinkedIn's is a fact."""
    page = "https://sg.linkedin.com/company/acme"
    gone = Visit(Site(outcome="unreachable"), is_elsewhere=True, moved_to=page)
    theirs = Visit(Site(outcome="visited", url=page, pages=1), documents=(Document(page, text="UEN 201912345K"),))

    found = await profiled(gone, sg=theirs)

    assert (found.site.outcome, found.site.profile, found.site.moved_from) == ("unreachable", page, None)
    assert [fact.value for fact in found.facts] == ["https://www.linkedin.com/company/acme"]
