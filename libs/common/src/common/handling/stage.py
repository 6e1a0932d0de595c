"""Declares the handlers of a service. A stage has a name and one handler per event; `service.run` runs it.

    stage = Stage("scorer")

    @stage.handles(CompanyEnriched, batch=200)
    async def score(work: Batch[CompanyEnriched]) -> None: ...

option    handler gets   transactions
batch=n   Batch          one around the handler, for up to n events of one tenant; the handler only changes the database
(none)    Work           the handler opens them itself, and may do HTTP between them; one event
chunk=n   Chunk          the same, for up to n events of one tenant: for remote systems that take many at once

`retry=RetryStrategy(...)` says how patient the handler is with a Transient, if not for 24 hours (`retry.py`). Where the
remote system of a tenant is away, raise a Transient with the scope "tenant" (`errors.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from common.contracts import Event
from common.forgotten.suppression import Suppression
from common.handling.retry import DEFAULT_RETRY, RetryStrategy
from common.handling.work import Batch, Chunk, Work

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Handler:
    """The function that handles one type of event: one at a time, or up to `size` of one tenant.

    `is_set_based` tells a batch, which is one transaction, from a chunk, which opens its own.
    """

    event: type[Event]
    call: Callable[[Any], Awaitable[None]]
    size: int | None = None
    is_set_based: bool = False
    retry: RetryStrategy = DEFAULT_RETRY


class Stage:
    """A named set of handlers. The name is the consumer group, the inbox's consumer and the outbox's producer.

    `tasks` are what the service does besides its handlers: when one of them ends, the service is no longer alive.
    `suppression` is the list of what is forgotten, where the handlers read it, too: intake reads the same one.
    """

    def __init__(self, name: str, *, suppression: Suppression | None = None) -> None:
        self.name = name
        self.suppression = suppression
        self.handlers: dict[str, Handler] = {}
        self.tasks: list[asyncio.Task[None]] = []

    @overload
    def handles(
        self, *events: type[E], retry: RetryStrategy = ...
    ) -> Callable[[Callable[[Work[E]], Awaitable[None]]], Callable[[Work[E]], Awaitable[None]]]: ...

    @overload
    def handles(
        self, *events: type[E], batch: int, retry: RetryStrategy = ...
    ) -> Callable[[Callable[[Batch[E]], Awaitable[None]]], Callable[[Batch[E]], Awaitable[None]]]: ...

    @overload
    def handles(
        self, *events: type[E], chunk: int, retry: RetryStrategy = ...
    ) -> Callable[[Callable[[Chunk[E]], Awaitable[None]]], Callable[[Chunk[E]], Awaitable[None]]]: ...

    def handles(
        self,
        *events: type[Event],
        batch: int | None = None,
        chunk: int | None = None,
        retry: RetryStrategy = DEFAULT_RETRY,
    ) -> Callable[[Callable[[Any], Awaitable[None]]], Callable[[Any], Awaitable[None]]]:
        """Declares the handler of these events. An event has one handler in a stage."""

        def declare(call: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
            for event in events:
                if event.topic in self.handlers:
                    raise ValueError(f"{self.name} handles {event.topic} already")
                self.handlers[event.topic] = Handler(
                    event, call, batch or chunk, is_set_based=batch is not None, retry=retry
                )
            return call

        return declare
