"""Calls that are made together: each gets its own result, none waits for more than the call before."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.together import Together
from testkit.stages import until


class Work:
    """Doubles numbers, as slowly as a test wants; remembers what came together. Refuses 13."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.done: list[int] = []

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.calls.append(list(items))
        await self.goes_on.wait()
        if 13 in items:
            raise ValueError("13")
        self.done += items
        return [item * 2 for item in items]


async def test_what_comes_at_once_is_done_at_once() -> None:
    """One call, and each caller has the result of its own item."""
    work = Work()
    together = Together(work)
    numbers = range(50, 100)
    assert await asyncio.gather(*map(together, numbers)) == [number * 2 for number in numbers]
    assert work.calls == [list(numbers)]


async def test_what_comes_meanwhile_is_done_next() -> None:
    """One call is under way at a time, and whatever came since it began goes with the next."""
    work = Work()
    together = Together(work)
    work.goes_on.clear()
    first = asyncio.create_task(together(1))
    await until(lambda: _has_begun(work))
    others = [asyncio.create_task(together(number)) for number in (2, 3)]
    work.goes_on.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert work.calls == [[1], [2, 3]]


async def test_an_error_is_everyones_who_was_in_it() -> None:
    """And nobody's who came later."""
    together = Together(Work())
    results = await asyncio.gather(together(12), together(13), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    assert await together(14) == 28


async def test_an_item_outlives_its_caller() -> None:
    """Whoever goes away has asked all the same, and takes nothing from the others."""
    work = Work()
    together = Together(work)
    work.goes_on.clear()
    leaving, staying = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await until(lambda: _has_begun(work))
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    work.goes_on.set()
    assert await staying == 4
    assert work.done == [1, 2]


async def _has_begun(work: Work) -> bool:
    return bool(work.calls)
