"""Dead letters of originals that are as large as Kafka allows, or larger: they fit, and nothing waits behind them."""

import os
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.cloudevents import pack_headers
from common.contracts import RequestEnrichment
from common.delivery.dead_letters.messages import KEY_BYTES, LETTER_BYTES, SUFFIX
from common.delivery.inbox import NO_TENANT
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import new_id
from common.kafka.record_batches import MAX_MESSAGE
from common.postgres import Database
from testkit.stages import at_work, ended, read_topic

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic

ADD = """
    INSERT INTO inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value,
                       headers, error)
    VALUES ('toy', $1, $2, $3, 0, $4, $5, $6, 'interactive', $7, $8, 'damaged')
"""


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"key", os.urandom(MAX_MESSAGE), [("name", b"content")]),
        (b"key", os.urandom(LETTER_BYTES - 30), [("name", b"content")]),
        (os.urandom(MAX_MESSAGE), os.urandom(MAX_MESSAGE), []),
        (None, os.urandom(1000), [("first", b"small"), ("\U0001f600" * 1000, os.urandom(MAX_MESSAGE)), ("last", None)]),
        (None, None, [(f"{n}", os.urandom(100)) for n in range(20_000)]),
    ],
    ids=["a large body", "a body at the limit", "a large key", "a large header", "many headers"],
)
async def test_a_dead_letter_fits_and_says_what_was_left_out(
    key: bytes | None,
    value: bytes | None,
    headers: list[tuple[str, bytes | None]],
    toy: str,
    owner: Owner,
    database: Database,
    kafka: str,
) -> None:
    """The one behind it is sent, too; the inbox keeps the whole original."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        return

    for offset, body, heads in ((1, value, headers), (2, b"behind", [])):
        packed = pack_headers(heads)
        await owner.execute(ADD, new_id(), UUID(int=0), TOPIC, offset, key, NO_TENANT, body, packed)
    async with at_work(stage, database, kafka):
        await ended(database, "toy", 2)

    letters = {dict(letter.headers)["dlq_offset"]: letter for letter in await read_topic(kafka, TOPIC + SUFFIX)}
    assert letters[b"2"].value == b"behind"
    letter = letters[b"1"]
    found = dict(letter.headers)
    assert letter.key == (None if key is None else key[:KEY_BYTES])
    assert (letter.value is None) == (value is None)
    assert (value or b"").startswith(letter.value or b"")
    if letter.value != value:
        assert (found["dlq_value_bytes"], found["dlq_value_sha256"]) == (
            str(len(value or b"")).encode(),
            sha256(value or b"").hexdigest().encode(),
        )
    assert int(found.get("dlq_headers_left_out", b"0")) == sum(name not in found for name, _ in headers)
    assert not await owner.fetchval("SELECT count(*) FROM outbox_refused")
    assert await owner.fetchval("SELECT value FROM inbox WHERE kafka_offset = 1") == value
