"""The waker at its end."""

import asyncio
from datetime import timedelta

import pytest

from common.delivery.inbox import Inbox
from common.delivery.inbox.waker import Waker
from common.postgres import Database
from testkit.stages import until


@pytest.mark.parametrize("turns", range(5))
async def test_a_waker_that_is_nudged_as_it_is_stopped_stops(turns: int, toy: str, database: Database) -> None:
    """The last handler to end nudges it at that moment; so many turns of the event loop lie between the two."""
    waker = Waker(database, Inbox(toy, timedelta(hours=1)), {}, patience=timedelta(0))
    running = asyncio.create_task(waker.run())
    try:

        async def sleeps() -> bool:
            return bool(waker._nudged._waiters)

        await until(sleeps)
        waker.nudge()
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running], timeout=30)
        assert running.cancelled()
    finally:
        while not running.done():
            running.cancel()
            await asyncio.wait([running], timeout=1)
