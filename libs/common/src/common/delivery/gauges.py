"""Updates the gauges of backlog, age and lag from PostgreSQL and Kafka, every few seconds.

A reading takes a bounded time: beyond `MOST_COUNTED` rows it is a lower bound.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka.errors import IllegalStateError

from common.background import until_tick
from common.cloudevents import LANES
from common.contracts import Lane
from common.delivery.inbox import Inbox
from common.errors import Unavailable
from common.observability import metrics
from common.postgres import Database

log = structlog.get_logger(__name__)

#: Seconds between readings: while something is open or was last time, and while nothing is.
EVERY_S = 5.0
IDLE_S = 30.0
#: Rows of a topic, and of the outbox, that are counted. With more of them open the gauges say "at least so many".
MOST_COUNTED = 25_000

OUTBOX = """
    SELECT coalesce(sum(coalesce(events, 1)), 0)::bigint AS open,
           coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_s
      FROM (SELECT events, created_at FROM outbox WHERE producer = $1 ORDER BY lane, id LIMIT $2) AS oldest
"""


async def keep_gauges(
    database: Database,
    service: str,
    *,
    inbox: Inbox | None = None,
    topics: Sequence[str] = (),
    consumer: Callable[[], Any] = lambda: None,
) -> None:
    """Updates the gauges until it is cancelled. A service that handles no events has no inbox.

    `consumer` gives the aiokafka consumer, or None while there is none.
    """
    # At first all are set, most of them to 0: a series that begins with its first trouble hides from `rate` and alerts.
    seen: set[tuple[str, Lane]] = {(topic, lane) for topic in topics for lane in LANES.values()}
    topics_with_letters = set(topics)
    pause_s = EVERY_S
    while True:
        try:
            async with database.statement() as tx:
                backlogs = [] if inbox is None else await inbox.backlog(tx, topics, MOST_COUNTED)
                letters = [] if inbox is None else await inbox.dead_letters(tx, MOST_COUNTED)
                outbox = await tx.fetchrow(OUTBOX, service, MOST_COUNTED)
        except Unavailable as error:
            log.warning("gauges_wait_for_database", error=str(error))
        else:
            for topic, lane in seen - {(it.topic, it.lane) for it in backlogs}:
                metrics.inbox_open.labels(service, topic, lane).set(0)
                metrics.inbox_age.labels(service, topic, lane).set(0)
            seen = {(it.topic, it.lane) for it in backlogs}
            for it in backlogs:
                metrics.inbox_open.labels(service, it.topic, it.lane).set(it.open)
                metrics.inbox_age.labels(service, it.topic, it.lane).set(it.oldest_s)
            for topic in topics_with_letters - {it.topic for it in letters}:
                metrics.dead_letters.labels(service, topic).set(0)
                metrics.dead_letters_age.labels(service, topic).set(0)
            topics_with_letters = {it.topic for it in letters}
            for dead in letters:
                metrics.dead_letters.labels(service, dead.topic).set(dead.letters)
                metrics.dead_letters_age.labels(service, dead.topic).set(dead.oldest_s)
            if outbox is not None:
                metrics.outbox_open.labels(service).set(outbox["open"])
                metrics.outbox_age.labels(service).set(outbox["oldest_s"])
            pause_s = EVERY_S if backlogs or (outbox is not None and outbox["open"]) else IDLE_S
        _note_pool(service, database)
        await _note_lag(service, consumer())
        await asyncio.sleep(until_tick(pause_s))


def _note_pool(service: str, database: Database) -> None:
    use = database.use
    metrics.database_connections.labels(service, "in_use").set(use.in_use)
    metrics.database_connections.labels(service, "idle").set(use.idle)
    metrics.database_connections_max.labels(service).set(use.most)


async def _note_lag(service: str, consumer: Any) -> None:
    if consumer is None:
        return
    lags: dict[str, int] = {}
    for partition in consumer.assignment():
        # A rebalance may take the partition away between two lines: then its lag is someone else's. (The client
        # asserts, rather than raises, that a partition is assigned.)
        with suppress(IllegalStateError, AssertionError, TimeoutError):
            end = consumer.highwater(partition)
            if end is None:
                continue  # nothing fetched of it yet
            async with asyncio.timeout(1):
                lags[partition.topic] = lags.get(partition.topic, 0) + max(0, end - await consumer.position(partition))
    for topic, messages in lags.items():
        metrics.lag.labels(service, topic).set(messages)
