"""Holding on to a row for as long as a call takes, in leases: what a killed replica held is free again after one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from common.errors import Unavailable

#: As long as an event's own lease by default: whoever takes over an event finds what was held for it free, too.
LEASE = timedelta(seconds=60)
#: For how long one waits for another's answer before one does without.
PATIENCE = timedelta(minutes=2)


@asynccontextmanager
async def renewed(renew: Callable[[], Awaitable[None]], lease: timedelta) -> AsyncIterator[None]:
    """Calls `renew` three times a lease while the block runs. A database that is away is asked again."""
    renewing = asyncio.create_task(_renew(renew, lease.total_seconds() / 3))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])


async def _renew(renew: Callable[[], Awaitable[None]], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        with suppress(Unavailable):
            await renew()
