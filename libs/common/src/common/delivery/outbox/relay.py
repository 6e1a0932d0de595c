"""Sends a service's outbox to Kafka, in order.

An event leaves the outbox only when every in-sync replica of Kafka has it. One relay per service sends at a time
(`lease.py`), and of one partition only one batch is under way, so that a key's order holds within its lane;
interactive events go before nightly ones. After a failed send its topic rests for a moment, and the others go on. After
a crash or a change of owner a message may be sent twice: consumers know its id. A message that Kafka will never take is
moved to `outbox_refused`, and nothing waits behind it.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from common.background import is_set_within, until_tick
from common.contracts import Lane
from common.delivery.outbox.lease import LEASE_S, OutboxLease
from common.delivery.outbox.sender import Sender
from common.errors import LeaseLost, Unavailable
from common.kafka.clients import running
from common.kafka.record_batches import MAX_MESSAGE
from common.kafka_servers import Servers, client_settings
from common.observability import metrics
from common.postgres import Database, Session

log = structlog.get_logger(__name__)

# Topics that rest are skipped, so that what cannot be sent hides nothing else. `interactive` sorts first.
OLDEST = """
    SELECT lane, id, (date_part('epoch', created_at) * 1000)::bigint AS at_ms, topic, key, value, headers, events
      FROM (SELECT *, sum(coalesce(events, 1)) OVER earlier - coalesce(events, 1) AS events_before,
                   sum(coalesce(octet_length(value), 0)) OVER earlier - coalesce(octet_length(value), 0) AS bytes_before
              FROM (SELECT * FROM outbox
                     WHERE producer = $1 AND topic <> ALL($3::text[]) ORDER BY lane, id LIMIT $2) AS oldest
            WINDOW earlier AS (ORDER BY lane, id)) AS counted
     WHERE events_before < $2 AND bytes_before < $4
     ORDER BY lane, id
"""

# Only while the lease is held: whoever lost it does not know what the new owner does.
FORGET = """
    WITH gone AS (
        DELETE FROM outbox USING unnest($2::text[], $3::bigint[]) AS sent (lane, id)
         WHERE producer = $1 AND outbox.lane = sent.lane AND outbox.id = sent.id
           AND EXISTS (SELECT FROM outbox_owners WHERE producer = $1 AND owner = $4 AND expires_at > now())
        RETURNING true)
    SELECT count(*) FROM gone
"""
FORGET_AND_REFUSE = """
    WITH held AS MATERIALIZED (
        SELECT FROM outbox_owners WHERE producer = $1 AND owner = $4 AND expires_at > now()),
    gone AS (
        DELETE FROM outbox USING unnest($2::text[], $3::bigint[]) AS sent (lane, id)
         WHERE producer = $1 AND outbox.lane = sent.lane AND outbox.id = sent.id AND EXISTS (SELECT FROM held)
        RETURNING true),
    refused AS (
        INSERT INTO outbox_refused (producer, lane, topic, key, value, headers, reason)
        SELECT $1, * FROM unnest($5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::text[], $10::text[])
         WHERE EXISTS (SELECT FROM held))
    SELECT count(*) FROM gone
