"""Limits of a visit: what owners refuse, pauses, pages and the deadline."""

import asyncio
import time
from typing import Any, cast

import pytest

from common.postgres import Database
from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.visits import Visit

HOME = "http://acme.sg/"
MENU = '<title>Acme</title><a href="/about">About</a><a href="/contact">Contact</a><a href="/jobs">Jobs</a>'


async def visit(web: Any, domain: str | None = "acme.sg", **limits: Any) -> Visit:
    async with web.visitor(**limits) as visitor:
        return await visitor.visit(domain)


async def test_an_owner_who_refuses_is_left_alone(web: Any) -> None:
    """The homepage is not asked for."""
    web.serve(f"{HOME}robots.txt", "User-agent: *\nDisallow: /", kind="text/plain")
    web.serve(HOME, MENU)

    seen = await visit(web)

    assert (seen.site.outcome, seen.degraded_reasons) == ("forbidden", ("robots.txt forbids /",))
    assert (seen.is_forbidden, seen.is_thin) == (True, True)
    assert web.asked == [f"{HOME}robots.txt"]


async def test_a_page_that_is_forbidden_is_skipped_and_costs_nothing(web: Any) -> None:
    """It does not use up the page limit."""
    web.serve(f"{HOME}robots.txt", "User-agent: *\nDisallow: /contact", kind="text/plain")
    web.serve(HOME, MENU)

    seen = await visit(web, pages=2)

    assert web.asked[2:] == [f"{HOME}about", f"{HOME}jobs"]
    assert "robots.txt forbids 1 key pages" in seen.degraded_reasons


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_robots_txt_that_cannot_be_had_closes_the_site(web: Any, status: int) -> None:
    """For today."""
    web.serve(f"{HOME}robots.txt", status=status)
    web.serve(HOME, MENU)

    seen = await visit(web)

    assert (seen.site.outcome, web.asked) == ("unreachable", [f"{HOME}robots.txt"])
    assert f"HTTP {status}" in seen.degraded_reasons[0]
    assert seen.is_forbidden


async def test_the_page_limit_holds_and_is_reported(web: Any) -> None:
    """The page limit holds and is reported: what was left out is counted."""
    web.serve(HOME, MENU)

    seen = await visit(web, pages=1)

    assert web.asked[2:] == [f"{HOME}contact"]
    assert seen.is_whole
    assert "page limit: 2 more key pages not read" in seen.degraded_reasons


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_has_had_enough_is_left_alone(web: Any, status: int) -> None:
    """A site that has had enough is left alone: what was read so far counts."""
    web.serve(HOME, MENU)
    web.serve(f"{HOME}contact", status=status)

    seen = await visit(web)

    assert (seen.site.outcome, web.asked[-1], seen.is_whole) == ("visited", f"{HOME}contact", False)


async def test_the_deadline_ends_a_visit_with_what_was_seen(web: Any) -> None:
    """A page that hangs costs the rest of the visit, not the facts found before."""

    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    web.serve(HOME, MENU)
    web.serve_by(f"{HOME}contact", hang)

    seen = await visit(web, timeout_s=2, pages=3)

    assert (seen.site.outcome, seen.site.title, seen.degraded_reasons) == ("visited", "Acme", ("timeout after 2 s",))
    assert not seen.is_whole


async def test_the_owners_pause_is_kept_or_the_visit_ends(web: Any, database: Database) -> None:
    """No time for a pause of an hour: the homepage only, and the reason is recorded."""
    web.serve(f"{HOME}robots.txt", "User-agent: *\nCrawl-delay: 3600\nDisallow:", kind="text/plain")
    web.serve(HOME, MENU)

    seen = await visit(web, max_delay_s=3600, delays=CrawlDelay(database))

    assert web.asked == [f"{HOME}robots.txt", HOME]
    assert seen.degraded_reasons == ("no time left for 3600 s between requests",)
    assert not seen.is_whole


async def test_replicas_share_a_sites_pauses(web: Any, database: Database) -> None:
    """Replicas share a site's pauses.

    Whoever asks, and for whatever: robots.txt, pages, subdomains, hops of a redirect. 8 requests are 7 pauses.
    """
    web.serve(HOME, status=302, location="http://www.acme.sg/")
    web.serve("http://www.acme.sg/", "<title>Acme</title>")
    web.serve("http://shop.acme.sg/", "<title>Shop</title>")
    started = time.monotonic()

    async with (
        web.visitor(delay_s=0.2, pages=0, delays=CrawlDelay(database)) as one,
        web.visitor(delay_s=0.2, pages=0, delays=CrawlDelay(database)) as other,
    ):
        await asyncio.gather(one.visit("acme.sg"), other.visit("shop.acme.sg"), other.visit("www.acme.sg"))

    assert len(web.asked) == 8
    assert time.monotonic() - started >= 7 * 0.2


async def test_not_modified_is_believed_of_what_is_known_only(web: Any) -> None:
    """A server that says so unasked has no homepage."""
    web.serve(HOME, MENU)
    async with web.visitor(pages=0) as visitor:
        first = await visitor.visit("acme.sg")
        web.serve(HOME, status=304)
        again = await visitor.visit("acme.sg", first)

    assert (again.site.outcome, again.was_cached) == ("unreachable", False)


async def test_a_malformed_answer_is_asked_for_again_in_a_turn_of_its_own(web: Any) -> None:
    """The crawl delay lies between the two requests, too; the site's further pages are read leniently at once."""

    class CountedTurns(CrawlDelay):
        taken = 0

        async def reserve(self, site: str, *, gap_s: float, within_s: float) -> float | None:
            self.taken += 1
            return 0.0

    async def malformed(writer: asyncio.StreamWriter) -> None:
        length = b"Content-Length: %d\r\n" % len(MENU)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + length * 2 + b"\r\n" + MENU.encode())

    web.serve_by(HOME, malformed)
    web.serve_by(f"{HOME}contact", malformed)
    turns = CountedTurns(cast(Any, None))

    seen = await visit(web, delays=turns, pages=1)

    assert web.asked == [f"{HOME}robots.txt", HOME, HOME, f"{HOME}contact"]
    assert (seen.site.pages, turns.taken) == (2, len(web.asked))


@pytest.mark.parametrize(("length", "is_whole"), [(200_500, True), (999_999, False)], ids=["too long", "breaks off"])
async def test_a_page_that_breaks_off_is_visited_again_sooner(web: Any, length: int, is_whole: bool) -> None:
    """Its end may come the next time; of a page that is too long there is never more."""
    page = MENU.encode().ljust(200_500 if is_whole else 200)

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % length + page)

    web.serve_by(HOME, answer)

    seen = await visit(web, pages=0)

    assert (seen.site.pages, seen.is_whole) == (1, is_whole)
    assert "only the first" in seen.degraded_reasons[0]
