"""Each event's schema against the one that was published (`schemas/<topic>.json`): a version only ever gains optional
fields.

To publish a new event, or to give one an optional field: LEADGEN_REWRITE_GOLDEN=1 pytest tests/contracts, and read the
diff. A change that would break a consumer is refused even then.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from common.contracts import EVENTS, Event, LeadScored

SCHEMAS = Path(__file__).parent / "schemas"
REWRITE = bool(os.environ.get("LEADGEN_REWRITE_GOLDEN"))


def published(event: type[Event]) -> dict[str, Any]:
    """The schema of the version that is out."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{event.topic}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(autouse=True)
def rewritten() -> None:
    """On demand; what would break a consumer stays unwritten, and its test fails."""
    for event in EVENTS if REWRITE else ():
        file = SCHEMAS / f"{event.topic}.json"
        if not file.exists() or not breaking(published(event), event.model_json_schema()):
            file.write_text(json.dumps(event.model_json_schema(), indent=2) + "\n", encoding="utf-8")


def test_every_event_has_its_published_schema() -> None:
    """Every event has its published schema, and it is the one of today: an optional field that was added is published
    with it.
    """
    assert {file.name.removesuffix(".json") for file in SCHEMAS.iterdir()} == {event.topic for event in EVENTS}
    assert {event.topic: published(event) for event in EVENTS} == {
        event.topic: event.model_json_schema() for event in EVENTS
    }


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.topic)
def test_a_published_version_only_gains_optional_fields(event: type[Event]) -> None:
    """Nothing removed, nothing newly required, nothing of another type."""
    found = breaking(published(event), event.model_json_schema())
    assert not found, (
        f"{event.topic} is published, and consumers of the last version would not read it any more: {', '.join(found)}."
        " Give it an optional field instead, or a new topic .v2 (docs/adr/0002-event-versioning.md)."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda it: it["properties"].pop("rationale"), "rationale: removed"),
        (lambda it: it["required"].append("contact"), "contact: newly required"),
        (lambda it: it["required"].remove("score"), "score: no longer always there"),
        (lambda it: it["properties"]["score"].update(type="string"), "score: changed"),
        (lambda it: it["properties"]["score"].update(maximum=0.5), "score: changed"),
        (lambda it: it["properties"]["bucket"]["enum"].remove("Low"), "bucket: changed"),
        (lambda it: it["properties"]["bucket"]["enum"].append("Urgent"), "bucket: changed"),
        (lambda it: it["$defs"]["Company"]["properties"].pop("uen"), "company.uen: removed"),
        (lambda it: it["$defs"]["Contact"]["required"].append("is_role"), "contact.is_role: newly required"),
        (lambda it: it["$defs"]["Contact"]["properties"]["kind"].update(enum=["email"]), "contact.kind: changed"),
        (
            lambda it: it["properties"].update(new={"type": "string"}) or it["required"].append("new"),
            "new: newly required",
        ),
    ],
)
def test_a_breaking_change_is_refused(change: Any, message: str) -> None:
    """A breaking change is refused, of each kind, at any depth."""
    before, after = LeadScored.model_json_schema(), LeadScored.model_json_schema()
    change(after)
    assert breaking(before, after) == [message]


def test_an_optional_field_more_is_no_breaking_change() -> None:
    """An optional field more is no breaking change. Nor are other words about one."""
    after = LeadScored.model_json_schema()
    after["properties"]["news"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    after["properties"]["score"].update(title="Points", description="How good.")
    assert breaking(LeadScored.model_json_schema(), after) == []


def breaking(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Lists what in the newer schema would break a consumer that knows the older one, as `path: what`."""
    return _compare(before, after, before.get("$defs", {}), after.get("$defs", {}), "")


def _compare(before: Any, after: Any, old: Any, new: Any, path: str) -> list[str]:
    before, after = _resolved(before, old), _resolved(after, new)
    if _shape(before) != _shape(after):
        return [f"{path}: changed"]
    found = []
    known, required = before.get("properties", {}), set(after.get("required", ()))
    was_required = set(before.get("required", ()))
    for name in sorted({*known, *(required - was_required)}):
        place = f"{path}.{name}".lstrip(".")
        if name in required - was_required:
            found.append(f"{place}: newly required")
        elif name not in after.get("properties", {}):
            found.append(f"{place}: removed")
        elif name in was_required - required:
            found.append(f"{place}: no longer always there")
        else:
            found += _compare(known[name], after["properties"][name], old, new, place)
    for part in ("anyOf", "prefixItems"):
        for one, other in zip(before.get(part, ()), after.get(part, ()), strict=True):
            found += _compare(one, other, old, new, path)
    if "items" in before:
        found += _compare(before["items"], after["items"], old, new, f"{path}[]")
    return found


def _resolved(schema: Any, definitions: Any) -> Any:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _shape(schema: Any) -> Any:
    """The schema itself, without words and without what is compared one level down."""
    deeper = {"title", "description", "$defs", "properties", "required", "items"}
    own = {name: value for name, value in schema.items() if name not in deeper}
    return own | {part: len(schema[part]) for part in ("anyOf", "prefixItems") if part in schema}
