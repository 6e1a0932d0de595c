"""Visits from beginning to end: which pages are read, how far redirects are followed, and what comes of it."""

import gzip
from dataclasses import replace
from typing import Any

import pytest

from enricher.crawl.running_visit import THIN
from enricher.crawl.visits import Visit
from simulator.register.registry import company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Behaviour
from simulator.town.sites import Robots as RobotsManner
from simulator.town.town import Town

HOME = "http://acme.sg/"
MENU = '<title>Acme</title><a href="/about">About</a><a href="/contact">Contact</a><a href="/jobs">Jobs</a>'


async def visit(web: Any, domain: str | None = "acme.sg", **limits: Any) -> Visit:
    async with web.visitor(**limits) as visitor:
        return await visitor.visit(domain)


async def test_a_visit_reads_the_homepage_and_its_key_pages(web: Any) -> None:
    """robots.txt first, then the homepage, then key pages in order of worth; each is reported, and kept as read."""
    web.serve(HOME, MENU)
    web.serve(f"{HOME}about", "We make tools.")
    web.serve(f"{HOME}contact", "mei@acme.sg")

    seen = await visit(web, pages=3)

    assert web.asked == [f"{HOME}robots.txt", HOME, f"{HOME}contact", f"{HOME}about", f"{HOME}jobs"]
    assert [document.url for document in seen.documents] == [HOME, f"{HOME}contact", f"{HOME}about"]
    assert (seen.site.outcome, seen.site.url, seen.site.title, seen.site.about, seen.site.pages) == (
        "visited",
        HOME,
        "Acme",
        "We make tools.",
        3,
    )
    assert [(contact.value, contact.source_url) for contact in seen.contacts] == [("mei@acme.sg", f"{HOME}contact")]
    assert [(page.url, page.status) for page in seen.pages] == [
        (HOME, 200),
        (f"{HOME}contact", 200),
        (f"{HOME}about", 200),
        (f"{HOME}jobs", 404),
    ]
    assert seen.degraded_reasons == ("/jobs: HTTP 404",)


async def test_no_website_known_is_a_result(web: Any) -> None:
    """Nothing is asked for."""
    seen = await visit(web, None)

    assert (seen.site.outcome, seen.degraded_reasons, web.asked) == ("no_site_known", ("no website known",), [])


async def test_a_domain_that_is_none_is_a_result(web: Any) -> None:
    """The register holds anything."""
    seen = await visit(web, "see facebook")

    assert (seen.site.outcome, web.asked) == ("unreachable", [])
    assert seen.degraded_reasons == ("'see facebook' is not a host name",)


async def test_a_site_that_cannot_be_reached_is_not_forbidden(web: Any) -> None:
    """Somebody else may have more luck with it; only an owner's no is one for them too."""
    web.port = 9

    seen = await visit(web)

    assert (seen.site.outcome, seen.is_forbidden, seen.is_thin) == ("unreachable", False, True)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "forbidden"), (403, "forbidden"), (404, "unreachable"), (500, "unreachable"), (503, "unreachable")],
)
async def test_a_homepage_that_answers_badly_says_how(web: Any, status: int, outcome: str) -> None:
    """A refusal is distinguished from a failure."""
    web.serve(HOME, status=status)

    seen = await visit(web)

    assert (seen.site.outcome, seen.degraded_reasons) == (outcome, (f"homepage answers HTTP {status}",))
    assert seen.is_forbidden is (outcome == "forbidden")


async def test_a_homepage_that_is_no_page_is_empty(web: Any) -> None:
    """A homepage that is no page is empty, and so is one that says nothing."""
    web.serve(HOME, b"%PDF", kind="application/pdf")
    web.serve("http://blank.sg/", "<html></html>")

    assert (await visit(web)).site.outcome == "empty"
    assert (await visit(web, "blank.sg")).site.outcome == "empty"


async def test_https_is_tried_first_and_http_after(web: Any) -> None:
    """HTTPS is tried first and HTTP after; if nothing answers at https, the rest of the visit is at http."""
    web.tls_port = 9
    web.serve(HOME, "<title>Acme</title>")

    seen = await visit(web, schemes=("https", "http"))

    assert (seen.site.outcome, seen.site.url) == ("visited", HOME)


async def test_redirects_within_the_site_are_followed_by_its_rules(web: Any) -> None:
    """To www, and to the same name under another suffix; each origin's own robots.txt is asked."""
    web.serve(HOME, status=301, location="http://www.acme.sg/")
    web.serve("http://www.acme.sg/", status=302, location="http://acme.com/home")
    web.serve("http://acme.com/home", "<title>Acme</title>")

    seen = await visit(web, pages=0)

    assert seen.site.url == "http://acme.com/home"
    assert web.asked == [
        "http://acme.sg/robots.txt",
        "http://acme.sg/",
        "http://www.acme.sg/robots.txt",
        "http://www.acme.sg/",
        "http://acme.com/robots.txt",
        "http://acme.com/home",
    ]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://parking.com/acme", "another site"),
        ("http://127.0.0.1/", "another site"),
        ("http://169.254.169.254/latest/", "another site"),
        ("http://internal.acme.sg/", "not a public address"),
        ("http://acme.sg:6379/", "not a web page"),
        ("file:///etc/passwd", "not a web page"),
        ("/", "more than 5 times"),
    ],
)
async def test_redirects_elsewhere_inside_or_in_circles_end_the_visit(web: Any, location: str, reason: str) -> None:
    """Nothing beyond the site is ever asked, whatever it says."""
    web.resolves("internal.acme.sg", ["10.0.0.7"])
    web.serve(HOME, status=302, location=location)

    seen = await visit(web)

    assert seen.site.outcome == "unreachable"
    assert reason in seen.degraded_reasons[0]
    assert set(web.asked) == {f"{HOME}robots.txt", HOME}
    assert set(web.reached) == {"93.184.216.34"}


