"""A service's durable list of work: taken in from Kafka by batches, claimed by workers, ended with what they changed.

A row is claimable when it is open, its `next_at` has passed and no older open row has its topic and key. Claiming
moves `next_at` to the end of a lease: a backoff, a lease and a row given back are the same one column. `attempts`,
which a claim, a release and a retry count up, is the fencing token: whoever lost or settled a claim changes nothing.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from common import pauses
from common.cloudevents import Envelope, unpack_text
from common.contracts import Lane
from common.errors import LeaseLost
from common.outbox import Message
from common.postgres import Connection

#: The tenant of a message that names none that can be read. (0 is the house: what is for no tenant in particular.)
NO_TENANT = -1

# {inbox} and {outbox} are the service's own partitions, named directly: over the whole tables, planning a claim takes
# ten times as long as running it.

TAKE_IN = """
    INSERT INTO {inbox} (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset,
                         key, tenant_id, lane, value, headers, error)
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[],
                             $7::bytea[], $8::int[], $9::text[], $10::bytea[], $11::text[], $12::text[])
    ON CONFLICT DO NOTHING
"""

# The recursion is a loose index scan: a few probes per tenant, however many rows each has.
READY_TENANTS = """
    WITH RECURSIVE ring AS (
        (SELECT tenant_id FROM {inbox}
          WHERE topic = $1 AND lane = $2 AND state = 'open' ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT i.tenant_id FROM {inbox} i
                 WHERE i.topic = $1 AND i.lane = $2 AND i.state = 'open'
                   AND i.tenant_id > ring.tenant_id ORDER BY i.tenant_id LIMIT 1)
          FROM ring WHERE ring.tenant_id IS NOT NULL)
    SELECT tenant_id FROM ring
     WHERE tenant_id IS NOT NULL
       AND (SELECT true FROM {inbox} i
             WHERE i.topic = $1 AND i.lane = $2 AND i.state = 'open'
               AND i.tenant_id = ring.tenant_id AND i.next_at <= now() LIMIT 1)
       AND NOT EXISTS (SELECT FROM inbox_pauses p
                        WHERE p.consumer = '{consumer}' AND p.tenant_id = ring.tenant_id AND p.until > now())
"""

# Plans are kept, also those that were made while the inbox was empty: then all ways look equal to the planner. These
# statements leave it only the one that is quick when the inbox is full. A claim walks the ready rows in order, up to
# $4, and looks for an older one of each row's key: not as a join, which would read all that is open, and ordered, since
# without that the wrong index would do as well.
CLAIM = """
    WITH heads AS MATERIALIZED (
        SELECT consumer, event_id, replay_id FROM {inbox} i
         WHERE topic = $1 AND lane = $2 AND tenant_id = $3 AND state = 'open' AND next_at <= now()
           AND ($6 OR NOT EXISTS (SELECT FROM inbox_pauses WHERE consumer = '{consumer}' AND tenant_id = $3))
           AND (SELECT true FROM {inbox} older
                 WHERE older.topic = $1
                   AND substring(older.key FROM 1 FOR 512) = substring(i.key FROM 1 FOR 512)
                   AND older.state = 'open' AND older.kafka_offset < i.kafka_offset
                 ORDER BY older.kafka_offset LIMIT 1) IS NULL
         ORDER BY received_at, kafka_offset
         LIMIT $4 FOR UPDATE SKIP LOCKED)
    UPDATE {inbox} claimed
       SET next_at = now() + $5::interval, attempts = attempts + 1, in_hand = 'shared',
           crashes = crashes + (in_hand IS NOT NULL)::int,
           solo_crashes = solo_crashes + (in_hand IS NOT DISTINCT FROM 'alone')::int
      FROM heads
     WHERE claimed.consumer = heads.consumer AND claimed.event_id = heads.event_id
       AND claimed.replay_id = heads.replay_id
    RETURNING claimed.event_id, claimed.replay_id, attempts, topic, kafka_partition,
              kafka_offset, key, tenant_id, lane, value, headers, received_at, failures, error,
              crashes, solo_crashes, coalesce(now() - first_failed_at, '0')
"""

# Each row by its primary key: `consumer` is a column here, and `state` put another way, or the planner would find that
# an index over all of a consumer's rows, or over all that are open, does as well.
_HELD = """
      FROM (SELECT $1::text AS consumer, * FROM unnest($2::uuid[], $3::uuid[], $4::int[])
                AS tokens (event_id, replay_id, attempts) OFFSET 0) AS token
     WHERE held.consumer = token.consumer AND held.event_id = token.event_id AND held.replay_id = token.replay_id
       AND held.attempts = token.attempts AND held.state NOT IN ('done', 'dead')
