"""CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_` headers, the model as JSON in the value.

Format: https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md. Our extension
attributes: `tenantid`, `lane`, `correlationid` (the request that all this follows from), `replayid`, and the
distributed-tracing extension's `traceparent`, which keeps its own header name as design.md §1 has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar, get_args
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto
from pydantic import ValidationError

from common.contracts import Event, Lane
from common.errors import Permanent
from common.ids import NO_REPLAY

E = TypeVar("E", bound=Event)
Headers = Iterable[tuple[str, bytes | None]]
LANES: Mapping[str | None, Lane] = {lane: lane for lane in get_args(Lane)}


class Undecodable(Permanent):
    """A message whose headers or body do not match the contract of its topic."""


class Envelope(NamedTuple):
    """The metadata of an event, as its headers carry it."""

    event_id: UUID
    tenant_id: int
    lane: Lane
    correlation_id: str | None = None
    replay_id: UUID = NO_REPLAY
    traceparent: str | None = None
    #: Of a rerun that is to be done afresh: answers and records from before this time are not to be relied on.
    afresh: datetime | None = None


def header_texts(topic: str, key: str, envelope: Envelope, *, source: str, at: str) -> list[tuple[str, str]]:
    """Builds the headers of an event that `source` (a service's name) announces `at` an ISO 8601 time."""
    headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", str(envelope.event_id)),
        ("ce_type", topic),
        ("ce_source", f"/leadgen/{source}"),
        ("ce_subject", key),
        ("ce_time", at),
        ("content-type", "application/json"),
        ("ce_tenantid", str(envelope.tenant_id)),
        ("ce_lane", envelope.lane),
    ]
    if envelope.correlation_id is not None:
        headers.append(("ce_correlationid", envelope.correlation_id))
    if envelope.replay_id != NO_REPLAY:
        headers.append(("ce_replayid", str(envelope.replay_id)))
    if envelope.traceparent is not None:
        headers.append(("traceparent", envelope.traceparent))
    if envelope.afresh is not None:
        headers.append(("ce_afresh", envelope.afresh.isoformat()))
    return headers


def encode_headers(
    event: Event, envelope: Envelope, *, source: str, at: datetime | None = None
) -> list[tuple[str, bytes]]:
    """Encodes the headers of an event in the form that Kafka carries. `at` is now, unless given."""
    texts = header_texts(event.topic, event.key, envelope, source=source, at=(at or datetime.now(UTC)).isoformat())
    return [(name, value.encode()) for name, value in texts]


def decode_headers(headers: Headers) -> Envelope:
    """Decodes the headers. Raises Undecodable, which names the header that is missing or wrong."""
    found = dict(headers)
    lane = _text(found, "ce_lane")
    if lane not in LANES:
        raise Undecodable(f"header ce_lane is {lane!r}, not a lane" if lane else "header ce_lane is missing")
    given_id, replay_id = _text(found, "ce_id"), _text(found, "ce_replayid")
    tenant = _text(found, "ce_tenantid")
    if not given_id or not tenant:
        raise Undecodable(f"header {'ce_tenantid' if given_id else 'ce_id'} is missing")
    try:
        # asyncpg's UUID is a uuid.UUID that is read ten times faster, and every message has one.
        event_id, replayed = pgproto.UUID(given_id), pgproto.UUID(replay_id) if replay_id else NO_REPLAY
        tenant_id = int(tenant)
        afresh = parse_afresh(_text(found, "ce_afresh"))
    except ValueError as error:
        raise Undecodable(f"header ce_id, ce_replayid, ce_tenantid or ce_afresh: {error}") from error
    if not 0 <= tenant_id < 2**31:
        raise Undecodable(f"header ce_tenantid is {tenant_id}, not a tenant")
    correlation_id, traceparent = _text(found, "ce_correlationid"), _text(found, "traceparent")
    return Envelope(event_id, tenant_id, LANES[lane], correlation_id, replayed, traceparent, afresh)


def parse_afresh(text: str | None) -> datetime | None:
    """Reads the header `ce_afresh`. Raises ValueError for a text that is no time with a zone."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at


def _text(headers: Mapping[str, bytes | None], name: str) -> str | None:
    value = headers.get(name)
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError as error:
        raise Undecodable(f"header {name} is not UTF-8") from error


def encode_body(event: Event) -> bytes:
    """Encodes the event as JSON."""
    return event.__pydantic_serializer__.to_json(
        event, exclude_none=True
    )  # model_dump_json, without the way through str


def decode_body(model: type[E], value: bytes | None) -> E:
    """Decodes the body. Raises Undecodable with the first thing that is wrong."""
    if value is None:
        raise Undecodable("the message has no body")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Undecodable(f"{where}: {first['msg']}") from error


def pack_headers(headers: Headers) -> str:
    """Encodes any headers as one JSON text without loss: each byte becomes the character of its number (latin-1)."""
    pairs = [[name, None if value is None else value.decode("latin-1")] for name, value in headers]
    return orjson.dumps(pairs).decode()


def pack_texts(headers: Sequence[tuple[str, str]]) -> str:
    """Encodes headers that are texts, as `pack_headers` does, without a detour through bytes where they are ASCII."""
    packed = orjson.dumps(headers)  # leaves as it is what is not ASCII
    return packed.decode() if packed.isascii() else pack_headers((name, value.encode()) for name, value in headers)


def unpack_headers(packed: str) -> list[tuple[str, bytes | None]]:
    """Decodes headers that `pack_headers` encoded."""
    if packed.isascii() and "\\" not in packed:  # nearly always: UTF-8 is then the same, and quicker
        return [(name, None if value is None else value.encode()) for name, value in orjson.loads(packed)]
    return [(name, None if value is None else value.encode("latin-1")) for name, value in orjson.loads(packed)]


def unpack_text(headers: Mapping[str, str | None], name: str) -> str | None:
    """Decodes one header of a message with a readable envelope, from `dict(orjson.loads(packed))`."""
    value = headers.get(name)
    return value if value is None or value.isascii() else value.encode("latin-1").decode(errors="replace")
