"""A service's durable list of work: taken in from Kafka by batches, claimed by workers, ended with what they changed.

A row is claimable when it is open, its `next_at` has passed and no older open row has its topic and key. Its `phase`
keeps what cannot be claimed out of the index that a claim reads (see the migration `phases`): a claim or a failure
makes a row `scheduled` until `next_at`, `set_aside` makes one `blocked` until the older row of its key ends,
`make_due_ready` brings back what is due. `attempts`, which a claim, a release and a retry count up, is the fencing
token: whoever lost or settled a claim changes nothing.
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
#: Lower than any tenant.
BEFORE_ALL = -2
#: The rest of an event that may be claimed again at once.
AT_ONCE = timedelta(0)

# {inbox} and {outbox} are the service's own partitions, named directly: over the whole tables, planning a claim takes
# ten times as long as running it.

TAKE_IN = """
    INSERT INTO {inbox} (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset,
                         key, tenant_id, lane, value, headers, error)
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::bigint[],
                             $7::bytea[], $8::int[], $9::text[], $10::bytea[], $11::text[], $12::text[])
    ON CONFLICT DO NOTHING
"""

# The recursion is a loose index scan: a probe per tenant, however many rows each has. Paused tenants are passed over.
READY_TENANTS = """
    WITH RECURSIVE ready (tenant_id, is_paused, place) AS (
        SELECT $3::int, true, 0
        UNION ALL
        SELECT next.tenant_id, pause.is_on, place + (NOT pause.is_on)::int
          FROM ready
         CROSS JOIN LATERAL (
               SELECT i.tenant_id FROM {inbox} i
                WHERE i.topic = $1 AND i.lane = $2 AND i.state = 'open' AND i.phase = 'ready'
                  AND i.tenant_id > ready.tenant_id ORDER BY i.tenant_id LIMIT 1) AS next
         CROSS JOIN LATERAL (
               SELECT EXISTS (SELECT FROM inbox_pauses p WHERE p.consumer = '{consumer}'
                                 AND p.tenant_id = next.tenant_id AND p.until > now()) AS is_on) AS pause
         WHERE place < $4)
    SELECT tenant_id FROM ready WHERE NOT is_paused
"""

#: Bytes of bodies that a claim brings before it stops: some events are a thousand times as large as others.
CLAIM_BYTES = 8 * 1024 * 1024
#: Ready rows that a claim looks at, beyond those it was asked for, to find some that are not blocked.
WALK = 100

# Plans are kept, also those that were made while the inbox was empty: then all ways look equal to the planner. These
# statements leave it only the one that is quick when the inbox is full. A claim walks the ready rows in order, up to
# $4 and a bound, and looks for an older one of each row's key: not as a join, which would read all that is open, and
# ordered, since without that the wrong index would do as well. The clock is read anew: a row that was released since
# the transaction began is due.
_OLDEST_OF_KEY = """
    SELECT older.event_id, older.replay_id FROM {inbox} older
     WHERE older.topic = $1
       AND substring(older.key FROM 1 FOR 512) = substring(i.key FROM 1 FOR 512)
       AND older.state = 'open' AND older.kafka_offset < i.kafka_offset
     ORDER BY older.kafka_offset LIMIT 1
"""
_READY_ROWS = """
    SELECT consumer, event_id, replay_id, key, kafka_offset, next_at, octet_length(value) AS bytes FROM {inbox}
     WHERE topic = $1 AND lane = $2 AND tenant_id = $3 AND state = 'open' AND phase = 'ready'
