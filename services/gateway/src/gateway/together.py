"""Calls that arrive while an earlier one is under way are made together, as one: fifty requests, one round trip."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """`work` gets the items that came since it was called last, in order, and gives a result for each.

    One call of it is under way at a time. What it raises, it raises for all whose items it had. A caller who goes away
    takes nothing back: the item is worked on all the same.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._turn = asyncio.Lock()
        self._items: list[T] = []
        self._next: asyncio.Task[Sequence[R]] | None = None

    async def __call__(self, item: T) -> R:
        """The result for this item."""
        place = len(self._items)
        self._items.append(item)
        if self._next is None:
            self._next = asyncio.create_task(self._run())
        results = await asyncio.shield(self._next)
        return results[place]

    async def _run(self) -> Sequence[R]:
        async with self._turn:
            items, self._items, self._next = self._items, [], None
            return await self._work(items)