async def test_the_same_site_gives_the_same_visit(web: Any) -> None:
    """Time taken apart."""
    web.serve(HOME, MENU + "b@acme.sg a@acme.sg 6123 4567")
    web.serve(f"{HOME}contact", "c@acme.sg a@acme.sg")

    first, second = await visit(web), await visit(web)

    assert (first.site, first.contacts, first.pages) == (second.site, second.contacts, second.pages)


async def test_kinds_of_pages_that_nobody_links_to_are_found_in_the_sitemap(web: Any) -> None:
    """Kinds of pages that nobody links to are found in the sitemap, of the owner's own list, packed or not, below an
    index; only the site's own pages, and by robots.txt's rules.
    """
    robots = f"User-agent: *\nDisallow: /team\nSitemap: {HOME}map.xml\nSitemap: http://other.sg/map.xml"
    web.serve(f"{HOME}robots.txt", robots, kind="text/plain")
    web.serve(HOME, '<a href="/contact">Contact</a>')
    web.serve(f"{HOME}map.xml", f"<sitemapindex><sitemap><loc>{HOME}pages.xml.gz</loc></sitemap></sitemapindex>")
    places = (f"{HOME}blog/x", f"{HOME}team", f"{HOME}careers", "http://evil.sg/about", f"{HOME}about?a=1&amp;b=2")
    listed = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    web.serve(f"{HOME}pages.xml.gz", gzip.compress(f"<urlset>{listed}</urlset>".encode()), kind="application/gzip")

    seen = await visit(web)

    assert web.asked == [
        f"{HOME}robots.txt",
        HOME,
        f"{HOME}map.xml",
        f"{HOME}pages.xml.gz",
        f"{HOME}contact",
        f"{HOME}about?a=1&b=2",
        f"{HOME}careers",
    ]
    assert "robots.txt forbids 1 key pages" in seen.degraded_reasons


async def test_a_homepage_that_links_to_all_that_is_wanted_needs_no_sitemap(web: Any) -> None:
    """A request less for its owner."""
    web.serve(HOME, MENU)

    await visit(web, pages=3)

    assert not any("sitemap" in url for url in web.asked)


@pytest.mark.parametrize(("text", "is_thin"), [("x " * THIN, False), ("Welcome to our site", True), ("", True)])
async def test_a_site_that_says_little_is_thin(web: Any, text: str, is_thin: bool) -> None:
    """Others may know more of it."""
    web.serve(HOME, f"<title>Acme</title><p>{text}</p>")

    assert (await visit(web)).is_thin is is_thin


async def test_a_page_that_has_not_changed_is_the_earlier_visit(web: Any) -> None:
    """The homepage alone is asked for, as the server knows it; what is found stays word for word."""
    web.serve(HOME, MENU, headers={"ETag": '"v1"'})
    async with web.visitor(pages=3) as visitor:
        first = await visitor.visit("acme.sg")
        web.asked.clear()
        web.serve(HOME, status=304)
        again = await visitor.visit("acme.sg", first)

    assert web.asked == [HOME]
    assert 'If-None-Match: "v1"\r\n' in web.headers[-1]
    assert again == replace(first, was_cached=True, duration_ms=again.duration_ms)


async def test_a_redirect_chain_is_checked_at_every_hop(web: Any) -> None:
    """The last hop's own robots.txt, and its addresses, count as those of the first."""
    web.serve(HOME, status=301, location="http://www.acme.sg/")
    web.serve("http://www.acme.sg/", status=301, location="http://closed.acme.sg/")
    web.serve("http://closed.acme.sg/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")

    seen = await visit(web)

    assert (seen.site.outcome, seen.is_forbidden) == ("forbidden", True)
    assert "http://closed.acme.sg/" not in web.asked


@pytest.mark.slow
async def test_the_simulators_town_is_read_as_it_was_built(web: Any) -> None:
    """Through its proxy: of every well-behaved site all addresses, the number and the careers page."""
    town = Town(Settings().seed)
    hosts = [found.website for n in range(400) if (found := company(n, town.seed)).website]
    sites = [site for host in hosts if (site := town.site(host))][:60]
    async with (
        running(Settings(slow_ms=1)) as proxy,
        web.visitor(proxy=proxy, pages=6, max_delay_s=0) as visitor,
    ):
        for site in sites:
            seen = await visitor.visit(site.host)
            if site.robots is RobotsManner.CLOSED:
                assert seen.site.outcome == "forbidden"
            elif site.robots is RobotsManner.FAILING or site.manner in (Behaviour.FAILING, Behaviour.LOOP):
                assert seen.site.outcome == "unreachable"
            elif site.manner in (Behaviour.PLAIN, Behaviour.SLOW, Behaviour.TO_HOME, Behaviour.MISCODED):
                values = {contact.value for contact in seen.contacts}
                assert (seen.site.outcome, values) == ("visited", {*site.emails, site.phone}), site.host
                assert seen.site.has_careers is (site.openings is not None)
