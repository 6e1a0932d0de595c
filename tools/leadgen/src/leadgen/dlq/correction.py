"""A dead letter as text for the operator to correct, and the check of the result against the contract. Pure."""

from typing import Any, NamedTuple

import orjson

from common.cloudevents import decode_body, decode_headers, pack_headers, unpack_headers
from common.contracts import EVENTS, Event, Lane
from common.delivery.dead_letters import Letter
from common.errors import Permanent
from common.ids import NO_REPLAY

MODELS: dict[str, type[Event]] = {event.topic: event for event in EVENTS}


class CorrectionRefused(Permanent):
    """The corrected message violates its topic's contract; the message names the first fault."""


class Corrected(NamedTuple):
    """A corrected message in the form of its inbox row."""

    key: bytes
    value: bytes
    headers: str
    tenant_id: int
    lane: Lane


def body_of(value: bytes | None) -> Any:
    """Returns the body as JSON values, or as text if it is no JSON."""
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value.decode(errors="backslashreplace")


def headers_of(packed: str) -> dict[str, str | None]:
    """Returns the headers as texts."""
    return {
        name: None if value is None else value.decode(errors="backslashreplace")
        for name, value in unpack_headers(packed)
    }


def flaw_of(letter: Letter) -> str | None:
    """Names the first violation of the topic's contract; `None` if there is none."""
    try:
        _checked(letter.topic, unpack_headers(letter.headers), letter.value)
    except Permanent as error:
        return str(error)
    return None


def to_text(letter: Letter) -> str:
    """Writes headers and body for an editor. Lines that begin with # are comments."""
    message = {"headers": headers_of(letter.headers), "body": body_of(letter.value)}
    comments = [
        f"{letter.topic} for {letter.consumer}: {letter.error}",
        "Correct headers and body, then save. Nothing happens if you leave it as it is, or empty it.",
        "ce_id and ce_replayid stay those of the dead letter.",
    ]
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join([*lines, orjson.dumps(message, option=orjson.OPT_INDENT_2).decode(), ""])


def from_text(letter: Letter, text: str) -> Corrected:
    """Parses the corrected text. Raises CorrectionRefused."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    try:
        message = orjson.loads("\n".join(lines))
    except orjson.JSONDecodeError as error:
        raise CorrectionRefused(f"the text is not JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("headers"), dict):
        raise CorrectionRefused("the text has no object `headers`")
    identity = {"ce_id": str(letter.event_id)}
    if letter.replay_id != NO_REPLAY:
        identity["ce_replayid"] = str(letter.replay_id)
    named = {name: value for name, value in message["headers"].items() if name != "ce_replayid"} | identity
    headers = [(name, None if value is None else str(value).encode()) for name, value in named.items()]
    body = orjson.dumps(message.get("body"))
    try:
        event, lane = _checked(letter.topic, headers, body)
    except Permanent as error:
        raise CorrectionRefused(str(error)) from error
    return Corrected(event.key.encode(), body, pack_headers(headers), event.tenant_id, lane)


def _checked(topic: str, headers: Any, value: bytes | None) -> tuple[Event, Lane]:
    model = MODELS.get(topic)
    if model is None:
        raise CorrectionRefused(f"there is no contract for {topic}")
    envelope = decode_headers(headers)
    event = decode_body(model, value)
    if event.tenant_id != envelope.tenant_id:
        raise CorrectionRefused(f"header ce_tenantid is {envelope.tenant_id}, but the body says {event.tenant_id}")
    return event, envelope.lane
