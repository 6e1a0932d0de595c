"""The outbox and its relay: two at once keep each key's order and send nothing twice."""

import asyncio
import random
from base64 import b64encode
from collections import Counter
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from common.cloudevents import Envelope, decode_headers
from common.contracts import LeadSynced, RequestUpsert
from common.delivery.messages import Announcement
from common.delivery.outbox import EventTemplate, announce
from common.delivery.outbox.relay import Relay
from common.ids import new_id
from common.kafka.partition_batches import partition_of
from common.postgres import Database
from embedded.ports import LOOPBACK, free_port
from testkit.delivery.outboxes import fill, is_sent, numbers_by_key
from testkit.stages import a_company, read_topic, until


async def test_two_relays_at_once_keep_the_order_and_send_nothing_twice(database: Database, kafka: str) -> None:
    """One of them sends. When it leaves, the other goes on where it stopped."""
    await fill(database, 400)
    async with Relay(database, kafka, "scorer"):
        async with Relay(database, kafka, "scorer"):
            await fill(database, 400, start=400)
            await until(lambda: is_sent(database))
        await fill(database, 200, start=800)
        await until(lambda: is_sent(database))
    assert await numbers_by_key(kafka) == {f"1:U{n}".encode(): list(range(n, 1000, 5)) for n in range(5)}


async def test_what_a_transaction_that_fails_announced_is_never_announced(database: Database, kafka: str) -> None:
    """Only what committed is."""
    lost = Announcement(RequestUpsert(tenant_id=1, job_id=new_id()), Envelope(new_id(), 1, "nightly"))
    try:
        async with database.without_tenant() as tx:
            await announce(tx, "scorer", [lost])
            raise KeyError("on purpose")
    except KeyError:
        pass
    await fill(database, 5)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert await read_topic(kafka, RequestUpsert.topic) == []
    assert len(await numbers_by_key(kafka)) == 5


async def test_one_service_does_not_send_what_another_announced(database: Database, kafka: str) -> None:
    """Each has its own outbox and its own relay."""
    await fill(database, 5)
    async with Relay(database, kafka, "enricher"):
        await asyncio.sleep(0)
    assert not await is_sent(database)
    assert await numbers_by_key(kafka) == {}


async def test_without_a_broker_everything_stays_and_the_relay_can_be_stopped(database: Database, kafka: str) -> None:
    """It gives up its wait when it is stopped; a relay that finds the broker sends all."""
    await fill(database, 10)
    async with Relay(database, f"{LOOPBACK}:{free_port()}", "scorer", drain_s=0.2):
        assert not await is_sent(database)
    assert not await is_sent(database)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert sum(map(len, (await numbers_by_key(kafka)).values())) == 10


