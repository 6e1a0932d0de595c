"""Which pages are read, and whose URLs are whose."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.pages.documents import Link, parse_html
from enricher.pages.kinds import Kind, key_pages, kind_of
from enricher.pages.urls import homepage, may_be_same_owner, resolve, site_of

HOME = "http://www.acme.com.sg/"


def links(*paths: str) -> list[Link]:
    return [Link(f"http://www.acme.com.sg{path}", "") for path in paths]


def test_one_page_of_each_kind_comes_before_the_second_ones() -> None:
    """Contact first; three contact pages do not crowd out the rest."""
    paths = ("/contact", "/contact/my", "/blog/1", "/products/a", "/about-us", "/careers", "/team")
    found = list(key_pages(HOME, links(*paths)))

    assert [url.removeprefix(HOME) for url in found] == [
        "contact",
        "about-us",
        "team",
        "careers",
        "products/a",
        "contact/my",
    ]


def test_a_page_of_news_comes_after_all_other_kinds() -> None:
    """Before the second page of a kind, never instead of a first one."""
    found = list(key_pages(HOME, links("/news/2026/plant", "/news", "/pricing", "/contact/my", "/contact")))

    assert [url.removeprefix(HOME) for url in found] == ["contact", "pricing", "news", "contact/my", "news/2026/plant"]


def test_only_the_sites_own_pages_count() -> None:
    """Subdomains do; other sites, files and the homepage itself do not."""
    others = [Link("http://facebook.com/contact", "Contact"), Link("http://careers.acme.com.sg/jobs", "")]

    found = list(key_pages(HOME, [*others, *links("/about.pdf", "/", "/contact.html")]))

    assert found == ["http://www.acme.com.sg/contact.html", "http://careers.acme.com.sg/jobs"]


def test_a_links_words_count_where_its_path_says_nothing() -> None:
    """/p/17 called "About us" is about us; an article with "about" in its headline is not."""
    assert kind_of(Link(f"{HOME}p/17", "About us")) is Kind.ABOUT
    assert kind_of(Link(f"{HOME}p/18", "How we think about tyres and brakes")) is None


@pytest.mark.slow
@given(st.lists(st.sampled_from(["/contact", "/about", "/a/contact", "/jobs", "/x", "/team", "/staff"]), max_size=9))
def test_the_order_of_links_does_not_matter(paths: list[str]) -> None:
    """The order of links does not matter: the same links in any order are the same pages in one order: a replay reads
    what was read before.
    """
    shuffled = paths[:]
    random.Random(1).shuffle(shuffled)

    assert list(key_pages(HOME, links(*paths))) == list(key_pages(HOME, links(*shuffled)))


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("about", "http://acme.sg/x/about"),
        ("/about#team", "http://acme.sg/about"),
        ("#team", "http://acme.sg/x/"),
        ("https://www.other.com.sg/a/b.html#c", "https://www.other.com.sg/a/b.html"),
        ("//www.acme.sg", "http://www.acme.sg/"),
        ("https://ACME.sg:443/a b", "https://acme.sg/a%20b"),
        ("?page=2", "http://acme.sg/x/?page=2"),
        ("http://bücher.sg/", "http://xn--bcher-kva.sg/"),
        ("javascript:alert(1)", None),
        ("mailto:info@acme.sg", None),
        ("ftp://acme.sg/", None),
        ("http://acme.sg:8080/", None),
        ("http://user:word@acme.sg/", None),
        ("http://[::1/", None),
        ("/" + "x" * 2000, None),
    ],
)
def test_links_lead_to_web_pages_or_nowhere(link: str, url: str | None) -> None:
    """Other schemes, ports, passwords and nonsense are no pages."""
    assert resolve("http://acme.sg/x/", link) == url


@given(st.text(max_size=60))
def test_any_link_resolves_to_a_url_that_resolves_to_itself(link: str) -> None:
    """Never an error, and nothing left to normalise."""
    url = resolve("http://acme.sg/x/", link)
    if url is not None:
        assert resolve("http://other.sg/", url) == url


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.acme.com.sg", "acme.com.sg"),
        ("a.b.acme.sg", "acme.sg"),
        ("acme.github.io", "acme.github.io"),
        ("www.acme.example", "acme.example"),
        ("1.2.3.4", "1.2.3.4"),
    ],
)
def test_a_site_is_what_one_can_register(host: str, site: str) -> None:
    """By the public suffix list, also for hosts of many owners; an unknown suffix is the last label."""
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("host", "of", "is_home"),
    [
        ("www.acme.com.sg", "acme.com.sg", True),
        ("acme.com", "acme.com.sg", True),
        ("www.acme.example", "acme.example", True),
        ("acme-parking.com", "acme.com.sg", False),
        ("other.example", "acme.example", False),
    ],
)
def test_a_homepage_may_move_to_its_own_name(host: str, of: str, is_home: bool) -> None:
    """With or without www, under another suffix; not to somebody else's."""
    assert may_be_same_owner(host, of) is is_home