"""

IS_EMPTY = "SELECT NOT EXISTS (SELECT FROM outbox WHERE producer = $1)"
ASK_THE_OWNER = "SELECT pg_notify($1, '')"

#: Bytes. Kafka takes batches of a megabyte by default; a single message may fill one.
BATCH_BYTES = 512 * 1024
#: Bytes of bodies that a look brings.
LOOK_BYTES = 4 * 1024 * 1024


class Relay:
    """Sends a service's outbox to Kafka inside its `async with`. At the end it sends the remaining rows, then stops."""

    #: Messages sent before the next look (the last bundle goes whole).
    BATCH = 2000
    #: Seconds between looks at first, and at most while nothing comes and nobody wakes the relay.
    POLL, SLEEP = 0.1, 5.0
    #: Seconds between looks: what is announced meanwhile goes out together, and what comes alone goes at once.
    SPACING = 0.005
    #: Rounds without a success before it lets another replica try, and makes a new producer, which may hold a broken
    #: connection for ever.
    FAILURES_BEFORE_LETTING_GO = 3
    #: Seconds between looks at a lease that another relay holds; and before one that let go looks again.
    STANDBY, AFTER_LETTING_GO = 2.0, 4.0

    def __init__(self, database: Database, bootstrap_servers: Servers, producer: str, *, drain_s: float = 5.0) -> None:
        self._database = database
        self._bootstrap_servers = bootstrap_servers
        self._producer = producer
        self._drain_s = drain_s
        self._channel = f"outbox {producer}"
        self._lease = OutboxLease(producer)
        self._looked_at = 0.0
        self._wake, self._is_urgent = asyncio.Event(), asyncio.Event()
        self._stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        for counter in (metrics.outbox_sent, metrics.outbox_failed, metrics.outbox_refused):
            counter.labels(producer)  # from 0 on, so that the first of them shows

    def wake(self, lane: Lane = "interactive") -> None:
        """Wakes the relay: there is something to send. Nightly events may be gathered first."""
        self._wake.set()
        if lane == "interactive":
            self._is_urgent.set()

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self._run(), name="relay")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.task is not None  # noqa: S101 # set on entering
        self._stop.set()
        self.wake()
        _, late = await asyncio.wait([self.task], timeout=self._drain_s)
        if late:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            log.warning("outbox_left_for_the_next_relay", producer=self._producer)

    async def _run(self) -> None:
        """Sends whenever no other replica holds the lease; survives outages of the database and of the broker."""
        while True:
            try:
                async with self._database.statement() as tx:
                    is_free = await self._lease.is_free(tx)
                    if not is_free and self._wake.is_set():
                        self._wake.clear()  # first: what is announced from now on is asked for again
                        await tx.execute(ASK_THE_OWNER, self._channel)
                    if self._stop.is_set() and await tx.fetchval(IS_EMPTY, self._producer):
                        return
                if not is_free:
                    await self._stand_by()
                elif await self._own():
                    return
                else:
                    await self._stopped_within(self.AFTER_LETTING_GO)
            except LeaseLost as lost:
                log.warning("outbox_lease_lost", error=str(lost))
            except Unavailable as error:
                log.warning("relay_waits_for_database", error=str(error))
                await self._stopped_within(1.0)

    async def _stand_by(self) -> None:
        """Waits for the next look at the lease, or until this replica has something for the owner to send."""
        if await is_set_within(self._wake, self.POLL if self._stop.is_set() else self.STANDBY):
            await asyncio.sleep(self.SPACING)

    async def _stopped_within(self, pause: float) -> None:
        if await is_set_within(self._stop, pause):
            await asyncio.sleep(self.POLL)  # what is left may still be sent

    async def _own(self) -> bool:
        """Sends until it is stopped (returns True) or cannot send (False). Raises LeaseLost, Unavailable."""
        async with self._database.session(timeout_s=LEASE_S) as session:
            try:
                await self._lease.take(session)
                await session.add_listener(self._channel, lambda *_: self.wake())
                return await self._send_with_a_producer(session)
            finally:
                with suppress(Unavailable, OSError):
                    await self._lease.release(session)

    async def _send_with_a_producer(self, session: Session) -> bool:
        kafka = AIOKafkaProducer(
            **client_settings(self._bootstrap_servers),
            client_id=f"{self._producer}-relay",
            acks="all",
            compression_type="snappy",  # a quarter of the bytes; zstd's eighth takes four times as long
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * MAX_MESSAGE,
            request_timeout_ms=10_000,
        )
        try:
            async with running(kafka, within_s=LEASE_S):
                return await self._relay(session, Sender(kafka, self._lease))
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("relay_waits_for_kafka", error=repr(error))
            return False

    async def _relay(self, session: Session, sender: Sender) -> bool:
        failures, pause = 0, self.POLL
        while failures < self.FAILURES_BEFORE_LETTING_GO:
            self._wake.clear()
            self._is_urgent.clear()
            self._looked_at = time.monotonic()
            resting = sender.backing_off()
            rows = []
            if not self._lease.is_due() or await self._lease.take(session):
                rows = await session.fetch(OLDEST, self._producer, self.BATCH, resting, LOOK_BYTES)
            if not rows:
                if self._stop.is_set() and not resting:
                    return True
                await self._rest(self._wake, self.POLL if resting else pause)
                pause = min(2 * pause, self.SLEEP)
                continue
            pause = self.POLL
            sent = await self._send_and_forget(session, sender, rows)
            if self._can_gather(rows):
                await self._rest(self._is_urgent, self.POLL)
            failures = 0 if sent else failures + 1
        log.warning("relay_lets_go", producer=self._producer, failures=failures)
        return False

    async def _send_and_forget(self, session: Session, sender: Sender, rows: Sequence[Any]) -> bool:
        """Returns whether rows left the outbox: sent, or permanently refused."""
        done = await sender.send(rows)
        if self._lease.is_due():
            await self._lease.take(session)
        sent = [row for row in rows if (row["lane"], row["id"]) not in done.unsent]
        if not sent:
            return False
        keys = self._producer, [row["lane"] for row in sent], [row["id"] for row in sent], self._lease.owner
        refused = [
            message for place, messages in done.refused.items() if place not in done.unsent for message in messages
        ]
        if refused:
            gone = await session.fetchval(FORGET_AND_REFUSE, *keys, *zip(*refused, strict=True))
            metrics.outbox_refused.labels(self._producer).inc(len(refused))
        else:
            gone = await session.fetchval(FORGET, *keys)
        if gone != len(sent):
            raise LeaseLost(f"another relay sends the outbox of {self._producer}")
        metrics.outbox_sent.labels(self._producer).inc(sum(row["events"] or 1 for row in sent) - len(refused))
        return True

    def _can_gather(self, rows: Sequence[Any]) -> bool:
        """Whether the next send may be delayed: only nightly events wait, and large sends cost half as much."""
        return (
            not self._stop.is_set()
            and rows[0]["lane"] == "nightly"
            and sum(row["events"] or 1 for row in rows) < self.BATCH
        )

    async def _rest(self, until: asyncio.Event, pause: float) -> None:
        """Waits until the next look is due or the relay is woken."""
        if await is_set_within(until, pause if pause < self.SLEEP else until_tick(pause)):
            await asyncio.sleep(max(0.0, self._looked_at + self.SPACING - time.monotonic()))
