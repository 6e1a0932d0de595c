"""robots.txt by RFC 9309: what it says, what its absence says, and for how long it is believed."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from enricher.crawl.errors import PageForbidden, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.robots import KEPT_S, MAX_BYTES, Robots, read_rules

AGENT = "LeadgenBot"

CASES = [
    ("", "/", True),
    ("User-agent: *\nDisallow: /", "/", False),
    ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ("User-agent: *\nDisallow:", "/about", True),
    ("User-agent: *\nDisallow: /private", "/private/x", False),
    ("User-agent: *\nDisallow: /private", "/public", True),
    ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b", True),
    ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
    ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    ("User-agent: *\nDisallow: /*.php$", "/x.php", False),
    ("User-agent: *\nDisallow: /*.php$", "/x.php?y", True),
    ("User-agent: *\nDisallow: /a*b", "/a-and-b", False),
    ("User-agent: leadgenbot\nDisallow: /\n\nUser-agent: *\nAllow: /", "/", False),
    ("User-agent: LEADGENBOT\nAllow: /\n\nUser-agent: *\nDisallow: /", "/", True),
    ("User-agent: OtherBot\nDisallow: /", "/", True),
    ("User-agent: OtherBot\nUser-agent: LeadgenBot\nDisallow: /x", "/x", False),
    ("User-agent: LeadgenBot\nDisallow: /x\n\nUser-agent: LeadgenBot\nDisallow: /y", "/x", False),
    ("User-agent: LeadgenBot\nDisallow: /x\n\nUser-agent: LeadgenBot\nDisallow: /y", "/y", False),
    ("user-agent : * # all\n\ndisallow : /x # not this", "/x", False),
    ("\ufeffUser-agent: *\nDisallow: /", "/", False),
    ("User-agent: *\r\nDisallow: /x\r\n", "/x", False),
    ("Disallow: /", "/", True),
    ("<html>404</html>", "/", True),
    ("User-agent: *\nDisallow: /caf%C3%A9", "/caf%C3%A9", False),
]


@pytest.mark.parametrize(("text", "path", "is_allowed"), CASES)
def test_rules_are_read_as_the_rfc_says(text: str, path: str, is_allowed: bool) -> None:
    """Longest match, ties allow, wildcards, merged groups, own group before the star's, a byte order mark."""
    assert read_rules(200, text.encode(), AGENT).allows(f"http://acme.sg{path}") is is_allowed


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_rules_in_utf_16_are_read(charset: str) -> None:
    """Windows editors write them so, with a byte order mark; an owner's refusal counts in any spelling."""
    rules = read_rules(200, "\ufeffUser-agent: *\r\nDisallow: /".encode(charset), AGENT)

    assert not rules.allows("http://acme.sg/")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 451])
def test_no_robots_txt_allows_everything(status: int) -> None:
    """ "Unavailable" in the RFC's words, and redirects without end."""
    assert read_rules(status, b"User-agent: *\nDisallow: /", AGENT).allows("http://acme.sg/")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599, 600])
def test_a_robots_txt_that_cannot_be_had_allows_nothing(status: int) -> None:
    """ "Unreachable" in the RFC's words; 429 in the strict reading."""
    with pytest.raises(SiteUnreachable, match=f"HTTP {status}"):
        read_rules(status, b"", AGENT)


@given(st.binary(max_size=500))
def test_any_bytes_are_some_rules(content: bytes) -> None:
    """Never an error, whatever the file holds."""
    rules = read_rules(200, content, AGENT)
    assert rules.allows("http://acme.sg/x") in (True, False)
    assert rules.delay_s >= 0


def test_the_pause_that_the_owner_asks_for_is_read() -> None:
    """Crawl-delay is no part of the RFC, and wide-spread."""
    assert read_rules(200, b"User-agent: *\nCrawl-delay: 2.5\nDisallow:", AGENT).delay_s == 2.5
    assert read_rules(200, b"User-agent: *\nCrawl-delay: soon\nDisallow:", AGENT).delay_s == 0


