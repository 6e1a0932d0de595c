"""Advisory locks of PostgreSQL: tried inside a statement without waiting there, and lost when the connection breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from common.postgres.connections import Session
from common.postgres.errors import AWAY

# Not pg_advisory_lock: a statement that waits holds back vacuum.
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
#: Seconds between two attempts at a lock that someone else holds, at first and at most.
LOCK_PAUSE_S, MAX_LOCK_PAUSE_S = 0.05, 1.0


async def has_locked(session: Session, name: str, *, wait: bool) -> bool:
    """Takes the lock for the life of the session; returns False if another session has it. With `wait`, tries again."""
    pause_s = LOCK_PAUSE_S
    while not await session.fetchval(TRY_LOCK, name):
        if not wait:
            return False
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.5, MAX_LOCK_PAUSE_S)
    return True


@asynccontextmanager
async def keepalive(session: Session, every_s: float, *, name: str) -> AsyncIterator[None]:
    """Keeps the session from being idle while the block runs. Raises TimeoutError in the block when it breaks."""
    async with asyncio.timeout(None) as held:

        def leave(_: Any) -> None:
            with suppress(RuntimeError):  # the block has just ended
                held.reschedule(0)

        session.add_termination_listener(leave)
        alive = asyncio.create_task(_ping(session, every_s), name=name)
        try:
            yield
        finally:
            session.remove_termination_listener(leave)
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)


async def _ping(session: Session, every_s: float) -> None:
    with suppress(*AWAY, asyncpg.InterfaceError):
        while True:
            await asyncio.sleep(every_s)
            await session.execute("SELECT 1")
