"""The town's sites, without a network: what each kind of site answers."""

from collections import Counter
from collections.abc import Callable
from itertools import islice

import pytest

from simulator.register.registry import COLUMNS, rows
from simulator.town.layouts import PRIVATE_PATH
from simulator.town.sites import Behaviour, Layout, Robots, Site, Tech, site_of
from simulator.town.town import Answer, Town, paths_of

SEED = 65


@pytest.fixture(scope="module")
def sites() -> list[Site]:
    """The sites of the first 20,000 companies."""
    hosts = (row[COLUMNS.index("website")] for row in rows(20_000, SEED))
    found = [site_of(host, SEED) for host in hosts if host != "na"]
    return [site for site in found if site is not None]


@pytest.fixture(scope="module")
def town() -> Town:
    """A town of the default seed."""
    return Town(SEED)


def _first(sites: list[Site], wanted: Callable[[Site], bool]) -> Site:
    return next(site for site in sites if wanted(site))


@pytest.mark.slow
def test_every_website_in_the_register_has_a_site(sites: list[Site]) -> None:
    """The host name is enough to find the company again."""
    with_site = sum(row[COLUMNS.index("website")] != "na" for row in rows(20_000, SEED))

    assert len(sites) == with_site


def test_characters_are_mixed_as_promised(sites: list[Site]) -> None:
    """Most sites are plain; each other character has its few percent; all layouts and technologies occur."""
    behaviours = Counter(site.manner for site in sites)
    broken = (Behaviour.FAILING, Behaviour.TRUNCATED, Behaviour.MALFORMED, Behaviour.MISTYPED, Behaviour.MISCODED)
    moved = (Behaviour.TO_WWW, Behaviour.TO_HOME, Behaviour.LOOP)
    closed = sum(site.robots is Robots.CLOSED for site in sites)

    assert set(behaviours) == set(Behaviour)
    assert 0.05 < behaviours[Behaviour.THIN] / len(sites) < 0.07
    assert 0.02 < behaviours[Behaviour.SLOW] / len(sites) < 0.04
    assert 0.02 < sum(behaviours[manner] for manner in broken) / len(sites) < 0.04
    assert 0.04 < sum(behaviours[manner] for manner in moved) / len(sites) < 0.06
    assert 0.03 < closed / len(sites) < 0.05
    assert {site.layout for site in sites} == set(Layout)
    assert {site.tech for site in sites} == set(Tech)
    assert {site.robots for site in sites} == set(Robots)


def test_pages_are_the_same_whenever_they_are_asked_for(sites: list[Site]) -> None:
    """Two towns of one seed answer alike; the sites of another seed are others."""
    again = Town(SEED)
    once = Town(SEED)
    for site in islice(sites, 200):
        for path in ("/robots.txt", *paths_of(site)):
            assert once.answer(site.host, path) == again.answer(site.host, path)
        assert Town(SEED + 1).answer(site.host, "/").status == 502


@pytest.mark.parametrize("layout", list(Layout))
def test_a_plain_site_tells_its_contacts_and_trade_somewhere(layout: Layout, sites: list[Site], town: Town) -> None:
    """A plain site tells its contacts and trade somewhere, whatever the layout: every address is on a page (perhaps
    spelled out), so are phone and trade.
    """
    plain = [site for site in sites if site.layout is layout and site.manner is Behaviour.PLAIN][:40]
    for site in plain:
        answers = [town.answer(site.host, path) for path in paths_of(site)]
        text = "".join(answer.body.decode() for answer in answers).replace(" [at] ", "@").replace(" [dot] ", ".")
        assert {answer.status for answer in answers} == {200}
        assert all(address in text for address in site.emails)
        assert site.phone[-4:] in text
        assert site.industry.trade in text
        assert (site.openings is not None) == ("Careers" in text or "CAREER" in text)


def test_a_careers_page_lists_its_openings(sites: list[Site], town: Town) -> None:
    """A careers page lists its openings, as many jobs as the site has openings; a page with none says so."""
    for site in [s for s in sites if s.openings is not None and s.manner is Behaviour.PLAIN][:60]:
        page = b"".join(town.answer(site.host, path).body for path in paths_of(site)[-20:])
        assert page.count(b'<li class="job">') == site.openings


