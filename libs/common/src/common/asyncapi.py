"""The events as an AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""

import json
from collections.abc import Collection
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.contracts import Event

_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0, binary mode. See libs/common/src/common/cloudevents.py.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_tenantid", "ce_lane"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_subject": {"type": "string", "description": "the Kafka key"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_tenantid": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"},
        "ce_lane": {"enum": ["interactive", "nightly"]},
        "ce_correlationid": {"type": "string", "description": "the request that all this follows from"},
        "ce_replayid": {"type": "string", "format": "uuid"},
        "ce_afresh": {"type": "string", "format": "date-time"},
        "traceparent": {"type": "string"},
    },
}


def document(title: str, receives: Collection[type[Event]], sends: Collection[type[Event]] = ()) -> dict[str, Any]:
    """Builds the document of an application that receives and sends these events."""
    channels: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Headers": _HEADERS}
    operations: dict[str, Any] = {}
    for action, events in (("receive", receives), ("send", sends)):
        for event in events:
            name = event.__name__
            schema = event.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[name] = schema
            messages[name] = {
                "name": event.topic,
                "summary": (event.__doc__ or name).strip().splitlines()[0],
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/Headers"},
                "payload": {"$ref": f"#/components/schemas/{name}"},
            }
            channels[event.topic] = {
                "address": event.topic,
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            }
            operations[f"{action}{name}"] = {
                "action": action,
                "channel": {"$ref": f"#/channels/{event.topic}"},
                "messages": [{"$ref": f"#/channels/{event.topic}/messages/{name}"}],
            }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": "1"},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def route(title: str, receives: Collection[type[Event]], sends: Collection[type[Event]] = ()) -> Route:
    """Serves the document at `/asyncapi.json`. It is built on the first request, not at each start."""

    @cache
    def body() -> bytes:
        return json.dumps(document(title, receives, sends)).encode()

    def answer(_: Request) -> Response:  # in a thread: the schemas of all events take a tenth of a second, once
        return Response(body(), media_type="application/json")

    return Route("/asyncapi.json", answer, include_in_schema=False)