def noise(size: int) -> str:
    """Builds letters that compress badly: equal calls give equal text."""
    return b64encode(random.Random(size).randbytes(size * 3 // 4)).decode()


async def test_large_messages_are_sent_too(database: Database, kafka: str) -> None:
    """Together they are far more than the broker takes at once: a megabyte, over a whole batch. Some fill one alone."""
    await fill(database, 150, name=noise(20_000))
    await fill(database, 5, start=150, name=noise(700_000))
    await fill(database, 145, start=155, name=noise(20_000))
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert await numbers_by_key(kafka) == {f"1:U{n}".encode(): list(range(n, 300, 5)) for n in range(5)}


async def test_from_a_failed_batch_on_nothing_is_taken_for_sent(
    database: Database, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a failed batch on nothing is taken for sent.

    Of its partition: what was confirmed before is not sent again, the rest is, in order, and the bundle whole.
    """
    monkeypatch.setattr("common.delivery.outbox.relay.BATCH_BYTES", 1_500)
    monkeypatch.setattr("common.delivery.outbox.sender.TOPIC_REST_S", 0.01)
    sent = Counter[int]()
    send_batch = AIOKafkaProducer.send_batch

    async def fail_the_third(self: AIOKafkaProducer, batch: Any, topic: str, *, partition: int) -> Any:
        sent[partition] += 1
        if sent[partition] == 3:
            raise KafkaConnectionError("on purpose")
        return await send_batch(self, batch, topic, partition=partition)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", fail_the_third)
    await fill(database, 100)
    cause = new_id()
    envelope = Envelope(cause, 1, "nightly")
    template = EventTemplate.of(LeadSynced.topic, cause, envelope, source="scorer", at="2026-11-22")
    async with database.without_tenant() as tx:
        await tx.execute(BUNDLE, *template, 101, 200)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert max(sent.values()) > 3
    found = await numbers_by_key(kafka)
    assert {key: found[key] for key in (f"1:U{n}".encode() for n in range(5))} == {
        f"1:U{n}".encode(): list(range(n, 100, 5)) for n in range(5)
    }
    assert {number for numbers in found.values() for number in numbers} == {*range(100), *range(101, 201)}


async def test_what_someone_waits_for_goes_before_what_the_night_has_piled_up(database: Database, kafka: str) -> None:
    """The night's was announced first and is of other keys; in each partition the interactive events come first."""
    async with database.without_tenant() as tx:
        for lane, first in (("nightly", 0), ("interactive", 100)):
            event = LeadSynced(tenant_id=1, company=a_company("U0"), outcome="synced")
            await announce(
                tx,
                "scorer",
                [
                    Announcement(event.model_copy(update={"lead_id": first + n}), Envelope(new_id(), 1, lane))
                    for n in range(3)
                ],
            )
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert await numbers_by_key(kafka) == {b"1:U0": [100, 101, 102, 0, 1, 2]}


async def test_what_comes_while_the_night_is_gathered_does_not_wait(database: Database, kafka: str) -> None:
    """After a few nightly events the relay rests for a while, unless it is woken."""
    async with Relay(database, kafka, "scorer") as relay:
        relay.POLL = relay.SLEEP = 60.0
        async with database.without_tenant() as tx:
            event = LeadSynced(tenant_id=1, company=a_company("U0"), outcome="synced")
            await announce(tx, "scorer", [Announcement(event, Envelope(new_id(), 1, "nightly"))])
        relay.wake()
        await until(lambda: is_sent(database))
        await fill(database, 5)
        relay.wake()
        await until(lambda: is_sent(database))


BUNDLE = """
    INSERT INTO outbox (producer, topic, value, headers, lane, events)
    SELECT 'scorer', $1, convert_to(string_agg(concat(derived_id($4, $5, key), E'\\t', to_json(key), E'\\t',
           '{"tenant_id":1,"lead_id":', n, ',"outcome":"synced",',
           '"company":{"company_id":1,"name":"A\\nB","uen":"U"}}'), E'\\n'), 'UTF8'), $3, $2, count(*)
      FROM (SELECT n, '1:U' || n AS key FROM generate_series($6::int, $7::int) n) AS news
"""


async def test_a_bundle_is_sent_event_by_event(database: Database, kafka: str) -> None:
    """Each with a key and an id of its own, among single messages and other bundles, more than one look takes."""
    cause = new_id()
    envelope = Envelope(cause, 1, "nightly")
    template = EventTemplate.of(LeadSynced.topic, cause, envelope, source="scorer", at="2026-11-22")
    async with database.without_tenant() as tx:
        for first in (1, 1001, 2001):
            await tx.execute(BUNDLE, *template, first, first + 999)
    await fill(database, 5)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    found = await numbers_by_key(kafka)
    assert {key: numbers for key, numbers in found.items() if key not in {f"1:U{n}".encode() for n in range(5)}} == {
        f"1:U{n}".encode(): [n] for n in range(5, 3001)
    }
    records = await read_topic(kafka, LeadSynced.topic)
    envelopes = [decode_headers(record.headers) for record in records]
    assert len({envelope.event_id for envelope in envelopes}) == len(records) == 3005
    assert sum(envelope.lane == "nightly" for envelope in envelopes) == 3000


def test_a_key_has_one_partition_and_keys_are_spread() -> None:
    """By CRC-32 as everyone has it (its check value is 0xCBF43926). A message without a key has a partition too."""
    partitions = [3, 4, 5, 6, 7, 8]
    assert partition_of(b"123456789", b"x", partitions) == partitions[0xCBF43926 % 6]
    assert partition_of(b"123456789", b"y", partitions) == partitions[0xCBF43926 % 6]
    held = Counter(partition_of(f"1:{n:09}K".encode(), None, partitions) for n in range(6000))
    assert sorted(held) == partitions
    assert min(held.values()) > 800
    assert partition_of(None, None, partitions) in partitions
