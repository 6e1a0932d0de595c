"""Loads take turns; and a refresh that follows `updated_at` misses none: the lock comes before the time of the rows."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from leadgen.load import LoadFailed, Progress, load
from leadgen.load.database import staging
from testkit.register.registers import a_company, counts, write
from testkit.stages import until

SHARED = "SELECT pg_advisory_lock_shared(hashtextextended('leadgen load', 0))"
TRY_SHARED = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended('leadgen load', 0))"
UNLOCK_SHARED = "SELECT pg_advisory_unlock_shared(hashtextextended('leadgen load', 0))"


def a_register(path: Path, name: str) -> Path:
    path.write_text(f"uen,entity_name,primary_ssic_code\n201900001K,{name},46900\n")
    return path


async def test_what_is_loaded_after_a_refresh_looked_is_of_a_later_time(
    owner: Any, database_url: str, tmp_path: Path
) -> None:
    """A load that has read its file, and waits while a refresh looks, marks its rows later than that look."""
    waits = asyncio.Event()

    def watch(progress: Progress) -> None:
        if progress.phase == "waiting":
            waits.set()

    await owner.execute(SHARED)
    loading = asyncio.create_task(load(a_register(tmp_path / "a.csv", "A"), database_url, progress=watch))
    await asyncio.wait_for(waits.wait(), timeout=60)
    looked_at = await owner.fetchval("SELECT clock_timestamp()")
    await owner.execute(UNLOCK_SHARED)
    await loading

    assert await owner.fetchval("SELECT updated_at FROM staging_acra_companies") > looked_at


async def test_a_refresh_sees_all_that_was_loaded_before_it_looks(
    owner: Any, database_url: str, tmp_path: Path
) -> None:
    """While a load merges the shared lock is not to be had; once it is, the rows are there, of an earlier time."""
    await load(a_register(tmp_path / "a.csv", "A"), database_url)
    blocking = await asyncpg.connect(database_url)
    try:
        async with blocking.transaction():
            await blocking.execute("LOCK TABLE staging_acra_companies IN SHARE ROW EXCLUSIVE MODE")
            loading = asyncio.create_task(load(a_register(tmp_path / "b.csv", "B"), database_url))

            async def merges() -> bool:
                return await owner.fetchval(
                    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'leadgen load' "
                    "AND datname = current_database() AND wait_event_type = 'Lock' AND xact_start IS NOT NULL)"
                )

            await until(merges)
            assert await owner.fetchval(TRY_SHARED) is False
        await owner.execute(SHARED)
        looked_at = await owner.fetchval("SELECT clock_timestamp()")
        row = await owner.fetchrow("SELECT entity_name, updated_at FROM staging_acra_companies")
        await loading
    finally:
        await blocking.close()

    assert row["entity_name"] == "B"
    assert row["updated_at"] < looked_at


async def test_the_lock_is_free_after_a_load(owner: Any, database_url: str, tmp_path: Path) -> None:
    """Whether it went well or ended in the middle of its merge."""
    await load(a_register(tmp_path / "a.csv", "A"), database_url)
    assert await owner.fetchval(staging.TRY_LOCK) is True
    await owner.execute(staging.UNLOCK)

    await owner.execute("ALTER TABLE staging_acra_companies ADD CHECK (entity_name <> 'B')")
    with pytest.raises(LoadFailed, match="check constraint"):
        await load(a_register(tmp_path / "b.csv", "B"), database_url)

    async def is_free() -> bool:
        return await owner.fetchval(staging.TRY_LOCK)

    await until(is_free)
    assert await owner.fetchval("SELECT entity_name FROM staging_acra_companies") == "A"


async def test_two_loads_at_once_take_turns(owner: Any, database_url: str, tmp_path: Path) -> None:
    """Both end well, and each row is inserted once."""
    files = [write(tmp_path / f"{n}.csv", [a_company(k) for k in range(3000)]) for n in range(3)]
    summaries = await asyncio.gather(*(load(file, database_url) for file in files))

    assert sorted(counts(summary) for summary in summaries) == [(0, 0, 3000, 0, 0)] * 2 + [(3000, 0, 0, 0, 0)]


async def test_a_load_says_that_it_waits_for_another(owner: Any, database_url: str, tmp_path: Path) -> None:
    """A load says that it waits for another, and goes on as soon as the other has ended."""
    found: list[str] = []
    waits = asyncio.Event()

    def watch(progress: Progress) -> None:
        found.append(progress.phase)
        if progress.phase == "waiting":
            waits.set()

    await owner.execute(staging.LOCK)
    loading = asyncio.create_task(load(write(tmp_path / "a.csv", [a_company(1)]), database_url, progress=watch))
    await asyncio.wait_for(waits.wait(), timeout=60)
    await owner.execute(staging.UNLOCK)
    await loading

    assert list(dict.fromkeys(found)) == ["reading", "waiting", "merging"]
