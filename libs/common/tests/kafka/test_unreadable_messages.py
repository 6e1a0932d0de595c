"""Records of the real broker that are hard to read: all are taken in, readable or flagged with their bytes."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from aiokafka.structs import TopicPartition

from common.contracts import RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.delivery.inbox import NO_TENANT
from common.ids import new_id
from common.kafka.consumer import Consumer
from common.kafka.record_batches import split
from common.postgres import Database
from embedded.kafka import Kafka
from testkit.delivery.record_batches import a_batch, produce, with_checksum
from testkit.stages import a_company, a_stage, at_work, ended, envelope_for, is_all_taken_in, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic

ROWS = "SELECT kafka_offset, tenant_id, value, error FROM inbox WHERE consumer = 'toy' AND kafka_partition = $1"


def a_request() -> RequestEnrichment:
    return RequestEnrichment(tenant_id=1, company=a_company("201912345K"))


async def end_of(kafka: str, partition: int) -> tuple[int, int]:
    """The first and the next offset of a partition."""
    place = TopicPartition(TOPIC, partition)
    async with Consumer(bootstrap_servers=kafka) as reader:
        (first,), (end,) = (
            (await reader.beginning_offsets([place])).values(),
            (await reader.end_offsets([place])).values(),
        )
    return first, end


def damaged(codec: int) -> list[bytes]:
    """A batch with each byte that the client parses changed in several ways, and its checksum right."""
    made = []
    whole = bytearray(a_batch(2, codec=codec, key=b"k", value=b"v", headers=[("n", b"c"), ("m", None)]))
    for at in range(21, len(whole)):
        for value in {0, 1, 2, 0x7F, 0x80, 0xFF} - {whole[at]}:
            batch = bytearray(whole)
            batch[at] = value
            made.append(with_checksum(batch))
    return made


@pytest.mark.parametrize("codec", [0, 1], ids=["plain", "gzip"])
async def test_no_byte_that_the_broker_lets_through_stops_intake(
    codec: int, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Every offset has its row, or is one of a batch of two that is kept whole; and what came behind is handled."""
    first, _ = await end_of(kafka, 0)
    codes = Counter(await produce(kafka, TOPIC, 0, damaged(codec)))
    assert codes[0] > 50
    _, end = await end_of(kafka, 0)
    good = [(a_request(), envelope_for(a_request(), new_id())) for _ in range(20)]
    await publish(kafka, good)
    async with at_work(a_stage(), database, kafka) as runtime:
        await until(lambda: is_all_taken_in(runtime), within_s=60)
        await ended(database, "toy", 20, within_s=60)
    rows = {row["kafka_offset"]: row for row in await owner.fetch(ROWS, 0)}
    for offset in set(range(first, end)) - set(rows):
        before = rows[offset - 1]
        assert before["tenant_id"] == NO_TENANT
        assert [len(batch) for batch in split(before["value"])] == [len(before["value"])]
    done = await owner.fetch("SELECT event_id FROM inbox WHERE consumer = 'toy' AND state = 'done'")
    assert {envelope.event_id for _, envelope in good} == {row["event_id"] for row in done}


async def test_a_header_name_that_is_not_utf8_becomes_a_dead_letter(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """With its key and value; messages before and behind it are handled, and a restart has nothing left to do."""
    good = [(a_request(), envelope_for(a_request(), new_id())) for _ in range(2)]
    spoilt = a_batch(1, key=b"the key", value=b"the value", spoil=lambda records: records.replace(b"name", b"n\xffme"))
    await publish(kafka, good[:1])
    assert await produce(kafka, TOPIC, 3, [spoilt]) == [0]
    await publish(kafka, good[1:])
    for _ in range(2):
        async with at_work(a_stage(), database, kafka) as runtime:
            await until(lambda: is_all_taken_in(runtime))
            await ended(database, "toy", 3)
    (row,) = await owner.fetch(ROWS, 3)
    assert (row["tenant_id"], row["value"]) == (NO_TENANT, b"the value")
    assert "is not UTF-8" in row["error"]
    (letter,) = await read_topic(kafka, TOPIC + SUFFIX)
    assert (letter.key, letter.value) == (b"the key", b"the value")
    assert ("n\\xffme", b"content") in letter.headers


@pytest.mark.parametrize(
    "timestamp", [0, -1, -(2**40), -(2**62)], ids=["epoch", "none", "before the epoch", "before all dates"]
)
async def test_odd_timestamps_are_no_obstacle(
    timestamp: int, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Nothing here makes a date of what a producer says; the broker refuses some of them itself."""
    (code,) = await produce(kafka, TOPIC, 1, [a_batch(1, timestamp=timestamp)])
    await publish(kafka, [(a_request(), envelope_for(a_request()))])
    async with at_work(a_stage(), database, kafka):
        await ended(database, "toy", 2 if code == 0 else 1)


async def test_a_batch_that_rotted_on_the_brokers_disk_is_passed_with_its_bytes_kept(
    toy: str, owner: Owner, database: Database, kafka: str, breakable_kafka: Kafka
) -> None:
    """The broker does not look at checksums when it hands a batch out."""
    if not isinstance(breakable_kafka, Kafka):
        pytest.skip("the disk of a broker in a container is not ours to spoil")
    marker = os.urandom(16)
    batch = a_batch(3, value=marker)
    assert await produce(kafka, TOPIC, 2, [a_batch(1), batch, a_batch(1)]) == [0, 0, 0]
    await asyncio.to_thread(breakable_kafka.stop)
    spoil_on_disk(breakable_kafka.data / "logs", marker)
    await asyncio.to_thread(breakable_kafka.start)
    async with at_work(a_stage(), database, kafka):
        await ended(database, "toy", 3, within_s=60)
    rows = sorted(await owner.fetch(ROWS, 2), key=lambda row: row["kafka_offset"])
    assert len(rows) == 3
    assert "checksum" in rows[1]["error"]
    assert bytes(rows[1]["value"]).count(marker[1:]) == 3


def spoil_on_disk(folder: Path, marker: bytes) -> None:
    """Changes one byte of the segment that holds the marker."""
    (segment,) = (file for file in folder.rglob("*.log") if marker in file.read_bytes())
    data = bytearray(segment.read_bytes())
    data[data.index(marker)] ^= 1
    segment.write_bytes(data)
