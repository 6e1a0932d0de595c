"""Events between this version of Leadgen and the last one, which runs beside it during a deploy: each reads the
other's.

The last version is its own code (tests/support/last_version), not a description of it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from common import contracts as this_version
from common.cloudevents import encode_body
from last_version import contracts as last_version

GOLDEN = Path(__file__).parent / "golden"
LAST = {event.topic: event for event in last_version.EVENTS}
THIS = {event.topic: event for event in this_version.EVENTS}


def full(topic: str) -> bytes:
    """The event with every field that this version knows, as it was published."""
    return json.dumps(json.loads((GOLDEN / f"{topic}.json").read_text(encoding="utf-8"))["body"]).encode()


def bare(topic: str) -> bytes:
    """The event with nothing that may be missing, as this version writes it."""
    return json.dumps(only_required(json.loads(full(topic)), THIS[topic].model_json_schema())).encode()


def test_no_event_of_the_last_version_is_gone() -> None:
    """Its consumers still wait for them, and its producers still announce them."""
    assert set(LAST) <= set(THIS)


@pytest.mark.parametrize("body_of", [full, bare])
@pytest.mark.parametrize("topic", LAST)
def test_the_last_version_reads_what_this_one_writes(topic: str, body_of: Any) -> None:
    """Every field that it knows, with its value; it ignores the others. The event has the same key and identity."""
    body = body_of(topic)
    written, read = THIS[topic].model_validate_json(body), LAST[topic].model_validate_json(body)

    assert read.model_dump(mode="json") == known_to(read, written)
    assert (read.key, read.identity) == (written.key, written.identity)


@pytest.mark.parametrize("body_of", [full, bare])
@pytest.mark.parametrize("topic", LAST)
def test_this_version_reads_what_the_last_one_writes(topic: str, body_of: Any) -> None:
    """Every field, with its value; what that version does not write has its default."""
    written = LAST[topic].model_validate_json(body_of(topic))
    read = THIS[topic].model_validate_json(encode_body(written))  # type: ignore[arg-type]

    assert known_to(written, read) == written.model_dump(mode="json")
    assert (read.key, read.identity) == (written.key, written.identity)


def test_a_removed_field_is_found() -> None:
    """These tests can fail: a producer that leaves out what the last version requires."""
    body = json.loads(full("lead.scored.v1"))
    del body["rationale"]
    with pytest.raises(ValidationError, match="rationale"):
        LAST["lead.scored.v1"].model_validate_json(json.dumps(body))


def known_to(model: Any, event: Any) -> Any:
    """The values in `event` of the fields that `model` has, at every depth."""
    return _restricted(event.model_dump(mode="json"), model.model_dump(mode="json"))


def _restricted(value: Any, known: Any) -> Any:
    if isinstance(value, dict) and isinstance(known, dict):
        return {name: _restricted(value.get(name), known[name]) for name in known}
    if isinstance(value, list) and isinstance(known, list):
        return [_restricted(item, other) for item, other in zip(value, known, strict=True)]
    return value


def only_required(body: Any, schema: Any, definitions: Any = None) -> Any:
    """The body without its optional fields, at every depth."""
    definitions = definitions or schema.get("$defs", {})
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if isinstance(body, list):
        return [only_required(item, schema["items"], definitions) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        name: only_required(body[name], schema["properties"][name], definitions) for name in schema.get("required", ())
    }