"""
# One round trip for the last two things of a transaction: what is announced, and the end of its cause.
_TELL = """
    WITH told AS (
        INSERT INTO {outbox} (producer, topic, key, value, headers, lane)
        SELECT $1, * FROM unnest($5::text[], $6::bytea[], $7::bytea[], $8::text[], $9::text[]))
"""
FINISH = _TELL + "UPDATE {inbox} held SET state = 'done', error = NULL, in_hand = NULL" + _HELD
STEP = _TELL + "UPDATE {inbox} held SET next_at = now() + $10::interval" + _HELD
DEAD_LETTER = _TELL + "UPDATE {inbox} held SET state = 'dead', error = $10, in_hand = NULL" + _HELD

EXTEND = "UPDATE {inbox} held SET next_at = greatest(next_at, now() + $5::interval)" + _HELD
RELEASE = "UPDATE {inbox} held SET next_at = now(), attempts = held.attempts + 1, in_hand = NULL" + _HELD
RETRY = (
    """
    UPDATE {inbox} held
       SET next_at = now() + $5::interval, failures = failures + 1, error = $6,
           first_failed_at = coalesce(first_failed_at, now()),
           attempts = held.attempts + 1, in_hand = NULL, crashes = 0, solo_crashes = 0
"""
    + _HELD
)
HOLD_ALONE = "UPDATE {inbox} held SET in_hand = 'alone', next_at = now() + $5::interval" + _HELD

BACKLOG = """
    SELECT topic, lane, count(*) AS open, extract(epoch FROM now() - min(received_at))::float8 AS oldest_s
      FROM inbox WHERE consumer = $1 AND state = 'open' GROUP BY topic, lane
"""

#: Bounds' worth of open rows that a topic may have while tenants are paused.
MOST_WAITING = 10

# Rows of paused tenants do not count, or one tenant's outage would stop the intake for all.
IS_FULL = f"""
    SELECT (SELECT count(*) FROM (
                SELECT 1 FROM {{inbox}} WHERE topic = $1 AND state = 'open'
                   AND tenant_id <> ALL (ARRAY(SELECT tenant_id FROM inbox_pauses WHERE consumer = '{{consumer}}'))
                 LIMIT $2) AS others) >= $2
        OR EXISTS (SELECT FROM inbox_pauses WHERE consumer = '{{consumer}}')
           AND (SELECT count(*) FROM (
                SELECT 1 FROM {{inbox}} WHERE topic = $1 AND state = 'open' LIMIT {MOST_WAITING} * $2) AS open
               ) >= {MOST_WAITING} * $2