def test_robots_files_say_what_the_site_wants(sites: list[Site], town: Town) -> None:
    """Closed, private, patient, open, missing and failing ones each answer as their name says."""

    def robots(kind: Robots) -> tuple[int, bytes]:
        site = _first(sites, lambda site: site.robots is kind and site.manner is Behaviour.PLAIN)
        answer = town.answer(site.host, "/robots.txt")
        return answer.status, answer.body

    assert b"Disallow: /\n" in robots(Robots.CLOSED)[1]
    assert b"Disallow: /private\n" in robots(Robots.PRIVATE)[1]
    assert b"Crawl-delay: 2\n" in robots(Robots.PATIENT)[1]
    assert b"Disallow:\n" in robots(Robots.OPEN)[1]
    assert robots(Robots.MISSING)[0] == 404
    assert robots(Robots.FAILING)[0] == 503


def test_a_private_page_is_linked_but_forbidden(sites: list[Site], town: Town) -> None:
    """The link is there to tempt a robot that does not read robots.txt."""
    site = _first(sites, lambda site: site.robots is Robots.PRIVATE and site.manner is Behaviour.PLAIN)

    assert PRIVATE_PATH.encode() in town.answer(site.host, "/").body
    assert town.answer(site.host, PRIVATE_PATH).status == 200


def test_sites_that_moved_send_visitors_on(sites: list[Site], town: Town) -> None:
    """To the www name, to /home, or round and round."""
    www = _first(sites, lambda site: site.manner is Behaviour.TO_WWW)
    home = _first(sites, lambda site: site.manner is Behaviour.TO_HOME)
    loop = _first(sites, lambda site: site.manner is Behaviour.LOOP)

    assert town.answer(www.host, "/about").location == f"http://www.{www.host}/about"
    assert town.answer(f"www.{www.host}", "/").status == 200
    assert town.answer(home.host, "/").location == "/home"
    assert town.answer(home.host, "/home").status == 200
    assert town.answer(loop.host, "/").location == "/start"
    assert town.answer(loop.host, "/start").location == "/"


def test_broken_sites_are_broken_each_in_its_way(sites: list[Site], town: Town) -> None:
    """500s, cut bodies, unclosed tags, a wrong type, bytes that are not what the header says."""

    def home(manner: Behaviour) -> Answer:
        return town.answer(_first(sites, lambda site: site.manner is manner).host, "/")

    cut = home(Behaviour.TRUNCATED)
    assert home(Behaviour.FAILING).status == 500
    assert cut.sent is not None
    assert cut.sent < len(cut.body)
    assert b"</html>" not in home(Behaviour.MALFORMED).body
    assert home(Behaviour.MISTYPED).content_type == "application/octet-stream"
    with pytest.raises(UnicodeDecodeError):
        home(Behaviour.MISCODED).body.decode("utf-8")
    assert len(home(Behaviour.THIN).body) < 200
    assert home(Behaviour.SLOW).is_slow


@pytest.mark.parametrize(
    "host", ["nobody.example", "zenith-trading-zzzzzz.example", "zenith-trading-0.example", "a.b", "", "-.example"]
)
def test_a_host_that_nobody_has_does_not_resolve(host: str, town: Town) -> None:
    """Only the exact name in the register is a site."""
    assert town.answer(host, "/").status == 502


def test_sitemaps_list_pages_that_exist(sites: list[Site], town: Town) -> None:
    """Every address in a sitemap can be fetched; a site without one answers 404."""
    listed = _first(sites, lambda site: site.has_sitemap and site.manner is Behaviour.PLAIN)
    without = _first(sites, lambda site: not site.has_sitemap and site.manner is Behaviour.PLAIN)
    document = town.answer(listed.host, "/sitemap.xml").body.decode()
    urls = [part.split("</loc>")[0] for part in document.split("<loc>")[1:]]

    assert urls
    assert all(town.answer(listed.host, url.removeprefix(f"http://{listed.host}")).status == 200 for url in urls)
    assert town.answer(without.host, "/sitemap.xml").status == 404
