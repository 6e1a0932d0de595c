"""Group commit: concurrent operations of many tasks become one transaction per tenant.

An operation is a set-based function: it gets a connection and the items of all who wait, and returns a result for each
item, in order. Items that arrive while a tenant's transaction runs go into its next one; an item that arrives alone
does not wait.

- No caller has its result before the transaction has committed.
- Operations run in the order of `lock_order`, and each locks its rows in an order of its own. So transactions of
  different replicas never wait for each other in a circle.
- When a transaction fails, each of its items is tried alone: no caller fails because of another's item.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypeVar

from common.delivery.inbox import Claim, Inbox
from common.delivery.messages import Message
from common.errors import Unavailable
from common.postgres import Connection, Database

T = TypeVar("T")
R = TypeVar("R")
Operation: TypeAlias = Callable[[Connection, Sequence[T]], Awaitable[Sequence[R]]]

#: Seconds between the beginnings of a tenant's transactions.
SPACING_S = 0.01
#: A transaction of this many items is followed by a rest: then the machine is busy, and fewer, larger transactions are
#: less work.
CROWD = 12
#: Length of that rest, in times of the transaction before it, up to `_LONGEST_S` from beginning to beginning.
_REST = 2
_LONGEST_S = 0.06


class Completion(NamedTuple):
    """The end of an event, with what it announces: committed together with the item that it comes with."""

    inbox: Inbox
    claim: Claim
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item for an operation, and the future of its result."""

    operation: Operation[Any, Any]
    item: Any
    completion: Completion | None
    result: "asyncio.Future[Any]"


@dataclass(slots=True)
class _Queue:
    """A tenant's entries that are not in a transaction yet."""

    entries: list[_Entry] = field(default_factory=list)
    worker: "asyncio.Task[None] | None" = None
    next_at: float = 0.0  # monotonic


class GroupCommit:
    """One replica's shared transactions.

    `lock_order` lists every operation once, in the order in which a transaction runs them; operations on rows that
    many tenants or replicas share come last, so that those are locked for the shortest time. `spacing_s` and `crowd`
    say how long to gather (`crowd=None`: no rests). With `autocommit` there is no transaction around the operations,
    and no tenant: for operations that are single statements, that saves two round trips.
    """

    def __init__(
        self,
        database: Database,
        lock_order: Sequence[Operation[Any, Any]],
        *,
        spacing_s: float = SPACING_S,
        crowd: int | None = CROWD,
        autocommit: bool = False,
    ) -> None:
        self._ranks = {operation: rank for rank, operation in enumerate(lock_order)}
        if len(self._ranks) < len(lock_order):
            raise ValueError("an operation occurs twice in the lock order")
        self._database = database
        self._spacing_s = spacing_s
        self._crowd = crowd
        self._autocommit = autocommit
        self._queues: dict[int | None, _Queue] = {}

    async def __call__(
        self, tenant_id: int | None, operation: Operation[T, R], item: T, *, completion: Completion | None = None
    ) -> R:
        """Returns the operation's result for this item, over this tenant's rows; `None` is for tables without tenants.

        Raises what the operation raises, LeaseLost where the event of `completion` is not held any more, Unavailable,
        and ValueError for an operation that is not in the lock order. A caller that is cancelled withdraws its item,
        unless a transaction has taken it up; `asyncio.shield` keeps it in.
        """
        if operation not in self._ranks:
            raise ValueError(f"{operation} is not in the lock order")
        if self._autocommit and tenant_id is not None:
            raise ValueError("a tenant's rows need a transaction: no autocommit")
        queue = self._queues.setdefault(tenant_id, _Queue())
        entry = _Entry(operation, item, completion, asyncio.get_running_loop().create_future())
        queue.entries.append(entry)
        if queue.worker is None:
            # Its transactions are of many events: the first one's span and log fields are not theirs.
            name, nobodys = f"group commit of {tenant_id}", Context()
            queue.worker = asyncio.create_task(self._work(tenant_id, queue), name=name, context=nobodys)
        result: R = await entry.result
        return result

    async def _work(self, tenant_id: int | None, queue: _Queue) -> None:
        """Runs transactions one after the other until the queue is empty."""
        try:
            while queue.entries:
                await asyncio.sleep(max(queue.next_at - time.monotonic(), 0))
                began = time.monotonic()
                taken, queue.entries = [it for it in queue.entries if not it.result.done()], []
                await self._commit(tenant_id, taken)
                queue.next_at = began + self._spacing_s
                if self._crowd is not None and len(taken) >= self._crowd:
                    took_s = time.monotonic() - began
                    queue.next_at = began + max(self._spacing_s, min((1 + _REST) * took_s, _LONGEST_S))
        finally:
            queue.worker = None

    async def _commit(self, tenant_id: int | None, entries: Sequence[_Entry]) -> None:
        """Gives each entry its result or its error."""
        if not entries:
            return
        try:
            results = await self._run(tenant_id, entries)
        except Exception as error:  # noqa: BLE001 # goes to the callers
            if len(entries) == 1 or isinstance(error, Unavailable):
                for entry in entries:
                    if not entry.result.done():
                        entry.result.set_exception(error)
                return
            for entry in entries:
                await self._commit(tenant_id, [entry])
        except BaseException:
            for entry in entries:
                entry.result.cancel()
            raise
        else:
            for entry, result in zip(entries, results, strict=True):
                if not entry.result.done():
                    entry.result.set_result(result)

    async def _run(self, tenant_id: int | None, entries: Sequence[_Entry]) -> list[Any]:
        """Runs each operation once for all of its items, and ends their events. Returns the results of all items."""
        places: dict[Operation[Any, Any], list[int]] = {}
        for place, entry in enumerate(entries):
            places.setdefault(entry.operation, []).append(place)
        results: list[Any] = [None] * len(entries)
        async with self._connection(tenant_id) as tx:
            for operation in sorted(places, key=self._ranks.__getitem__):
                found = await operation(tx, [entries[place].item for place in places[operation]])
                for place, result in zip(places[operation], found, strict=True):
                    results[place] = result
                await _finish(tx, [it for place in places[operation] if (it := entries[place].completion) is not None])
        return results

    def _connection(self, tenant_id: int | None) -> AbstractAsyncContextManager[Connection]:
        if self._autocommit:
            return self._database.statement()
        return self._database.without_tenant() if tenant_id is None else self._database.transaction(tenant_id)


async def _finish(tx: Connection, completions: Sequence[Completion]) -> None:
    for inbox in dict.fromkeys(completion.inbox for completion in completions):
        ours = [completion for completion in completions if completion.inbox is inbox]
        messages = [message for completion in ours for message in completion.messages]
        await inbox.finish(tx, [completion.claim for completion in ours], messages)
