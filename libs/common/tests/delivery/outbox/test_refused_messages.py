"""Messages that Kafka will never take: they are set aside, and nothing waits behind them."""

import os
from typing import TypeAlias

import asyncpg
import orjson
import pytest
from prometheus_client import REGISTRY

from common.contracts import LeadSynced
from common.delivery.outbox.relay import Relay
from common.postgres import Database
from testkit.delivery.outboxes import fill, is_sent, numbers_by_key
from testkit.stages import read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ADD = "INSERT INTO outbox (producer, topic, key, value, headers, events) VALUES ('scorer', $1, $2, $3, $4, $5)"
REFUSED = "SELECT topic, key, value, headers, reason FROM outbox_refused WHERE producer = 'scorer'"
#: More than the broker's megabyte, whatever it is compressed with.
HUGE = os.urandom(1_500_000)


def refused() -> float:
    return REGISTRY.get_sample_value("leadgen_outbox_refused_total", {"stage": "scorer"}) or 0


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (HUGE, "[]", "MessageSizeTooLargeError"),
        (b"{}", '[["\\ud800","x"]]', "JSONDecodeError"),
        (b"{}", "no JSON", "JSONDecodeError"),
        (b"{}", '[["name",["no text"]]]', "AttributeError"),
    ],
    ids=["too large", "a header name that no bytes stand for", "headers that are none", "a header that is none"],
)
async def test_a_message_that_cannot_be_sent_stands_in_nobodys_way(
    value: bytes, headers: str, reason: str, database: Database, owner: Owner, kafka: str
) -> None:
    """It moves to a table with its reason; what was announced before and behind it, by the same key too, is sent."""
    before = refused()
    await fill(database, 10)
    await owner.execute(ADD, LeadSynced.topic, b"1:U0", value, headers, None)
    await fill(database, 10, start=10)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert await numbers_by_key(kafka) == {f"1:U{n}".encode(): list(range(n, 20, 5)) for n in range(5)}
    (row,) = await owner.fetch(REFUSED)
    assert (row["topic"], row["key"], row["value"], row["headers"]) == (LeadSynced.topic, b"1:U0", value, headers)
    assert reason in row["reason"]
    assert refused() == before + 1


async def test_of_a_bundle_the_one_message_that_is_too_large_is_set_aside(
    database: Database, owner: Owner, kafka: str
) -> None:
    """The others are sent."""
    lines = [b"\t".join((b"0198c0de-0000-7000-8000-00000000000%d" % n, b'"1:U"', b"%d" % n)) for n in range(3)]
    lines[1] += HUGE.replace(b"\n", b"").replace(b"\t", b"")
    await owner.execute(ADD, LeadSynced.topic, None, b"\n".join(lines), '[["ce_lane","nightly"]]', 3)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert [record.value for record in await read_topic(kafka, LeadSynced.topic)] == [b"0", b"2"]
    (row,) = await owner.fetch(REFUSED)
    assert row["key"] == b"1:U"
    assert orjson.loads(row["headers"])[0] == ["ce_id", "0198c0de-0000-7000-8000-000000000001"]