async def test_a_refusal_names_the_path() -> None:
    """A refusal names the path, so that the visit can say what was not seen."""
    with pytest.raises(PageForbidden, match=r"robots\.txt forbids /x"):
        await read_rules(200, b"User-agent: *\nDisallow: /x", AGENT).check("http://acme.sg/x")


class Clock:
    """Time that moves only when a test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def fetcher(web: Any) -> AsyncIterator[Fetcher]:
    async with Fetcher(user_agent="LeadgenBot/1.0", timeout_s=2, max_bytes=100, network=web.guarded()) as fetcher:
        yield fetcher


async def test_rules_are_asked_for_once_a_day(web: Any, fetcher: Fetcher) -> None:
    """Kept for 24 hours, not longer."""
    clock = Clock()
    robots = Robots(AGENT, clock=clock)
    for clock.now in (0, KEPT_S - 1, KEPT_S):
        await robots.rules_for("http://acme.sg/about", fetcher.get)

    assert web.asked == ["http://acme.sg/robots.txt"] * 2


async def test_a_failure_is_not_kept(web: Any, fetcher: Fetcher) -> None:
    """A bad minute does not close a site for a day."""
    robots = Robots(AGENT, clock=Clock())
    web.serve("http://acme.sg/robots.txt", status=503)
    with pytest.raises(SiteUnreachable):
        await robots.rules_for("http://acme.sg/", fetcher.get)
    web.serve("http://acme.sg/robots.txt", status=404)

    assert (await robots.rules_for("http://acme.sg/", fetcher.get)).allows("http://acme.sg/")


async def test_only_so_many_origins_are_remembered(web: Any, fetcher: Fetcher) -> None:
    """The longest unused one is forgotten."""
    robots = Robots(AGENT, clock=Clock(), bound=2000)
    for host in ("a", "b", "a", "c", "a", "b"):
        await robots.rules_for(f"http://{host}.sg/", fetcher.get)

    assert [url[7] for url in web.asked] == ["a", "b", "c", "b"]


async def test_redirects_lead_to_the_rules_of_the_first_host(web: Any, fetcher: Fetcher) -> None:
    """Redirects lead to the rules of the first host, also across hosts, up to five."""
    for n in range(5):
        web.serve(f"http://{n}.sg/robots.txt", status=301, location=f"http://{n + 1}.sg/robots.txt")
    web.serve("http://5.sg/robots.txt", "User-agent: *\nDisallow: /x", kind="text/plain")

    rules = await Robots(AGENT, clock=Clock()).rules_for("http://0.sg/", fetcher.get)

    assert not rules.allows("http://0.sg/x")


async def test_robots_txt_that_moves_on_and_on_is_none(web: Any, fetcher: Fetcher) -> None:
    """A loop ends after five hops."""
    web.serve("http://acme.sg/robots.txt", status=302, location="/robots.txt")

    rules = await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)

    assert rules.allows("http://acme.sg/")
    assert len(web.asked) == 6


async def test_a_large_robots_txt_is_read_up_to_its_bound(web: Any, fetcher: Fetcher) -> None:
    """Its own bound of 500 KiB, not that of pages."""
    rules = "User-agent: *\nDisallow: /x\n" + "# filler\n" * 100_000
    web.serve("http://acme.sg/robots.txt", rules, kind="text/plain")

    assert not (await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)).allows("http://acme.sg/x")


async def test_a_line_cut_in_half_is_no_rule(web: Any, fetcher: Fetcher) -> None:
    """ "Disallow: /" of "Disallow: /private" would close the site."""
    start = "User-agent: *\n".ljust(MAX_BYTES - 11, "#") + "\n"
    web.serve("http://acme.sg/robots.txt", start + "Disallow: /private", kind="text/plain")

    assert (await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)).allows("http://acme.sg/x")


async def test_a_robots_txt_that_breaks_off_allows_nothing(web: Any, fetcher: Fetcher) -> None:
    """A robots.txt that breaks off allows nothing: what it would have forbidden is not known."""

    async def break_off(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nUser-agent: *\nDisallow: /x\n")

    web.serve_by("http://acme.sg/robots.txt", break_off)

    with pytest.raises(SiteUnreachable, match="is incomplete"):
        await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)


async def test_a_redirect_leads_to_no_address_of_ours(web: Any, fetcher: Fetcher) -> None:
    """The guard holds for robots.txt as for pages."""
    web.resolves("inside.sg", ["10.0.0.1"])
    web.serve("http://acme.sg/robots.txt", status=301, location="http://inside.sg/robots.txt")

    with pytest.raises(PageRefused, match="not a public address"):
        await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)


async def test_large_files_do_not_fill_the_memory(web: Any, fetcher: Fetcher) -> None:
    """Large files do not fill the memory: what is remembered is bounded in bytes: a large file pushes others out, a
    small one next to none.
    """
    robots = Robots(AGENT, clock=Clock(), bound=600_000)
    web.serve("http://large.sg/robots.txt", "User-agent: *\nDisallow: /x\n" + "# filler\n" * 100_000)
    for host in ("large", "a", "b", "large", "other", "a", "large"):
        if host == "other":
            web.serve("http://other.sg/robots.txt", "# filler\n" * 100_000)
        await robots.rules_for(f"http://{host}.sg/", fetcher.get)

    assert [url[7:-14] for url in web.asked] == ["large", "a", "b", "other", "a", "large"]


class _Slow(Protego):  # type: ignore[misc] # not typed
    """Rules that allow a URL once the event loop has had a turn, and forbid it if it has none for half a minute."""

    def __init__(self, turned: threading.Event) -> None:
        super().__init__()
        self._turned = turned

    def can_fetch(self, url: str, user_agent: str) -> bool:
        return self._turned.wait(30)


async def test_thousands_of_rules_hold_up_nobody_else(web: Any, fetcher: Fetcher) -> None:
    """They are searched in a thread: meanwhile the event loop goes on."""
    rules = "User-agent: *\n" + "".join(f"Disallow: /*a*{n}*b$\n" for n in range(5000))
    web.serve("http://acme.sg/robots.txt", rules, kind="text/plain")
    found = await Robots(AGENT, clock=Clock()).rules_for("http://acme.sg/", fetcher.get)
    await found.check("http://acme.sg/" + "abc" * 50)

    turned = threading.Event()
    checking = asyncio.create_task(replace(found, parser=_Slow(turned)).check("http://acme.sg/"))
    await asyncio.sleep(0)  # the check begins
    asyncio.get_running_loop().call_soon(turned.set)
    await checking


def test_sitemaps_are_named_whoever_they_are_for() -> None:
    """Outside all groups; twenty at most."""
    text = "Sitemap: http://acme.sg/a.xml\nUser-agent: Other\nDisallow: /\nSITEMAP: /b.xml\n"

    assert read_rules(200, text.encode(), AGENT).sitemaps == ["http://acme.sg/a.xml", "/b.xml"]
    assert len(read_rules(200, b"Sitemap: /x\n" * 1000, AGENT).sitemaps) == 20
    assert read_rules(404, text.encode(), AGENT).sitemaps == []


@pytest.mark.parametrize("name", ["LeadgenBot/1.0", "leadgenbot/2 (+https://leadgen.example/bot)", "LeadgenBot  # us"])
def test_a_group_may_name_us_as_our_header_does(name: str) -> None:
    """With version and comment; a bot whose name only contains ours is another one."""
    mine = read_rules(200, f"User-agent: {name}\nDisallow: /\n\nUser-agent: *\nAllow: /\n".encode(), "LeadgenBot")
    other = read_rules(200, b"User-agent: MyLeadgenBot-X\nDisallow: /\n", "LeadgenBot")

    assert not mine.allows("http://acme.sg/about")
    assert other.allows("http://acme.sg/about")
