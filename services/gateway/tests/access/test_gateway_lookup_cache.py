"""Look-ups of credentials are bounded: whoever invents some does not keep the database from everybody else."""

import asyncio

import pytest

from gateway.access.lookup_cache import LookupCache
from gateway.http.problems import Problem
from testkit.stages import until


async def test_few_look_ups_run_at_once_and_few_wait() -> None:
    """One more is refused at once, and does not disturb what is remembered."""
    running, most, go = 0, 0, asyncio.Event()

    async def look_up() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go.wait()
        running -= 1

    async def known() -> str:
        return "viewer"

    async def are_running() -> bool:
        return running == 2

    remembered: LookupCache[str, str] = LookupCache(60, at_once=2, waiting=3)
    assert await remembered.find("ann", known) == "viewer"
    invented = [asyncio.create_task(remembered.find(f"invented {number}", look_up)) for number in range(5)]
    await until(are_running)
    with pytest.raises(Problem) as refused:
        await remembered.find("one more", look_up)
    assert (refused.value.status, refused.value.retry_after_s) == (503, 1)
    assert await remembered.find("ann", look_up) == "viewer"

    go.set()
    assert await asyncio.gather(*invented) == [None] * 5
    assert (most, await remembered.find("bob", known)) == (2, "viewer")