"""
_OLDEST_FIRST = "ORDER BY received_at, kafka_offset"
CLAIM = f"""
    WITH heads AS MATERIALIZED (
        SELECT consumer, event_id, replay_id,
               coalesce(sum(bytes) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
          FROM ({_READY_ROWS}
                   AND ($6 OR NOT EXISTS (SELECT FROM inbox_pauses WHERE consumer = '{{consumer}}' AND tenant_id = $3))
                 {_OLDEST_FIRST} LIMIT $4 + {WALK} FOR UPDATE SKIP LOCKED) AS i
         WHERE next_at <= clock_timestamp() AND (SELECT true FROM ({_OLDEST_OF_KEY}) AS any_older) IS NULL
         LIMIT $4)
    UPDATE {{inbox}} claimed
       SET next_at = now() + $5::interval, phase = 'scheduled', attempts = attempts + 1, in_hand = 'shared',
           crashes = crashes + (in_hand IS NOT NULL)::int,
           solo_crashes = solo_crashes + (in_hand IS NOT DISTINCT FROM 'alone')::int
      FROM heads
     WHERE claimed.consumer = heads.consumer AND claimed.event_id = heads.event_id
       AND claimed.replay_id = heads.replay_id AND heads.bytes_before < {CLAIM_BYTES}
    RETURNING claimed.event_id, claimed.replay_id, attempts, topic, kafka_partition,
              kafka_offset, key, tenant_id, lane, value, headers, received_at, failures, error,
              crashes, solo_crashes, coalesce(now() - first_failed_at, '0')
"""

# A row is blocked only while the row before it is locked here and marked, so that whoever ends that one sees the mark
# (PROMOTE). Nothing is waited for: of a row that someone else has locked nothing is blocked this time. An hour later
# a blocked row is looked at again, in case somebody ended the other by hand.
SET_ASIDE = f"""
    WITH walked AS MATERIALIZED (
        SELECT i.consumer, i.event_id, i.replay_id, i.next_at, head.event_id AS head_id, head.replay_id AS head_replay
          FROM ({_READY_ROWS} {_OLDEST_FIRST} LIMIT $4 FOR UPDATE SKIP LOCKED) AS i
          LEFT JOIN LATERAL ({_OLDEST_OF_KEY}) AS head ON true
         WHERE head.event_id IS NOT NULL OR i.next_at > clock_timestamp()),
    heads AS MATERIALIZED (
        SELECT head.consumer, head.event_id, head.replay_id, head.has_followers
          FROM (SELECT DISTINCT consumer, head_id, head_replay FROM walked WHERE head_id IS NOT NULL) AS wanted
          JOIN {{inbox}} head ON head.consumer = wanted.consumer AND head.event_id = wanted.head_id
                             AND head.replay_id = wanted.head_replay AND head.state NOT IN ('done', 'dead')
           FOR NO KEY UPDATE OF head SKIP LOCKED),
    marked AS (
        UPDATE {{inbox}} head SET has_followers = true FROM heads
         WHERE NOT heads.has_followers AND head.consumer = heads.consumer AND head.event_id = heads.event_id
           AND head.replay_id = heads.replay_id)
    UPDATE {{inbox}} aside
       SET phase = CASE WHEN head_id IS NULL THEN 'scheduled' ELSE 'blocked' END,
           next_at = CASE WHEN head_id IS NULL THEN aside.next_at ELSE now() + interval '1 hour' END
      FROM walked LEFT JOIN heads ON heads.event_id = head_id AND heads.replay_id = head_replay
     WHERE aside.consumer = walked.consumer AND aside.event_id = walked.event_id
       AND aside.replay_id = walked.replay_id AND (head_id IS NULL OR heads.event_id IS NOT NULL)
"""

# The oldest blocked row of each key, which the row that has just ended stood in front of. It takes over the mark: while
# rows of a key are blocked, one that is not has it. Blocked rows are in nobody's hands, so nobody's end is waited for.
PROMOTE = """
    UPDATE {inbox} next SET phase = 'ready', next_at = now(), has_followers = true
      FROM unnest($1::text[], $2::bytea[]) AS ended (topic, key)
     CROSS JOIN LATERAL (
           SELECT consumer, event_id, replay_id FROM {inbox} i
            WHERE i.topic = ended.topic
              AND substring(i.key FROM 1 FOR 512) = substring(ended.key FROM 1 FOR 512)
              AND i.state = 'open' AND i.phase = 'blocked'
            ORDER BY i.kafka_offset LIMIT 1) AS head
     WHERE next.consumer = head.consumer AND next.event_id = head.event_id AND next.replay_id = head.replay_id
       AND next.state NOT IN ('done', 'dead') AND next.phase = 'blocked'
"""

MAKE_DUE_READY = """
    WITH due AS MATERIALIZED (
        SELECT consumer, event_id, replay_id FROM {inbox}
         WHERE state = 'open' AND phase <> 'ready' AND next_at <= now()
         ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    UPDATE {inbox} r SET phase = 'ready' FROM due
     WHERE r.consumer = due.consumer AND r.event_id = due.event_id AND r.replay_id = due.replay_id
"""

OUTLOOK = """
    SELECT asked.topic, asked.lane,
           (SELECT true FROM {inbox} i
             WHERE i.topic = asked.topic AND i.lane = asked.lane AND i.state = 'open' AND i.phase = 'ready'
             LIMIT 1) IS NOT NULL AS is_ready,
           (SELECT extract(epoch FROM i.next_at - now())::float8 FROM {inbox} i
             WHERE i.state = 'open' AND i.phase <> 'ready' ORDER BY i.next_at LIMIT 1) AS next_due_s
      FROM unnest($1::text[], $2::text[]) AS asked (topic, lane)
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
    told AS (
        INSERT INTO {outbox} (producer, topic, key, value, headers, lane)
        SELECT $1, * FROM unnest($5::text[], $6::bytea[], $7::bytea[], $8::text[], $9::text[]))
"""
# How many rows were written, and the keys in which others may wait for this.
_ENDED = """
    WITH {tell}, ended AS ({update} RETURNING held.topic, held.key, held.has_followers)
    SELECT count(*), array_agg(topic) FILTER (WHERE has_followers), array_agg(key) FILTER (WHERE has_followers)
      FROM ended
"""
FINISH = _ENDED.replace("{tell}", _TELL).replace(
    "{update}", "UPDATE {inbox} held SET state = 'done', error = NULL, in_hand = NULL" + _HELD
)
DEAD_LETTER = _ENDED.replace("{tell}", _TELL).replace(
    "{update}", "UPDATE {inbox} held SET state = 'dead', error = $10, in_hand = NULL" + _HELD
)
STEP = f"WITH {_TELL} UPDATE {{inbox}} held SET next_at = now() + $10::interval, phase = 'scheduled'" + _HELD

EXTEND = "UPDATE {inbox} held SET next_at = greatest(next_at, now() + $5::interval), phase = 'scheduled'" + _HELD
_LET_GO = """
    UPDATE {inbox} held
       SET next_at = now() + $5::interval, phase = CASE WHEN $5 > interval '0' THEN 'scheduled' ELSE 'ready' END,
           attempts = held.attempts + 1, in_hand = NULL
"""
RELEASE = _LET_GO + _HELD
RETRY = (
    _LET_GO
    + """
         , failures = failures + 1, error = $6, first_failed_at = coalesce(first_failed_at, now()),
           crashes = 0, solo_crashes = 0
"""
    + _HELD
)
HOLD_ALONE = "UPDATE {inbox} held SET in_hand = 'alone', next_at = now() + $5::interval, phase = 'scheduled'" + _HELD

# Open rows by lane, counted up to a bound for each topic.
BACKLOG = """
    SELECT asked.topic, open.lane, count(*) AS open,
           extract(epoch FROM now() - min(open.received_at))::float8 AS oldest_s
      FROM unnest($1::text[]) AS asked (topic)
     CROSS JOIN LATERAL (
           SELECT lane, received_at FROM {inbox} i WHERE i.topic = asked.topic AND i.state = 'open' LIMIT $2) AS open
     GROUP BY asked.topic, open.lane
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


class Backlog(NamedTuple):
    """Open rows of a topic and lane, and the age of the oldest in seconds. Both are at least so much."""

    topic: str
    lane: Lane
    open: int
    oldest_s: float


class Outlook(NamedTuple):
    """Whether a topic and lane has ready rows, and in how many seconds the next row of this consumer is due."""

    topic: str
    lane: Lane
    is_ready: bool
    next_due_s: float | None


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

    async def ready_tenants(
        self, tx: Connection, topic: str, lane: Lane, *, after: int = BEFORE_ALL, limit: int = 100
    ) -> list[int]:
        """Up to `limit` tenants with ready rows, in order of their number, from the one `after` this."""
        rows = await tx.fetch(self._own(READY_TENANTS), topic, lane, after, limit)
        return [row["tenant_id"] for row in rows]

    async def claim(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int) -> list[Claim]:
        """Leases the oldest ready row of each of up to `limit` keys, oldest first; of a paused tenant the probe.

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
        rows = await tx.fetch(self._own(CLAIM), topic, lane, tenant_id, limit, self.lease, is_probe)
        return sorted((Claim(*row.values()) for row in rows), key=lambda claim: (claim.partition, claim.offset))

    async def set_aside(self, tx: Connection, topic: str, lane: Lane, tenant_id: int, limit: int = 500) -> int:
        """Moves ready rows that cannot be claimed out of a claim's way; returns how many of the oldest `limit`."""
        return _rows_of(await tx.execute(self._own(SET_ASIDE), topic, lane, tenant_id, limit))

    async def outlook(self, tx: Connection, lanes: Sequence[tuple[str, Lane]]) -> list[Outlook]:
        """Returns for each topic and lane whether it has ready rows, and when the next row is due."""
        topics, names = [topic for topic, _ in lanes], [lane for _, lane in lanes]
        return [Outlook(*row.values()) for row in await tx.fetch(self._own(OUTLOOK), topics, names)]

    async def make_due_ready(self, tx: Connection, limit: int = 1000) -> int:
        """Makes up to `limit` rows ready whose lease or backoff is over; returns how many."""
        return _rows_of(await tx.execute(self._own(MAKE_DUE_READY), limit))

    async def backlog(self, tx: Connection, topics: Sequence[str], bound: int) -> list[Backlog]:
        """Counts the open rows of each topic by lane, and no more than `bound` rows of a topic."""
        return [Backlog(*row.values()) for row in await tx.fetch(self._own(BACKLOG), topics, bound)]

    async def finish(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces and ends. Raises LeaseLost when any claim is not held any more; the caller rolls back."""
        await self._end(tx, FINISH, claims, *_columns(messages))

    async def step(self, tx: Connection, claims: Sequence[Claim], messages: Sequence[Message]) -> None:
        """Announces, and holds on to the claims for another lease. Raises LeaseLost as `finish` does."""
        await self._held(tx, STEP, claims, *_columns(messages), self.lease)

    async def dead_letter(self, tx: Connection, claim: Claim, letter: Message, reason: str) -> None:
        """Marks the row dead and sends its dead letter. Raises LeaseLost as `finish` does."""
        await self._end(tx, DEAD_LETTER, [claim], *_columns([letter]), reason)

    async def retry(self, tx: Connection, claims: Sequence[Claim], delay: timedelta, reason: str) -> int:
        """Counts a failure and lets the rows, and with them their keys, rest; returns of how many.

        Rows that were lost or ended meanwhile are left alone.
        """
        status = await tx.execute(self._own(RETRY), self.consumer, *_tokens(claims), delay, reason)
        return _rows_of(status)

    async def extend(self, tx: Connection, claims: Sequence[Claim]) -> None:
        """Extends the leases of the claims that are still held."""
        await tx.execute(self._own(EXTEND), self.consumer, *_tokens(claims), self.lease)

    async def release(self, tx: Connection, claims: Sequence[Claim], rest: timedelta = AT_ONCE) -> None:
        """Makes the rows that are still held claimable after a rest. Counts neither a failure nor a crash."""
        await tx.execute(self._own(RELEASE), self.consumer, *_tokens(claims), rest)

    async def hold_alone(self, tx: Connection, claim: Claim, lease: timedelta) -> None:
        """Notes that the holder works on nothing else, and holds the row for `lease`. Raises LeaseLost."""
        await self._held(tx, HOLD_ALONE, [claim], lease)

    async def _held(self, tx: Connection, statement: str, claims: Sequence[Claim], *arguments: object) -> None:
        status = await tx.execute(self._own(statement), self.consumer, *_tokens(claims), *arguments)
        self._check(_rows_of(status), claims)

    async def _end(self, tx: Connection, statement: str, claims: Sequence[Claim], *arguments: object) -> None:
        """Ends the rows, and lets the next row of a key have its turn."""
        row = await tx.fetchrow(self._own(statement), self.consumer, *_tokens(claims), *arguments)
        ended, topics, keys = row or (0, None, None)
        self._check(ended, claims)
        if topics:
            await tx.execute(self._own(PROMOTE), topics, keys)

    def _check(self, written: int, claims: Sequence[Claim]) -> None:
        if written != len(claims):
            raise LeaseLost(f"{self.consumer}: {written} rows of {len(claims)} are still held")

    def _own(self, statement: str) -> str:
        """The statement over our own partitions."""
        if statement not in self._sql:
            self._sql[statement] = statement.format(**self._names)
        return self._sql[statement]


def _rows_of(status: str) -> int:
    """The number in a command's tag, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])


def _tokens(claims: Sequence[Claim]) -> tuple[list[UUID], list[UUID], list[int]]:
    """Lists the claims' tokens in one order, so that two statements over the same rows do not deadlock."""
    claims = sorted(claims, key=lambda claim: (claim.event_id, claim.replay_id))
    return [c.event_id for c in claims], [c.replay_id for c in claims], [c.attempts for c in claims]


def _columns(messages: Sequence[Message]) -> tuple[Sequence[object], ...]:
    return tuple(zip(*messages, strict=True)) or ((), (), (), (), ())
