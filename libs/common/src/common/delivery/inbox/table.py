"""A service's durable list of work. Intake writes rows in batches; workers claim them and end them with their changes.

A row is claimable when it is open, its `next_at` has passed and no older open row has its topic and key. Its `phase`
keeps what cannot be claimed out of the index that a claim reads (see the migration `phases`): a claim or a failure
makes a row `scheduled` until `next_at`, `set_aside` makes one `blocked` until the older row of its key ends,
`make_due_ready` brings back what is due. `attempts`, which a claim, a release and a retry count up, is the fencing
token: whoever lost or ended a claim changes nothing.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from common.contracts import Lane
from common.delivery.inbox import pauses
from common.delivery.inbox import statements as sql
from common.delivery.inbox.rows import Arrival, Backlog, Claim, DeadLetters, Outlook
from common.delivery.messages import Message
from common.errors import LeaseLost
from common.postgres import Connection

#: Lower than any tenant.
BEFORE_ALL = -2
#: The rest of an event that may be claimed again at once.
AT_ONCE = timedelta(0)


def is_cut_off(claims: Sequence[Claim], limit: int) -> bool:
    """Whether a claim of up to `limit` ended at a bound (rows or bytes), so that more may be ready."""
    return len(claims) == limit or sum(len(claim.value or b"") for claim in claims) >= sql.CLAIM_BYTES


class Inbox:
    """The rows of one consumer. Every method runs in the caller's transaction."""

    def __init__(self, consumer: str, lease: timedelta) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", consumer):
            raise ValueError(f"{consumer!r} is not a valid service name: use lower-case letters, digits and hyphens")
        self.consumer = consumer
        self.lease = lease
        partitions = {table: f"{table}_{consumer.replace('-', '_')}" for table in ("inbox", "outbox")}
        self._names = {"consumer": consumer, **partitions}
        self._sql: dict[str, str] = {}

    async def take_in(self, tx: Connection, arrivals: Sequence[Arrival]) -> int:
        """Writes a batch and returns how many rows are new; existing rows do not change."""
        if not arrivals:
            return 0
        return _rows_of(await tx.execute(self._own(sql.TAKE_IN), self.consumer, *zip(*arrivals, strict=True)))

    async def is_full(self, tx: Connection, topic: str, bound: int) -> bool:
        """Whether `bound` or more rows of the topic are open, without those of paused tenants.

        With those of paused tenants, it is full at `statements.MOST_WAITING` times the bound.
        """
        return bool(await tx.fetchval(self._own(sql.IS_FULL), topic, bound))

    async def ready_tenants(
        self, tx: Connection, topic: str, lane: Lane, *, after: int = BEFORE_ALL, limit: int = 100
    ) -> list[int]:
        """Lists up to `limit` tenants with ready rows, in order of their number, from the one `after` this."""
        rows = await tx.fetch(self._own(sql.READY_TENANTS), topic, lane, after, limit)
        return [row["tenant_id"] for row in rows]

    async def claim(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int) -> list[Claim]:
        """Leases the oldest ready row of each of up to `limit` keys, oldest first; for a paused tenant its probe.

        Ends early after `statements.CLAIM_BYTES` of bodies.
        Looks at a bounded number of rows: finding none does not mean that there are none (see `set_aside`).
        """
        if claims := await self._claim(tx, topic, lane, tenant_id, limit, is_probe=False):
            return claims
        failures = await pauses.take_probe(tx, self.consumer, tenant_id, self.lease)
        if failures is None:
            return []
        probe = await self._claim(tx, topic, lane, tenant_id, 1, is_probe=True)
        if not probe:  # its rows may wait for older ones of their keys in the other lane
            await pauses.return_probe(tx, self.consumer, tenant_id)
        return [claim._replace(pause_failures=failures) for claim in probe]

    async def _claim(
        self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int, *, is_probe: bool
    ) -> list[Claim]:
        rows = await tx.fetch(self._own(sql.CLAIM), topic, lane, tenant_id, limit, self.lease, is_probe)
        return sorted((Claim(*row.values()) for row in rows), key=lambda claim: (claim.partition, claim.offset))

    async def has_ready(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, number: int) -> bool:
        """Whether the tenant has so many ready rows."""
        return bool(await tx.fetchval(self._own(sql.HAS_READY), topic, lane, tenant_id, number))

    async def set_aside(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int = 500) -> int:
        """Moves ready rows that cannot be claimed out of the way of claims; returns how many of the oldest `limit`."""
        return _rows_of(await tx.execute(self._own(sql.SET_ASIDE), topic, lane, tenant_id, limit))

    async def outlook(self, tx: Connection, lanes: Sequence[tuple[str, Lane]]) -> list[Outlook]:
        """Returns for each topic and lane whether it has ready rows, and when the next row is due."""
        topics, names = [topic for topic, _ in lanes], [lane for _, lane in lanes]
        return [Outlook(*row.values()) for row in await tx.fetch(self._own(sql.OUTLOOK), topics, names)]

    async def make_due_ready(self, tx: Connection, limit: int = 1000) -> int:
        """Marks up to `limit` rows as ready whose lease or backoff has ended; returns how many."""
        return _rows_of(await tx.execute(self._own(sql.MAKE_DUE_READY), limit))

    async def backlog(self, tx: Connection, topics: Sequence[str], bound: int) -> list[Backlog]:
        """Counts the open rows of each topic by lane, at most `bound` rows of a topic."""
        return [Backlog(*row.values()) for row in await tx.fetch(self._own(sql.BACKLOG), topics, bound)]

    async def dead_letters(self, tx: Connection, bound: int) -> list[DeadLetters]:
        """Counts the dead letters by topic, at most `bound` of them."""
        return [DeadLetters(*row.values()) for row in await tx.fetch(self._own(sql.DEAD_LETTERS), bound)]

    async def finish(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces events and ends the rows. Raises LeaseLost if a claim is no longer held; the caller rolls back."""
        await self._end(tx, sql.FINISH, claims, *_columns(messages))

    async def step(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces events and keeps the claims for another lease. Raises LeaseLost as `finish` does."""
        await self._held(tx, sql.STEP, claims, *_columns(messages), self.lease)

    async def dead_letter(self, tx: Connection, claim: Claim, letter: Message, reason: str, handler: str) -> None:
        """Marks the row as dead and sends its dead letter, which names `handler`. Raises LeaseLost as `finish` does."""
        await self._end(tx, sql.DEAD_LETTER, [claim], *_columns([letter]), reason, handler)

    async def retry(self, tx: Connection, claims: Sequence[Claim], delay: timedelta, reason: str) -> int:
        """Counts a failure and delays the rows, and with them their keys; returns the number of rows.

        Rows that were lost or ended meanwhile are left alone.
        """
        status = await tx.execute(self._own(sql.RETRY), self.consumer, *_tokens(claims), delay, reason)
        return _rows_of(status)

    async def extend(self, tx: Connection, claims: Sequence[Claim]) -> None:
        """Extends the leases of the claims that are still held."""
        await tx.execute(self._own(sql.EXTEND), self.consumer, *_tokens(claims), self.lease)

    async def release(self, tx: Connection, claims: Sequence[Claim], rest: timedelta = AT_ONCE) -> None:
        """Makes the rows that are still held claimable after a delay. Counts neither a failure nor a crash."""
        await tx.execute(self._own(sql.RELEASE), self.consumer, *_tokens(claims), rest)

    async def hold_alone(self, tx: Connection, claim: Claim, lease: timedelta) -> None:
        """Records that the holder works on nothing else, and holds the row for `lease`. Raises LeaseLost."""
        await self._held(tx, sql.HOLD_ALONE, [claim], lease)

    async def _held(self, tx: Connection, statement: str, claims: Sequence[Claim], *arguments: object) -> None:
        status = await tx.execute(self._own(statement), self.consumer, *_tokens(claims), *arguments)
        self._check(_rows_of(status), claims)

    async def _end(self, tx: Connection, statement: str, claims: Sequence[Claim], *arguments: object) -> None:
        """Ends the rows, and makes the next row of each key ready."""
        ended = await tx.fetch(self._own(statement), self.consumer, *_tokens(claims), *arguments)
        self._check(len(ended), claims)
        if waited_for := [(topic, key) for topic, key in ended if topic is not None]:
            await tx.execute(self._own(sql.PROMOTE), *zip(*waited_for, strict=True))

    def _check(self, written: int, claims: Sequence[Claim]) -> None:
        if written != len(claims):
            raise LeaseLost(f"{self.consumer}: {written} rows of {len(claims)} are still held")

    def _own(self, statement: str) -> str:
        """Restricts the statement to the consumer's own partitions."""
        if statement not in self._sql:
            self._sql[statement] = statement.format(**self._names)
        return self._sql[statement]


def _rows_of(status: str) -> int:
    """Parses the number in a command's tag, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])


def _tokens(claims: Sequence[Claim]) -> tuple[list[UUID], list[UUID], list[int]]:
    """Lists the claims' tokens in one order, so that two statements over the same rows do not deadlock."""
    claims = sorted(claims, key=lambda claim: (claim.event_id, claim.replay_id))
    return [c.event_id for c in claims], [c.replay_id for c in claims], [c.attempts for c in claims]


def _columns(messages: Sequence[Message]) -> tuple[Sequence[object], ...]:
    return tuple(zip(*messages, strict=True)) or ((), (), (), (), ())