"""

POSTPONE = (
    "UPDATE {inbox} held SET next_at = now() + $5::interval, attempts = held.attempts + 1, in_hand = NULL" + _HELD
)


class Arrival(NamedTuple):
    """A message as it came. A flaw is why it cannot be read; it is kept all the same, for the dead-letter topic."""

    event_id: UUID
    replay_id: UUID
    topic: str
    partition: int
    offset: int
    key: bytes | None
    tenant_id: int
    lane: Lane
    value: bytes | None
    headers: str
    flaw: str | None


class Claim(NamedTuple):
    """A row that a worker holds until its lease ends."""

    event_id: UUID
    replay_id: UUID
    attempts: int
    topic: str
    partition: int
    offset: int
    key: bytes | None
    tenant_id: int
    lane: Lane
    value: bytes | None
    headers: str
    received_at: datetime
    failures: int
    error: str | None
    crashes: int = 0
    solo_crashes: int = 0
    #: Time since the first failure.
    failing_for: timedelta = timedelta(0)
    #: For a probe, the failures of its tenant's pause so far; `None`: no probe.
    pause_failures: int | None = None

    @property
    def envelope(self) -> Envelope:
        """Most of it stands in columns of its own; `lane` among them, so that what follows keeps to it."""
        headers: dict[str, str | None] = dict(orjson.loads(self.headers))
        return Envelope(
            self.event_id,
            self.tenant_id,
            self.lane,
            unpack_text(headers, "ce_correlationid"),
            self.replay_id,
            unpack_text(headers, "traceparent"),
        )


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

    async def take_in(self, tx: Connection, arrivals: Sequence[Arrival]) -> None:
        """Writes a batch; what is there already stays as it is."""
        if arrivals:
            await tx.execute(self._own(TAKE_IN), self.consumer, *zip(*arrivals, strict=True))

    async def is_full(self, tx: Connection, topic: str, bound: int) -> bool:
        """Whether `bound` or more rows of the topic are open, those of paused tenants not counted.

        With those of paused tenants, it is full at `MOST_WAITING` times the bound.
        """
        return bool(await tx.fetchval(self._own(IS_FULL), topic, bound))

    async def ready_tenants(self, tx: Connection, topic: str, lane: Lane) -> list[int]:
        """The tenants with rows whose time has come, in order of their number."""
        rows = await tx.fetch(self._own(READY_TENANTS), topic, lane)
        return [row["tenant_id"] for row in rows]

    async def claim(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int) -> list[Claim]:
        """Leases the oldest ready row of each of up to `limit` keys, oldest first; of a paused tenant the probe."""
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
        rows = await tx.fetch(self._own(CLAIM), topic, lane, tenant_id, limit, self.lease, is_probe)
        return sorted((Claim(*row.values()) for row in rows), key=lambda claim: (claim.partition, claim.offset))

    async def finish(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces and ends. Raises LeaseLost when any claim is not held any more; the caller rolls back."""
        await self._held(tx, FINISH, claims, *_columns(messages))

    async def step(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces, and holds on to the claims for another lease. Raises LeaseLost as `finish` does."""
        await self._held(tx, STEP, claims, *_columns(messages), self.lease)

    async def dead_letter(self, tx: Connection, claim: Claim, letter: Message, reason: str) -> None:
        """Marks the row dead and sends its dead letter. Raises LeaseLost as `finish` does."""
        await self._held(tx, DEAD_LETTER, [claim], *_columns([letter]), reason)

    async def retry(self, tx: Connection, claims: Sequence[Claim], delay: timedelta, reason: str) -> int:
        """Counts a failure and lets the rows, and with them their keys, rest; returns of how many.

        Rows that were lost or ended meanwhile are left alone.
        """
        status = await tx.execute(self._own(RETRY), self.consumer, *_tokens(claims), delay, reason)
        return int(status.removeprefix("UPDATE "))

    async def extend(self, tx: Connection, claims: Sequence[Claim]) -> None:
        """Extends the leases of the claims that are still held."""
        await tx.execute(self._own(EXTEND), self.consumer, *_tokens(claims), self.lease)

    async def release(self, tx: Connection, claims: Sequence[Claim]) -> None:
        """Makes the rows that are still held claimable at once. Counts neither a failure nor a crash."""
        await tx.execute(self._own(RELEASE), self.consumer, *_tokens(claims))

    async def postpone(self, tx: Connection, claims: Sequence[Claim], rest: timedelta) -> None:
        """Makes the rows that are still held claimable after a rest. Counts neither a failure nor a crash."""
        await tx.execute(self._own(POSTPONE), self.consumer, *_tokens(claims), rest)

    async def hold_alone(self, tx: Connection, claim: Claim, lease: timedelta) -> None:
        """Notes that the holder works on nothing else, and holds the row for `lease`. Raises LeaseLost."""
        await self._held(tx, HOLD_ALONE, [claim], lease)

    async def _held(self, tx: Connection, statement: str, claims: Sequence[Claim], *arguments: object) -> None:
        status = await tx.execute(self._own(statement), self.consumer, *_tokens(claims), *arguments)
        if status != f"UPDATE {len(claims)}":
            raise LeaseLost(f"{self.consumer}: {status}, expected {len(claims)} rows")

    def _own(self, statement: str) -> str:
        """The statement over our own partitions."""
        if statement not in self._sql:
            self._sql[statement] = statement.format(**self._names)
        return self._sql[statement]


def _tokens(claims: Sequence[Claim]) -> tuple[list[UUID], list[UUID], list[int]]:
    """Lists the claims' tokens in one order, so that two statements over the same rows do not deadlock."""
    claims = sorted(claims, key=lambda claim: (claim.event_id, claim.replay_id))
    return [c.event_id for c in claims], [c.replay_id for c in claims], [c.attempts for c in claims]


def _columns(messages: Sequence[Message]) -> tuple[Sequence[object], ...]:
    return tuple(zip(*messages, strict=True)) or ((), (), (), (), ())
