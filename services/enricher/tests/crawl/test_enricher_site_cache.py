"""Cached visits, shared by all: when they serve, when a site is visited again, and who visits meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.forgotten.suppression import ReadSuppression
from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.crawl.site_cache import REFUSED_FOR, UNREACHABLE_FOR, SiteBusy, SiteCache
from enricher.crawl.visits import Visit
from enricher.lock_order import LOCK_ORDER
from testkit.stages import until

HOME = "http://acme.sg/"
PAGE = '<title>Acme</title> mei@acme.sg <a href="/about">About</a>'
SESSIONS = """
    SELECT state, (SELECT count(*) FROM pg_locks WHERE pg_locks.pid = session.pid) AS locks
      FROM pg_stat_activity AS session
     WHERE application_name = 'leadgen' AND datname = current_database()
"""


@asynccontextmanager
async def cache_of(web: Any, database: Database, **settings: Any) -> AsyncIterator[SiteCache]:
    """A replica's cache, of texts too; visits take the homepage only."""
    limits = {"pages": settings.pop("pages", 0), "timeout_s": settings.pop("timeout_s", 10)}
    how = {"fresh_for": timedelta(days=7), "lease": timedelta(seconds=15), "texts_for": None, **settings}
    async with web.visitor(**limits) as visitor:
        yield SiteCache(GroupCommit(database, LOCK_ORDER), visitor, ReadSuppression(database), **how)


async def grow_old(owner: Any, by: timedelta) -> None:
    await owner.execute("UPDATE crawled_sites SET visited_at = visited_at - $1::interval", by)


def as_found(visit: Visit) -> Visit:
    return replace(visit, was_cached=False, duration_ms=0)


async def test_a_fresh_site_is_not_asked_again_by_anybody(web: Any, database: Database, owner: Any) -> None:
    """Another replica, a day before the end: the same result, texts and all, and nothing asked of the site."""
    web.serve(HOME, PAGE)
    async with cache_of(web, database) as one, cache_of(web, database) as other:
        first = await one.visit("acme.sg")
        await grow_old(owner, timedelta(days=6))
        asked = len(web.asked)
        again = await other.visit(" http://ACME.sg/en/")

    assert len(web.asked) == asked
    assert (first.was_cached, again.was_cached) == (False, True)
    assert as_found(again) == as_found(first)
    assert again.documents[0].text == "mei@acme.sg\nAbout"


async def test_texts_are_kept_only_where_that_was_wanted(web: Any, database: Database, owner: Any) -> None:
    """Texts are kept only where that was wanted: what was found is kept always."""
    web.serve(HOME, PAGE)
    async with cache_of(web, database, texts_for=timedelta(0)) as cache:
        first = await cache.visit("acme.sg")
        again = await cache.visit("acme.sg")

    assert await owner.fetchval("SELECT documents FROM crawled_sites") is None
    assert "mei@acme.sg" in await owner.fetchval("SELECT visit::text FROM crawled_sites")
    assert (len(first.documents), again.documents) == (1, ())
    assert as_found(again) == replace(as_found(first), documents=())


async def test_who_needs_the_texts_reads_the_site_again(web: Any, database: Database) -> None:
    """Once they are gone; "not changed" would not bring them back."""
    web.serve(HOME, PAGE, headers={"ETag": '"v1"'})
    async with cache_of(web, database, texts_for=timedelta(0)) as cache:
        first = await cache.visit("acme.sg")
        asked = len(web.asked)
        again = await cache.visit("acme.sg", with_texts=True)

    assert (len(web.asked) > asked, again.was_cached) == (True, False)
    assert again.documents == first.documents
    assert not [head for head in web.headers if "if-none-match" in head.lower()]


async def test_texts_that_are_kept_need_no_visit(web: Any, database: Database) -> None:
    """Texts that are kept need no visit, nor does a site of which there are none."""
    web.serve(HOME, PAGE)
    async with cache_of(web, database) as cache:
        for domain in ("acme.sg", "nobody.sg"):
            await cache.visit(domain)
            assert (await cache.visit(domain, with_texts=True)).was_cached


