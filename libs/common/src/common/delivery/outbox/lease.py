"""The lease of a service's outbox, a row of `outbox_owners`. The relay of the replica that holds it sends.

The lease ends by the database's clock, so a relay that is frozen keeps it for `LEASE_S` and no longer. It stops sending
by its own monotonic clock before that, and deletes no row of the outbox without it. A relay whose process has ended has
no session with the database any more, and loses the lease at once.
"""

import time
from datetime import timedelta
from uuid import uuid4

from common.errors import LeaseLost
from common.postgres import Connection, Session

LEASE_S = 10.0
#: Seconds before the end from which on nothing is sent: the answer to a send that is under way takes some time.
MARGIN_S = 1.0

IS_FREE = """
    SELECT NOT EXISTS (
        SELECT FROM outbox_owners WHERE producer = $1 AND owner <> $2 AND expires_at > now()
           AND EXISTS (SELECT FROM pg_stat_activity WHERE pid = session))
"""
# Whoever has it may extend it, also late, as long as nobody else took it.
TAKE = """
    INSERT INTO outbox_owners AS held (producer, owner, session, expires_at)
    VALUES ($1, $2, pg_backend_pid(), now() + $3::interval)
    ON CONFLICT (producer) DO UPDATE
       SET owner = excluded.owner, session = excluded.session, expires_at = excluded.expires_at
     WHERE held.owner = excluded.owner OR held.expires_at <= now()
        OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = held.session)
    RETURNING (SELECT EXISTS (SELECT FROM outbox WHERE producer = $1)) AS has_rows
"""
RELEASE = "DELETE FROM outbox_owners WHERE producer = $1 AND owner = $2"


class OutboxLease:
    """The lease of one producer's outbox, as one relay sees it."""

    def __init__(self, producer: str, lease_s: float = LEASE_S) -> None:
        self.producer = producer
        self.owner = uuid4()
        self._lease_s = lease_s
        self._taken_at = -float("inf")

    def is_held(self) -> bool:
        """Whether this relay certainly holds the lease, for a send that begins now."""
        return time.monotonic() < self._taken_at + self._lease_s - MARGIN_S

    def is_due(self) -> bool:
        """Whether the lease should be extended."""
        return time.monotonic() > self._taken_at + self._lease_s / 3

    async def is_free(self, tx: Connection) -> bool:
        """Whether `take` would get the lease."""
        return bool(await tx.fetchval(IS_FREE, self.producer, self.owner))

    async def take(self, session: Session) -> bool:
        """Takes or extends the lease; returns whether there is something to send. Raises LeaseLost if another relay has
        it.
        """
        asked_at = time.monotonic()
        row = await session.fetchrow(TAKE, self.producer, self.owner, timedelta(seconds=self._lease_s))
        if row is None:
            raise LeaseLost(f"another relay sends the outbox of {self.producer}")
        self._taken_at = asked_at
        return bool(row["has_rows"])

    async def release(self, session: Session) -> None:
        """Ends the lease, so that another relay can take it. May be repeated."""
        self._taken_at = -float("inf")
        await session.execute(RELEASE, self.producer, self.owner)
