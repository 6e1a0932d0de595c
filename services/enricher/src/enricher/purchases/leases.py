"""Leases on rows while a call to a vendor runs. A killed replica's rows are free again after one lease."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from common.errors import Unavailable

#: The default lease, as long as the inbox's: when an event is claimed again, the rows held for it are free, too.
LEASE = timedelta(seconds=60)
#: The longest wait for an answer that another caller has asked for; then the step is skipped.
WAIT_LIMIT = timedelta(minutes=2)


@asynccontextmanager
async def keep_renewing(renew: Callable[[], Awaitable[None]], lease: timedelta) -> AsyncIterator[None]:
    """Calls `renew` three times per lease while the block runs. Ignores a database that is away."""
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
