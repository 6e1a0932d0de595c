"""CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_` headers, the model as JSON in the value.

Format: https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md. Our extension
attributes: `tenantid`, `lane`, `correlationid` (the request that all this follows from), `replayid`, and the
distributed-tracing extension's `traceparent`, which keeps its own header name as design.md §1 has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar, get_args
from uuid import UUID

import orjson
from pydantic import ValidationError

from common.contracts import Event, Lane
from common.errors import Permanent
from common.ids import NO_REPLAY

E = TypeVar("E", bound=Event)
Headers = Iterable[tuple[str, bytes | None]]


class Undecodable(Permanent):
    """The message's headers or body are not what its topic promises."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say of an event."""

    event_id: UUID
    tenant_id: int
    lane: Lane
    correlation_id: str | None = None
    replay_id: UUID = NO_REPLAY
    traceparent: str | None = None


def encode_headers(
    event: Event, envelope: Envelope, *, source: str, at: datetime | None = None
) -> list[tuple[str, bytes]]:
    """The headers of an event that `source` (a service's name) announces."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(envelope.event_id).encode()),
        ("ce_type", event.topic.encode()),
        ("ce_source", f"/leadgen/{source}".encode()),
        ("ce_subject", event.key.encode()),
        ("ce_time", (at or datetime.now(UTC)).isoformat().encode()),
        ("content-type", b"application/json"),
        ("ce_tenantid", str(envelope.tenant_id).encode()),
        ("ce_lane", envelope.lane.encode()),
    ]
    if envelope.correlation_id is not None:
        headers.append(("ce_correlationid", envelope.correlation_id.encode()))
    if envelope.replay_id != NO_REPLAY:
        headers.append(("ce_replayid", str(envelope.replay_id).encode()))
    if envelope.traceparent is not None:
        headers.append(("traceparent", envelope.traceparent.encode()))
    return headers


def decode_headers(headers: Headers) -> Envelope:
    """Raises Undecodable, naming the header that is missing or wrong."""
    found = dict(headers)

    def text(name: str) -> str | None:
        value = found.get(name)
        try:
            return None if value is None else value.decode()
        except UnicodeDecodeError as error:
            raise Undecodable(f"header {name} is not UTF-8") from error

    def required(name: str) -> str:
        value = text(name)
        if not value:
            raise Undecodable(f"header {name} is missing")
        return value

    lane = required("ce_lane")
    if lane not in get_args(Lane):
        raise Undecodable(f"header ce_lane is {lane!r}, not a lane")
    try:
        event_id, replay_id = UUID(required("ce_id")), UUID(text("ce_replayid") or str(NO_REPLAY))
        tenant_id = int(required("ce_tenantid"))
    except ValueError as error:
        raise Undecodable(f"header ce_id, ce_replayid or ce_tenantid: {error}") from error
    if not 0 < tenant_id < 2**31:
        raise Undecodable(f"header ce_tenantid is {tenant_id}, not a tenant")
    return Envelope(event_id, tenant_id, lane, text("ce_correlationid"), replay_id, text("traceparent"))  # type: ignore[arg-type] # checked against Lane above


def encode_body(event: Event) -> bytes:
    """The event as JSON."""
    return event.model_dump_json(exclude_none=True).encode()


def decode_body(model: type[E], value: bytes | None) -> E:
    """Raises Undecodable, with the first thing that is wrong."""
    if value is None:
        raise Undecodable("the message has no body")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Undecodable(f"{where}: {first['msg']}") from error


def pack_headers(headers: Headers) -> str:
    """Any headers as one JSON text, loss-free: each byte becomes the character of its number (latin-1)."""
    pairs = [[name, None if value is None else value.decode("latin-1")] for name, value in headers]
    return orjson.dumps(pairs).decode()


def unpack_headers(packed: str) -> list[tuple[str, bytes | None]]:
    """The inverse of `pack_headers`."""
    return [(name, None if value is None else value.encode("latin-1")) for name, value in orjson.loads(packed)]