async def test_a_stale_site_that_has_not_changed_is_fresh_again(web: Any, database: Database, owner: Any) -> None:
    """One request, its pages are not fetched, and the next seven days none."""
    web.serve(HOME, PAGE, headers={"ETag": '"v1"', "Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT"})
    async with cache_of(web, database, pages=1) as cache:
        first = await cache.visit("acme.sg")
        await grow_old(owner, timedelta(days=8))
        web.asked.clear()
        web.serve(HOME, status=304)
        second, third = await cache.visit("acme.sg"), await cache.visit("acme.sg")

    assert web.asked == [HOME]
    assert 'If-None-Match: "v1"' in web.headers[-1]
    assert as_found(third) == as_found(second) == as_found(first)
    assert second.was_cached


async def test_a_stale_site_that_has_changed_is_visited_anew(web: Any, database: Database, owner: Any) -> None:
    """A stale site that has changed is visited anew, and what is kept is the new."""
    web.serve(HOME, PAGE, headers={"ETag": '"v1"'})
    async with cache_of(web, database) as cache:
        await cache.visit("acme.sg")
        await grow_old(owner, timedelta(days=8))
        web.serve(HOME, "<title>New</title>", headers={"ETag": '"v2"'})
        second, third = await cache.visit("acme.sg"), await cache.visit("acme.sg")

    assert (second.site.title, second.was_cached, third.site.title, third.was_cached) == ("New", False, "New", True)
    assert await owner.fetchval("SELECT etag FROM crawled_sites") == '"v2"'


@pytest.mark.parametrize(
    ("robots", "status", "outcome", "stands_for"),
    [("", 500, "unreachable", UNREACHABLE_FOR), ("User-agent: *\nDisallow: /", 200, "forbidden", REFUSED_FOR)],
)
async def test_a_failure_stands_for_a_while_only(
    web: Any, database: Database, owner: Any, robots: str, status: int, outcome: str, stands_for: timedelta
) -> None:
    """Nobody knocks again at once; who comes later does."""
    web.serve(f"{HOME}robots.txt", robots, kind="text/plain")
    web.serve(HOME, PAGE, status=status)
    async with cache_of(web, database) as one, cache_of(web, database) as other:
        assert (await one.visit("acme.sg")).site.outcome == outcome
        web.serve(f"{HOME}robots.txt", status=404)
        web.serve(HOME, PAGE)
        again = await other.visit("acme.sg")
        assert (again.site.outcome, again.was_cached) == (outcome, True)
        await grow_old(owner, stands_for)
        assert (await other.visit("acme.sg")).site.outcome == "visited"


async def test_a_visit_that_was_cut_short_does_not_stand_for_a_week(web: Any, database: Database, owner: Any) -> None:
    """A visit that was cut short does not stand for a week: what it found serves for a day; then the whole site is
    read, whether or not its homepage has changed.
    """
    web.serve(HOME, PAGE, headers={"ETag": '"v1"'})
    web.serve(f"{HOME}about", status=503)
    async with cache_of(web, database, pages=1) as cache:
        assert (await cache.visit("acme.sg")).site.pages == 1
        assert (await cache.visit("acme.sg")).was_cached
        await grow_old(owner, REFUSED_FOR)
        web.serve(f"{HOME}about", "About us")
        assert (await cache.visit("acme.sg")).site.pages == 2
    assert not any("If-None-Match" in head for head in web.headers)


