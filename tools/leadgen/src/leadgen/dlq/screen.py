"""Dead letters as text and JSON for the operator."""

import base64
from typing import Any

import orjson

from common.contracts import Event
from common.delivery.dead_letters import Group, Letter
from common.ids import NO_REPLAY
from leadgen.command_line.time_options import in_singapore
from leadgen.dlq.correction import MODELS, body_of, flaw_of, headers_of
from leadgen.dlq.running import Retried

#: Reasons that are printed of letters that died again.
MOST_REASONS = 5


def as_record(letter: Letter) -> dict[str, Any]:
    """Returns the whole letter as JSON values, with a body that is no JSON as base64."""
    times = {name: getattr(letter, name) for name in ("received_at", "dead_at", "dropped_at")}
    body = body_of(letter.value)
    is_json = not isinstance(body, str) or body.startswith('"')
    value = letter.value or b""
    return {
        "consumer": letter.consumer,
        "event_id": str(letter.event_id),
        "replay_id": None if letter.replay_id == NO_REPLAY else str(letter.replay_id),
        "topic": letter.topic,
        "partition": letter.kafka_partition,
        "offset": letter.kafka_offset,
        "key": None if letter.key is None else letter.key.decode(errors="backslashreplace"),
        "tenant_id": letter.tenant_id,
        "lane": letter.lane,
        "handler": letter.handler,
        "error": letter.error,
        "attempts": letter.attempts,
        "failures": letter.failures,
        "crashes": letter.crashes,
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
        "headers": headers_of(letter.headers),
        **({"body": body} if is_json else {"body_base64": base64.b64encode(value).decode()}),
    }


def as_group(group: Group) -> dict[str, Any]:
    """Returns the group as JSON values."""
    return {
        **group._asdict(),
        "first_at": group.first_at.isoformat(),
        "last_at": group.last_at.isoformat(),
        "newest": str(group.newest),
    }


def lines_of(letter: Letter, actions: list[dict[str, Any]], *, is_overtaken: bool) -> list[str]:
    """Formats a letter for people: the place and reason of the failure, its headers and its body."""
    place = f"{letter.topic}, partition {letter.kafka_partition}, offset {letter.kafka_offset}"
    flaw = flaw_of(letter)
    model: type[Event] | None = MODELS.get(letter.topic)
    lines = [
        f"{letter.event_id} in {letter.consumer}",
        f"  error     {letter.error}",
        f"  handler   {letter.handler or 'not recorded'}",
        f"  from      {place}, key {(letter.key or b'').decode(errors='backslashreplace')}",
        f"  tenant    {letter.tenant_id}, lane {letter.lane}",
        f"  received  {in_singapore(letter.received_at)}, dead since {in_singapore(letter.dead_at)} Singapore time",
        f"  attempts  {letter.attempts}, failures {letter.failures}, crashes {letter.crashes}",
        f"  contract  {flaw or f'the message is a valid {model.__name__ if model else letter.topic}'}",
    ]
    if letter.replay_id != NO_REPLAY:
        lines.append(f"  replay    {letter.replay_id}")
    if letter.dropped_at is not None:
        lines.append(f"  dropped   {in_singapore(letter.dropped_at)}")
    if is_overtaken:
        lines.append("  warning   a later event of the same key has already been handled")
    for it in actions:
        why = f": {it['reason']}" if it["reason"] else ""
        lines.append(f"  {it['action']:<9} {in_singapore(it['at'])} by {it['operator']}{why}")
    lines += ["headers", *(f"  {name}: {value}" for name, value in headers_of(letter.headers).items()), "body"]
    body = body_of(letter.value)
    text = body if isinstance(body, str) else orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    return [*lines, *(f"  {line}" for line in text.splitlines())]


def outcome_of(it: Retried) -> list[str]:
    """Describes the outcome of retried letters."""
    lines = [f"{it.letters} retried: {it.done} done, {it.dead} dead again, {it.open} still open"]
    lines += [f"  {reason}" for reason in it.reasons[:MOST_REASONS]]
    if it.next_at is not None:
        lines.append(f"the next attempt is due at {in_singapore(it.next_at)}; is the consumer running?")
    return lines


def warning_of(overtaken: int) -> list[str]:
    """Warns of letters whose key has a later event that was or is being handled."""
    if not overtaken:
        return []
    return [
        f"warning: {overtaken} of them have a later event of the same key that was or is being handled; handlers keep "
        "the newest score, visit or link"
    ]
