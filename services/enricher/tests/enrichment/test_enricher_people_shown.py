"""The people whom a site names are announced, and the contact with the best wanted title comes first."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from common.contracts import Contact, Person, Site
from common.forgotten.digests import ForgottenList
from enricher.consumer import event_of
from enricher.contacts.prospects import Prospect, Prospects
from enricher.contacts.verification import Verified, Verifier
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.enrichment.profiling import Limits, ProfileSources
from enricher.enrichment.waterfall import Waterfall
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites.search import SiteSearch
from testkit.stages import a_company

HOME = "http://acme.sg/"


class Sites:
    async def visit(self, domain: str, **_: object) -> Visit:
        people = (
            Person(name="Ben Low", title="Engineer", source_url=HOME),
            Person(name="Ana Cruz", title="Chief Executive Officer", email="ana@acme.sg", source_url=HOME),
        )
        contacts = (
            Contact(kind="email", value="ben@acme.sg", source_url=HOME, name="Ben Low", title="Engineer"),
            Contact(kind="email", value="cai@acme.sg", source_url=HOME),
            Contact(
                kind="email", value="ana@acme.sg", source_url=HOME, name="Ana Cruz", title="Chief Executive Officer"
            ),
        )
        return Visit(Site(outcome="visited", url=HOME, pages=1), contacts, is_thin=False, people=people)


class NobodyBought:
    titles = ("CEO", "Director")

    async def find(self, *_: object) -> list[Prospect]:
        return []


class NobodyForgotten:
    async def current(self) -> ForgottenList:
        return ForgottenList()


class Unverified:
    async def verify(self, tenant_id: int, emails: object, **_: object) -> Verified:
        return Verified({})


async def test_the_contact_that_fits_comes_first_and_all_people_are_announced() -> None:
    """Before anybody is bought: the site's own people are ranked by the titles that are looked for."""
    web = ProfileSources(cast(SiteCache, Sites()), cast(SiteSearch, None), cast(PublicAnswers, None), cast(Any, None))
    prospects, verifier = cast(Prospects, NobodyBought()), cast(Verifier, Unverified())
    waterfall = Waterfall(web, prospects, verifier, cast(Any, None), Limits(), NobodyForgotten())
    company = a_company(website_domain="acme.sg")

    done = await waterfall.enrich(company, 1)
    request = SimpleNamespace(tenant_id=1, company=company, skip=None)
    event = event_of(cast(Any, SimpleNamespace(event=request, now=datetime.now(UTC))), done, ())

    assert [(it.value, it.fit, it.seniority) for it in event.contacts] == [
        ("ana@acme.sg", 0, "c_level"),
        ("ben@acme.sg", None, "staff"),
        ("cai@acme.sg", None, None),
    ]
    assert [(person.name, person.fit) for person in event.people] == [("Ana Cruz", 0), ("Ben Low", None)]
