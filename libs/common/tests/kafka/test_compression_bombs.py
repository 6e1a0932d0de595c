"""Kilobytes that stand for gigabytes: all are taken in, in bounded memory."""

import time
from functools import partial
from typing import TypeAlias

import asyncpg

from common.contracts import RequestEnrichment
from common.delivery.inbox import NO_TENANT
from testkit.delivery.record_batches import a_batch, produce
from testkit.processes.starting import start
from testkit.stages import a_company, envelope_for, publish

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
GZIP, ZSTD = 1, 4
TOPIC = RequestEnrichment.topic
MB = 1024 * 1024
#: Without a message a stage has some 65 MB; these bombs take it to 170 to 210.
MOST_MB = 250


async def test_many_bombs_are_taken_in_without_their_weight(
    toy: str, owner: Owner, database_url: str, kafka: str
) -> None:
    """2 GB of zeros in some megabytes; some of them small enough to be opened, and real events among them."""
    events = [RequestEnrichment(tenant_id=1, company=a_company("201912345K")) for _ in range(40)]
    fresh = partial(a_batch, 1, timestamp=int(time.time() * 1000))  # Kafka deletes what is past its retention unread
    bombs = {codec: fresh(codec=codec, value=bytes(10 * MB)) for codec in (GZIP, ZSTD)}
    beyond = fresh(codec=ZSTD, value=bytes(100 * MB))
    opened = fresh(codec=ZSTD, value=bytes(int(1.9 * MB)))
    for partition in range(6):
        batches = [bombs[GZIP]] * 12 + [bombs[ZSTD]] * 12 + [beyond] + [opened] * 30
        assert set(await produce(kafka, TOPIC, partition, batches)) == {0}
    await publish(kafka, [(event, envelope_for(event)) for event in events])

    count = 6 * 55 + len(events)
    process = await start("stage_process", toy, database_url, kafka, str(count))
    printed, _ = await process.communicate()

    assert process.returncode == 0
    assert int(printed.splitlines()[-1].split()[-1]) < MOST_MB
    states = dict(await owner.fetch("SELECT state, count(*) FROM inbox WHERE consumer = 'toy' GROUP BY state"))
    assert states == {"dead": 6 * 55, "done": len(events)}
    longest = await owner.fetchval(
        "SELECT max(length(value)) FROM inbox WHERE tenant_id = $1 AND error ~ 'more than'", NO_TENANT
    )
    assert longest < MB
