"""Keeps the gauges of backlog, age and lag true: they are read from where the truth is, every few seconds."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from aiokafka.errors import IllegalStateError

from common import metrics
from common.errors import Unavailable
from common.inbox import BACKLOG
from common.postgres import Database

log = structlog.get_logger(__name__)

EVERY_S = 5.0

OUTBOX = """
    SELECT coalesce(sum(coalesce(events, 1)), 0)::bigint AS open,
           coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_s
      FROM outbox WHERE producer = $1
"""


async def keep_gauges(database: Database, service: str, consumer: Callable[[], Any] = lambda: None) -> None:
    """Runs for ever. `consumer` gives the aiokafka consumer, or None while there is none."""
    seen: set[tuple[str, str]] = set()
    while True:
        try:
            async with database.statement() as tx:
                inbox = await tx.fetch(BACKLOG, service)
                outbox = await tx.fetchrow(OUTBOX, service)
        except Unavailable as error:
            log.warning("gauges_wait_for_database", error=str(error))
        else:
            for topic, lane in seen - {(row["topic"], row["lane"]) for row in inbox}:
                metrics.inbox_open.labels(service, topic, lane).set(0)
                metrics.inbox_age.labels(service, topic, lane).set(0)
            for row in inbox:
                seen.add((row["topic"], row["lane"]))
                metrics.inbox_open.labels(service, row["topic"], row["lane"]).set(row["open"])
                metrics.inbox_age.labels(service, row["topic"], row["lane"]).set(row["oldest_s"])
            if outbox is not None:
                metrics.outbox_open.labels(service).set(outbox["open"])
                metrics.outbox_age.labels(service).set(outbox["oldest_s"])
        await _note_lag(service, consumer())
        await asyncio.sleep(EVERY_S)


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