@pytest.mark.parametrize("domain", ["acme.sg", " ACME.sg ", "http://acme.sg/en/", "acme.sg."])
def test_a_domain_has_a_homepage(domain: str) -> None:
    """A domain has a homepage, however it was typed into the register."""
    assert homepage(domain, "https") == "https://acme.sg/"


@pytest.mark.parametrize("domain", ["", "acme", "not a domain", "a b.sg", "info@acme.sg", "acme.sg:22", ".", "http://"])
def test_what_is_no_domain_has_none(domain: str) -> None:
    """What is no domain has none, and is never asked for."""
    assert homepage(domain, "https") is None


def test_the_same_page_under_several_addresses_is_read_once() -> None:
    """A page under several addresses is read once, as it is at the homepage's own scheme and host, where it is
    linked so.
    """
    others = [
        Link(f"{scheme}://{host}/about", "") for scheme in ("http", "https") for host in ("acme.sg", "www.acme.sg")
    ]

    assert list(key_pages("https://www.acme.sg/", [*others, Link("https://www.acme.sg/about/", "")])) == [
        "https://www.acme.sg/about"
    ]


def test_a_sitemap_of_thousands_comes_to_fifty_pages() -> None:
    """A sitemap of thousands comes to fifty pages: those near the top of the site."""
    found = key_pages(HOME, links(*(f"/products/{n}/{n}" for n in range(5000)), "/products/a"))

    assert len(found) == 50
    assert next(iter(found)) == f"{HOME}products/a"


def test_links_at_the_end_of_a_long_page_are_seen() -> None:
    """The footer has the contacts; what stands between a thousand others may be missed."""
    page = (
        '<a href="/contact">x</a>' + "".join(f'<a href="/p{n}">x</a>' for n in range(5000)) + '<a href="/about">x</a>'
    )
    found = [link.url for link in parse_html(HOME, page).links]

    assert {f"{HOME}contact", f"{HOME}about"} < set(found)
    assert len(found) == 500


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("招聘 Recruitment", Kind.CAREERS),
        ("联络我们 Contact Us", Kind.CONTACT),
        ("关于我们 About", Kind.ABOUT),
        ("Training Contracts & Vacancies", Kind.CAREERS),
        ("Teach With Us", Kind.CAREERS),
        ("Karriere", Kind.CAREERS),
        ("Seasonal jobs", Kind.CAREERS),
        ("Werken bij", Kind.CAREERS),
        ("Jobba hos oss", Kind.CAREERS),
        ("Rejoignez-nous", Kind.CAREERS),
        ("Our Dentists", Kind.TEAM),
        ("Say hello", Kind.CONTACT),
        ("镜片 Contact lenses", None),
    ],
)
def test_bilingual_headings_and_those_of_professions_are_known(words: str, kind: Kind | None) -> None:
    assert kind_of(Link("http://acme.sg/p1", words)) is kind
