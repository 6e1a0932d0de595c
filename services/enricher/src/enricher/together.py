"""What many companies want of the database at the same moment is done together: one transaction per tenant, one
statement per kind of wish. Alone, each of a company's thirty small statements would be a round trip or three.

An operation is a module's own set-based function: it gets a connection and the items that have come, and gives a result
for each, in order. All wishes of one tenant that came while its last transaction was under way, or less than a moment
after that began, are in the next one. Whoever comes alone does not wait. Where many come and a transaction takes long,
the machine is busy: then the moment is longer, since fewer and larger ones are less work.

    Nobody's result is there before the transaction has committed.
    Operations come in the same order in all replicas, and each locks its rows in order: so none wait for each other.
    Where one fails for what it was given, each item is tried alone: nobody fails of another's.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from common.errors import Unavailable
from common.postgres import Connection, Database

T = TypeVar("T")
R = TypeVar("R")
Operation: TypeAlias = Callable[[Connection, Sequence[T]], Awaitable[Sequence[R]]]

#: Between the beginnings of a tenant's transactions. A company waits for some ten of them, which take seconds anyway.
SPACING_S = 0.01
#: After so many wishes at once there is a rest of twice the transaction's time, up to the longest spacing.
CROWD = 12
_REST = 2
_LONGEST_S = 0.06


@dataclass(frozen=True, slots=True)
class _Wish:
    """An item, for an operation, and the future of its result."""

    operation: Operation[Any, Any]
    item: Any
    result: "asyncio.Future[Any]"


@dataclass(slots=True)
class _Queue:
    """A tenant's wishes that no transaction has taken up yet."""

    wishes: list[_Wish] = field(default_factory=list)
    worker: "asyncio.Task[None] | None" = None
    next_at: float = 0.0  # monotonic


class Together:
    """One replica's shared transactions."""

    def __init__(self, database: Database, *, spacing_s: float = SPACING_S) -> None:
        self._database = database
        self._spacing_s = spacing_s
        self._queues: dict[int | None, _Queue] = {}

    async def __call__(self, tenant_id: int | None, operation: Operation[T, R], item: T) -> R:
        """The operation's result for this item, of this tenant's rows; with None, of what has no tenant.

        Raises what the operation raises, and Unavailable. A caller who is cancelled takes the item back, unless it is
        being worked on by then.
        """
        queue = self._queues.setdefault(tenant_id, _Queue())
        wish = _Wish(operation, item, asyncio.get_running_loop().create_future())
        queue.wishes.append(wish)
        if queue.worker is None:
            queue.worker = asyncio.create_task(self._work(tenant_id, queue), name=f"together for {tenant_id}")
        result: R = await wish.result
        return result

    async def _work(self, tenant_id: int | None, queue: _Queue) -> None:
        """One transaction after the other, until nothing is wished any more."""
        try:
            while queue.wishes:
                await asyncio.sleep(max(queue.next_at - time.monotonic(), 0))
                began = time.monotonic()
                taken, queue.wishes = [it for it in queue.wishes if not it.result.done()], []
                await self._grant(tenant_id, taken)
                queue.next_at = began + self._spacing_s
                if len(taken) >= CROWD:
                    took_s = time.monotonic() - began
                    queue.next_at = began + max(self._spacing_s, min((1 + _REST) * took_s, _LONGEST_S))
        finally:
            queue.worker = None

    async def _grant(self, tenant_id: int | None, wishes: Sequence[_Wish]) -> None:
        """Ends each of them, with its result or with what went wrong."""
        if not wishes:
            return
        try:
            results = await self._transact(tenant_id, wishes)
        except Exception as error:  # noqa: BLE001 # goes to whom it concerns
            if len(wishes) == 1 or isinstance(error, Unavailable):
                for wish in wishes:
                    if not wish.result.done():
                        wish.result.set_exception(error)
                return
            for wish in wishes:
                await self._grant(tenant_id, [wish])
        except BaseException:
            for wish in wishes:
                wish.result.cancel()
            raise
        else:
            for wish, result in zip(wishes, results, strict=True):
                if not wish.result.done():
                    wish.result.set_result(result)

    async def _transact(self, tenant_id: int | None, wishes: Sequence[_Wish]) -> list[Any]:
        """The result of each, by one statement or so for each operation."""
        places: dict[Operation[Any, Any], list[int]] = {}
        for place, wish in enumerate(wishes):
            places.setdefault(wish.operation, []).append(place)
        results: list[Any] = [None] * len(wishes)
        async with self._transaction(tenant_id) as tx:
            for operation in sorted(places, key=_name_of, reverse=True):  # `budgets` last: its rows are everybody's
                found = await operation(tx, [wishes[place].item for place in places[operation]])
                for place, result in zip(places[operation], found, strict=True):
                    results[place] = result
        return results

    def _transaction(self, tenant_id: int | None) -> AbstractAsyncContextManager[Connection]:
        return self._database.without_tenant() if tenant_id is None else self._database.transaction(tenant_id)


def _name_of(operation: Operation[Any, Any]) -> str:
    return f"{operation.__module__}.{operation.__qualname__}"
