"""Writes announcements to the outbox, in the transaction of the change that they announce. `relay.py` sends them.

A row is a message, or a bundle: the events of a set-based statement, which PostgreSQL puts together (see
EventTemplate) and which are taken apart again on their way to Kafka.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID

import orjson

from common.cloudevents import Envelope, header_texts, pack_texts, unpack_headers
from common.contracts import Lane
from common.delivery.messages import Announcement, Message
from common.ids import derivation
from common.kafka.partition_batches import Sendable
from common.postgres import Connection

SAVE = """
    INSERT INTO outbox (producer, topic, key, value, headers, lane)
    SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::text[], $6::text[])
"""


class EventTemplate(NamedTuple):
    """The common part of many events of one type and cause, for a statement that announces them as a bundle.

    A bundle's `value` holds a line per event, of id, key (a JSON string) and body, with a tab between them; JSON has
    neither tabs nor line ends. `headers` are those that all have; the relay adds those of id and key. The id is what
    the SQL function `derived_id` makes of `moment`, `digested` (see ids.derivation) and the event's identity.
    """

    topic: str
    lane: Lane
    headers: str
    moment: str
    digested: bytes

    @classmethod
    def of(cls, topic: str, cause: UUID, envelope: Envelope, *, source: str, at: str) -> Self:
        """Builds the template. All events share `envelope`; its event id is ignored."""
        texts = header_texts(topic, "", envelope, source=source, at=at)
        common = [(name, value) for name, value in texts if name not in {"ce_id", "ce_subject"}]
        return cls(topic, envelope.lane, pack_texts(common), *derivation(cause, topic))


async def save(tx: Connection, producer: str, messages: Sequence[Message]) -> None:
    """Writes the messages, in this order. They are announced if and only if the transaction commits."""
    if messages:
        await tx.execute(SAVE, producer, *zip(*messages, strict=True))


async def announce(tx: Connection, producer: str, announcements: Iterable[Announcement]) -> None:
    """Writes the events, in this order. They are announced if and only if the transaction commits."""
    now = datetime.now(UTC).isoformat()
    await save(tx, producer, [announcement.message(producer, now) for announcement in announcements])


def sendables(key: bytes | None, value: bytes | None, headers: str, events: int | None) -> Iterator[Sendable]:
    """Yields the message of a row, or those of its bundle."""
    common = unpack_headers(headers)
    if events is None:
        yield key, value, common
        return
    for line in (value or b"").split(b"\n"):
        event_id, quoted, body = line.split(b"\t", 2)
        subject = orjson.loads(quoted).encode() if b"\\" in quoted else quoted[1:-1]
        yield subject, body, [("ce_id", event_id), ("ce_subject", subject), *common]
