"""CrawlDelay at a site, on the real PostgreSQL: whoever takes them, they are a gap apart."""

import asyncio
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from common.errors import Unavailable
from common.postgres import Database
from enricher.crawl.crawl_delay import SWEEP_EVERY, CrawlDelay

WATCH = """
    CREATE TABLE taken (site text, next_at timestamptz);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN INSERT INTO taken VALUES (NEW.site, NEW.next_at); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON site_turns FOR EACH ROW EXECUTE FUNCTION note();
"""


async def test_no_two_turns_of_a_site_are_closer_than_its_gap(
    database: Database, database_url: str, owner: "asyncpg.Connection[Any]"
) -> None:
    """Two replicas, sixty takers at once: each turn begins where the one before has ended, or later."""
    await owner.execute(WATCH)
    other = await Database.connect(database_url)
    try:
        both = (CrawlDelay(database), CrawlDelay(other))
        waits = await asyncio.gather(*(both[n % 2].reserve("acme.sg", gap_s=0.5, within_s=60) for n in range(60)))
    finally:
        await other.close()

    ends = [row["next_at"] for row in await owner.fetch("SELECT next_at FROM taken ORDER BY next_at")]
    gaps = [(after - before).total_seconds() for before, after in pairwise(ends)]
    assert len(ends) == 60
    assert min(gaps) >= 0.5
    # Nobody waits for nothing: the last of the queue has the gaps of the others before him.
    assert 59 * 0.5 - 5 < max(wait for wait in waits if wait is not None) <= 59 * 0.5


async def test_a_turn_too_late_is_not_reserved(database: Database) -> None:
    """The visit goes without; the next one, who has time, does not find its turn taken."""
    delays = CrawlDelay(database)
    assert await delays.reserve("acme.sg", gap_s=100, within_s=20) == 0

    assert await delays.reserve("acme.sg", gap_s=100, within_s=20) is None
    assert await delays.reserve("acme.sg", gap_s=100, within_s=0) is None
    wait = await delays.reserve("acme.sg", gap_s=100, within_s=200)
    assert wait is not None
    assert 90 < wait <= 100


async def test_sites_do_not_wait_for_each_other(database: Database, owner: "asyncpg.Connection[Any]") -> None:
    """Sites do not wait for each other, nor does one whose pause is over."""
    delays = CrawlDelay(database)
    assert [await delays.reserve(site, gap_s=100, within_s=1) for site in ("a.sg", "b.sg")] == [0, 0]

    await owner.execute("UPDATE site_turns SET next_at = now() WHERE site = 'a.sg'")
    assert [await delays.reserve(site, gap_s=100, within_s=1) for site in ("a.sg", "b.sg")] == [0, None]


async def test_without_a_gap_nothing_is_asked(database_url: str) -> None:
    """For sites of one's own, and benches."""
    closed = await Database.connect(database_url)
    await closed.close()

    assert await CrawlDelay(closed).reserve("acme.sg", gap_s=0, within_s=1) == 0
    with pytest.raises(Unavailable):
        await CrawlDelay(closed).reserve("acme.sg", gap_s=1, within_s=1)


async def test_sites_whose_turn_is_long_over_are_forgotten(
    database: Database, owner: "asyncpg.Connection[Any]"
) -> None:
    """Now and then; those that somebody may wait for stay."""
    await owner.execute(
        "INSERT INTO site_turns SELECT 'old' || n, now() - interval '2 minutes' FROM generate_series(1, 50) n"
    )
    await owner.execute("INSERT INTO site_turns VALUES ('waiting', now() + interval '20 seconds')")
    delays = CrawlDelay(database)
    for _ in range(SWEEP_EVERY):
        await delays.reserve("new", gap_s=0.0001, within_s=60)

    assert [row[0] for row in await owner.fetch("SELECT site FROM site_turns ORDER BY 1")] == ["new", "waiting"]
