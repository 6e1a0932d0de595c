"""The task that keeps lists up to date: it looks seldom, and at once when facts come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from common.postgres import Database
from gateway.lists import keeper
from testkit.stages import until

CHANGE = "INSERT INTO list_changes (tenant_id, company_ids) VALUES (1, ARRAY[1])"
CHANGES = "SELECT count(*) FROM list_changes"


class Facts(asyncio.Event):
    """Facts of a feed; tells when the keeper waits for them."""

    def __init__(self) -> None:
        super().__init__()
        self.are_awaited = asyncio.Event()

    async def wait(self) -> Any:
        self.are_awaited.set()
        return await super().wait()


@asynccontextmanager
async def keeping(database: Database) -> AsyncIterator[Facts]:
    """A keeper at work; yields its facts."""
    facts = Facts()
    task = asyncio.create_task(keeper.keep_lists(database, facts))
    try:
        yield facts
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_fact_wakes_the_keeper(database: Database, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact wakes the keeper: what changed before the fact is in the lists soon after it, every time."""
    monkeypatch.setattr(keeper, "IDLE_S", 3600.0)
    async with keeping(database) as facts:
        for _ in range(2):
            await asyncio.wait_for(facts.are_awaited.wait(), 60)
            facts.are_awaited.clear()
            await owner.execute(CHANGE)
            facts.set()
            await until(lambda: are_handled(owner))


async def test_changes_without_a_fact_are_found(
    database: Database, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keeper that nobody wakes looks by itself."""
    monkeypatch.setattr(keeper, "IDLE_S", 0.01)
    async with keeping(database) as facts:
        await asyncio.wait_for(facts.are_awaited.wait(), 60)
        await owner.execute(CHANGE)
        await until(lambda: are_handled(owner))


async def are_handled(owner: Any) -> bool:
    return bool(await owner.fetchval(CHANGES) == 0)
