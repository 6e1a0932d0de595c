"""Rows of the snapshot that come from messages: from topics, outboxes, and dead letters."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from aiokafka import ConsumerRecord

from common.cloudevents import Envelope, Headers, Undecodable, decode_body, decode_headers
from common.contracts import EVENTS, CompanyEvent, Event, JobProgressed, RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.delivery.inbox import NO_TENANT
from common.delivery.inbox.intake import arrival
from common.errors import printable
from leadgen.audit.check import Scope
from leadgen.kafka.topic_reading import time_of

Row: TypeAlias = tuple[object, ...]

MODELS: Mapping[str, type[Event]] = {event.topic: event for event in EVENTS}
_COMPANY_ID = re.compile(rb'"company_id":\s*(\d{1,18})\b')
_PARTITION, _OFFSET = re.compile(rb"\d{1,9}"), re.compile(rb"\d{1,18}")
#: Ids below this one carry no time of ours.
_NO_TIME = 0x100 << 96


class Place(NamedTuple):
    """A message's position: a topic's partition and offset, or an outbox."""

    name: str
    topic: str
    partition: int | None
    offset: int | None
    at: datetime


class Facts:
    """Collected rows that are not written yet, by table. Messages outside of the scope are left out."""

    def __init__(self, scope: Scope, since: datetime) -> None:
        self._scope = scope
        self._since = since
        self._first_id = int(since.timestamp() * 1000) << 80
        self._rows: dict[str, list[Row]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def add(self, table: str, *row: object) -> None:
        """Adds a row."""
        self._rows.setdefault(table, []).append(row)

    def gathered(self) -> Iterator[tuple[str, list[Row]]]:
        """Yields each table with its collected rows."""
        yield from self._rows.items()

    def clear(self) -> None:
        """Deletes the collected rows."""
        self._rows.clear()

    def holds(self, envelope: Envelope, at: datetime) -> bool:
        """Whether the message is within the scope."""
        number = envelope.event_id.int
        return (
            (number >= self._first_id or (number < _NO_TIME and at >= self._since))
            and self._scope.tenant_id in (None, envelope.tenant_id)
            and (self._scope.run_id is None or envelope.correlation_id == str(self._scope.run_id))
        )


def add_record(facts: Facts, record: "ConsumerRecord[bytes, bytes]") -> None:
    """Adds a record of a topic as intake would read it; of a dead-letter topic, the letter's origin."""
    if record.topic.endswith(SUFFIX):
        origin = {name: value or b"" for name, value in record.headers}
        place = origin.get("dlq_partition", b""), origin.get("dlq_offset", b"")
        if _PARTITION.fullmatch(place[0]) and _OFFSET.fullmatch(place[1]):
            names = (origin.get(name, b"").decode(errors="replace") for name in ("dlq_consumer", "dlq_topic"))
            facts.add("audit_letters", *map(printable, names), *map(int, place))
        return
    taken = arrival(record)
    at = time_of(record.timestamp)
    envelope = Envelope(taken.event_id, taken.tenant_id, taken.lane, replay_id=taken.replay_id)
    if taken.tenant_id != NO_TENANT:
        envelope = decode_headers(record.headers)
    _add(facts, Place("topic", record.topic, record.partition, record.offset, at), record.key, record.value, envelope)


def add_waiting(facts: Facts, place: Place, key: bytes | None, value: bytes | None, headers: Headers) -> None:
    """Adds a message of an outbox."""
    if place.topic.endswith(SUFFIX):
        origin = dict(headers)
        consumer, topic = ((origin.get(name) or b"").decode() for name in ("dlq_consumer", "dlq_topic"))
        partition, offset = (int(origin.get(name) or b"-1") for name in ("dlq_partition", "dlq_offset"))
        facts.add("audit_letters", consumer, topic, partition, offset)
        return
    _add(facts, place, key, value, decode_headers(headers))


def content_of(topic: str, key: bytes | None, value: bytes | None) -> UUID:
    """Hashes a message; the snapshot's SQL hashes an inbox row in the same way."""
    digest = hashlib.md5(topic.encode() + b"\0" + (key or b"") + b"\0" + (value or b""), usedforsecurity=False)
    return UUID(bytes=digest.digest())


def text_of(key: bytes | None) -> str | None:
    """Formats a key like PostgreSQL's encode(key, 'escape')."""
    if key is None or (key.isascii() and b"\\" not in key and b"\0" not in key):
        return None if key is None else key.decode()
    return "".join(
        "\\\\" if byte == 0x5C else f"\\{byte:03o}" if byte == 0 or byte > 0x7F else chr(byte) for byte in key
    )


def _add(facts: Facts, place: Place, key: bytes | None, value: bytes | None, envelope: Envelope) -> None:
    if not facts.holds(envelope, place.at):
        return
    identity, company_id = text_of(key), None
    model = MODELS.get(place.topic)
    if model is None or issubclass(model, CompanyEvent):
        found = _COMPANY_ID.search(value or b"")
        company_id = int(found[1]) if found else None
    else:
        try:
            event = decode_body(model, value)
        except Undecodable:
            identity = None  # its consumers make a dead letter of it
        else:
            identity = event.identity
            if isinstance(event, JobProgressed):
                _add_progress(facts, envelope, event)
    facts.add(
        "audit_messages",
        *place,
        envelope.event_id,
        envelope.replay_id,
        envelope.tenant_id,
        envelope.lane,
        text_of(key),
        identity,
        envelope.correlation_id,
        company_id,
        content_of(place.topic, key, value),
    )


def _add_progress(facts: Facts, envelope: Envelope, event: JobProgressed) -> None:
    """Adds an event's progress of a job, and the requests that an answer promises."""
    if event.job_id is not None:
        facts.add(
            "audit_progress",
            envelope.event_id,
            envelope.tenant_id,
            event.job_id,
            event.status,
            event.processed,
            event.total,
        )
    for company in event.answer.head if event.answer else ():
        if company.company_id:  # of a preview nothing is saved
            key = RequestEnrichment(tenant_id=event.tenant_id, company=company).key
            facts.add("audit_heads", envelope.event_id, envelope.replay_id, envelope.tenant_id, event.identity, key)
