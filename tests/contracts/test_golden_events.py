"""Each event against its golden example (`golden/<topic>.json`): producers write it, and consumers read it.

To publish a new event, or to give one an optional field: LEADGEN_REWRITE_GOLDEN=1 pytest tests/contracts, and read the
diff. What may change at all, `test_published_schemas.py` says.
"""

import json
import os
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, encode_body, unpack_headers
from common.contracts import EVENTS, Event, Lane
from common.delivery.messages import Announcement
from leadgen.kafka.topics import read_topics
from testkit.example_events import BARE_ONES, FULL, JOB, NOW

GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("LEADGEN_REWRITE_GOLDEN"))

ENVELOPE = Envelope(
    event_id=UUID("01a203b4-de3a-8000-8000-000000000001"),
    tenant_id=7,
    lane="interactive",
    correlation_id=str(JOB),
    replay_id=UUID("01a203b4-de3a-7000-8000-000000000002"),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def envelope_of(event: Event) -> Envelope:
    """Builds an envelope of the event's own tenant; 0 for an event of no tenant."""
    return ENVELOPE._replace(tenant_id=event.tenant_id)


def written(event: Event) -> dict[str, Any]:
    """The message as a producer writes it."""
    message = Announcement(event, envelope_of(event)).message("test", NOW.isoformat())
    assert (message.topic, message.key) == (event.topic, event.key.encode())
    return {
        "key": event.key,
        "headers": {name: (value or b"").decode() for name, value in unpack_headers(message.headers)},
        "body": json.loads(message.value or b""),
    }


def golden(event: Event) -> dict[str, Any]:
    """Reads a published example."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{event.topic}.json").read_text(encoding="utf-8"))
    return found


def topic_of(event: object) -> str:
    return event.topic if isinstance(event, Event) else str(event)


@pytest.fixture(autouse=True)
def rewritten() -> None:
    """On demand."""
    for event in FULL if REWRITE else ():
        text = json.dumps(written(event), indent=2, ensure_ascii=False)
        (GOLDEN / f"{event.topic}.json").write_text(text + "\n", encoding="utf-8")


def test_every_event_and_topic_has_its_golden_example() -> None:
    """Every event and topic has its golden example, as many of the one as of the other, and of the list of topics."""
    topics = [event.topic for event in EVENTS]
    assert [event.topic for event in FULL] == [event.topic for event in BARE_ONES] == topics
    assert {file.name.removesuffix(".json") for file in GOLDEN.iterdir()} == set(topics) == set(read_topics().topics)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_the_golden_example_holds_every_field(event: Event) -> None:
    """The golden example holds every field, so that none can change unnoticed; it names no field that the schema does
    not.
    """
    assert holes(golden(event)["body"], type(event).model_json_schema()) == []


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_producer_writes_the_golden_example(event: Event) -> None:
    """Key, headers and body."""
    assert written(event) == golden(event)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_consumer_reads_the_golden_example(event: Event) -> None:
    """A consumer reads the golden example: the same event and the same envelope."""
    published = golden(event)
    assert decode_body(type(event), json.dumps(published["body"]).encode()) == event
    assert decode_headers((name, value.encode()) for name, value in published["headers"].items()) == envelope_of(event)


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_a_consumer_ignores_what_it_does_not_know(event: Event) -> None:
    """A newer producer's fields, at any depth, and headers."""
    body = golden(event)["body"]
    assert decode_body(type(event), json.dumps(with_more(body)).encode()) == event
    headers = {**golden(event)["headers"], "ce_news": "?"}
    assert decode_headers((name, value.encode()) for name, value in headers.items()) == envelope_of(event)


@pytest.mark.parametrize("event", BARE_ONES, ids=topic_of)
def test_what_is_optional_may_be_missing(event: Event) -> None:
    """An event without it comes back as it was, and so does one that says null."""
    body = encode_body(event)
    assert b"null" not in body
    assert decode_body(type(event), body) == event
    assert decode_body(type(event), event.model_dump_json().encode()) == event


@pytest.mark.parametrize("event", FULL, ids=topic_of)
def test_each_optional_field_alone_may_be_missing(event: Event) -> None:
    """Each optional field alone may be missing, whatever else is there.

    What a producer leaves out because it is None must have a default.
    """
    body, required = golden(event)["body"], set(type(event).model_json_schema().get("required", ()))
    for name in set(body) - required:
        decode_body(type(event), json.dumps({key: value for key, value in body.items() if key != name}).encode())


def test_a_lane_is_one_of_the_two() -> None:
    """The header that tells whether someone waits is part of the contract too."""
    assert get_args(Lane) == ("interactive", "nightly")


def holes(body: Any, schema: dict[str, Any], definitions: Any = None, path: str = "") -> list[str]:
    """The fields of the schema that the example leaves out, and those of the example that the schema lacks."""
    definitions = definitions or schema.get("$defs", {})
    schema = resolved(schema, definitions)
    if isinstance(body, list):
        schema = next((option for option in schema.get("anyOf", ()) if option.get("type") == "array"), schema)
        return [hole for item in body for hole in holes(item, schema["items"], definitions, f"{path}[]")]
    if not isinstance(body, dict):
        return []
    for option in schema.get("anyOf", ()):
        if "$ref" in option:
            schema = resolved(option, definitions)
    found = [f"{path}.{name}" for name in set(schema["properties"]) ^ set(body)]
    for name in set(schema["properties"]) & set(body):
        found += holes(body[name], schema["properties"][name], definitions, f"{path}.{name}")
    return found


def resolved(schema: Any, definitions: Any) -> Any:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def with_more(body: Any) -> Any:
    """Returns the same with a field more in every object."""
    if isinstance(body, list):
        return [with_more(item) for item in body]
    if isinstance(body, dict):
        return {"a_newer_field": 1} | {name: with_more(value) for name, value in body.items()}
    return body
