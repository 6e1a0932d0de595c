"""Starts Kafka clients and always closes them, however their block ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar


class KafkaClient(Protocol):
    """The common interface of aiokafka's producers and consumers."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


Client = TypeVar("Client", bound=KafkaClient)

#: Kept here until they end: an event loop holds its tasks by weak references only.
_closings: set["asyncio.Task[None]"] = set()


@asynccontextmanager
async def running(client: Client, *, within_s: float | None = None) -> AsyncIterator[Client]:
    """Starts the client, yields it, and closes it at the end.

    Raises what its start raises, and TimeoutError if that takes longer than `within_s` seconds.

    aiokafka leaves connections open when a start or a stop is cancelled midway. Both therefore run in tasks of their
    own, which a cancellation of the caller does not reach; a start that continues after one is closed when it ends.
    """
    start = asyncio.create_task(client.start())
    try:
        async with asyncio.timeout(within_s):
            await asyncio.shield(start)
        yield client
    finally:
        closing = asyncio.create_task(_close(client, start))
        _closings.add(closing)
        closing.add_done_callback(_closings.discard)
        if start.done():
            await asyncio.shield(closing)


async def _close(client: KafkaClient, start: "asyncio.Task[None]") -> None:
    await asyncio.gather(start, return_exceptions=True)  # its error is the caller's
    await client.stop()