async def test_visits_at_the_same_time_are_one(web: Any, database: Database) -> None:
    """Ten of two replicas: one goes, the others have what it found."""
    gate = asyncio.Event()

    async def on_signal(writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{PAGE}".encode())

    web.serve_by(HOME, on_signal)
    async with cache_of(web, database) as one, cache_of(web, database) as other:
        visits = [asyncio.create_task((one, other)[n % 2].visit("acme.sg")) for n in range(10)]
        await until(lambda: asyncio.sleep(0, HOME in web.asked))
        gate.set()
        found = await asyncio.gather(*visits)

    assert web.asked == [f"{HOME}robots.txt", HOME]
    assert len({as_found(visit).site.title for visit in found}) == 1
    assert sorted(visit.was_cached for visit in found) == [False] + [True] * 9


async def test_no_transaction_is_open_during_a_visit(web: Any, database: Database, owner: Any) -> None:
    """A site that hangs holds no connection and no lock."""
    hung = asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        hung.set()
        await asyncio.Event().wait()

    web.serve_by(HOME, hang)
    async with cache_of(web, database) as cache:
        visit = asyncio.create_task(cache.visit("acme.sg"))
        await asyncio.wait_for(hung.wait(), 60)
        states = await owner.fetch(SESSIONS)
        visit.cancel()
        await asyncio.gather(visit, return_exceptions=True)

    assert {(row["state"], row["locks"]) for row in states} == {("idle", 0)}
    assert await owner.fetchval("SELECT visiting_until < now() FROM crawled_sites"), "who gives up lets the next one in"


async def test_a_replica_that_died_holds_a_site_up_for_its_lease_only(web: Any, database: Database, owner: Any) -> None:
    """A replica that died holds a site up for its lease only; then another one goes."""
    web.serve(HOME, PAGE)
    await owner.execute(
        "INSERT INTO crawled_sites (domain, visitor, visiting_until)"
        " VALUES ('acme.sg', gen_random_uuid(), clock_timestamp() + interval '0.5 seconds')"
    )
    async with cache_of(web, database) as cache:
        assert (await cache.visit("acme.sg")).site.title == "Acme"


async def test_who_waits_too_long_comes_back_later(web: Any, database: Database, owner: Any) -> None:
    """A transient failure: the event is tried again after a backoff; the site is not asked twice at once."""
    await owner.execute(
        "INSERT INTO crawled_sites (domain, visitor, visiting_until)"
        " VALUES ('acme.sg', gen_random_uuid(), clock_timestamp() + interval '1 hour')"
    )
    async with cache_of(web, database, lease=timedelta(seconds=0.3)) as cache:
        with pytest.raises(SiteBusy, match=r"another worker has been visiting acme\.sg"):
            await cache.visit("acme.sg")

    assert web.asked == []


async def test_a_visit_that_outlived_its_lease_does_not_overwrite_the_next_one(
    web: Any, database: Database, owner: Any
) -> None:
    """It still says what it found."""

    async def while_another_comes(writer: asyncio.StreamWriter) -> None:
        await owner.execute("UPDATE crawled_sites SET visitor = gen_random_uuid()")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>Acme</title>")

    web.serve_by(HOME, while_another_comes)
    async with cache_of(web, database) as cache:
        assert (await cache.visit("acme.sg")).site.title == "Acme"

    assert await owner.fetchval("SELECT visit FROM crawled_sites") is None


@pytest.mark.parametrize("left", ["'{}', NULL", '\'{"site": {"outcome": "odd"}}\', NULL', "'{}', 'no zlib'"])
async def test_what_cannot_be_read_is_visited_anew(web: Any, database: Database, owner: Any, left: str) -> None:
    """Another version of the program may have left it."""
    web.serve(HOME, PAGE)
    await owner.execute(
        f"INSERT INTO crawled_sites (domain, visited_at, visit, documents) SELECT 'acme.sg', now(), v::json, d::bytea"
        f" FROM (VALUES ({left})) AS kept (v, d)"
    )
    async with cache_of(web, database) as cache:
        assert (await cache.visit("acme.sg")).site.title == "Acme"
        assert (await cache.visit("acme.sg")).was_cached


async def test_any_characters_can_be_kept(web: Any, database: Database) -> None:
    """NUL and half pairs of JSON, and whatever else a page holds."""
    data = '<script type="application/ld+json">{"@type": "Organization", "description": "a\\u0000b\\ud800c"}</script>'
    web.serve(HOME, f"<title>A\x00c&#0;me 😀</title>{data}<a href='/%00%ff'>x</a><p>\ufeff\x01 text")
    async with cache_of(web, database) as cache:
        first, again = await cache.visit("acme.sg"), await cache.visit("acme.sg")

    assert again.was_cached
    assert as_found(again) == as_found(first)


@pytest.mark.parametrize("domain", [None, "see facebook", ""])
async def test_what_is_no_domain_is_not_kept(web: Any, database: Database, owner: Any, domain: str | None) -> None:
    """There is nothing to visit."""
    async with cache_of(web, database) as cache:
        assert (await cache.visit(domain)).site.pages == 0

    assert await owner.fetchval("SELECT count(*) FROM crawled_sites") == 0
