"""The OpenAPI document: the errors of every route, and those of single routes, in one place."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel

from gateway.http.problems import MEDIA_TYPE

EVENT_STREAM = "text/event-stream"

#: The errors that any route may answer with. A route declares the others with `errors`.
EVERY_ROUTE: dict[int, str] = {
    400: "The request is malformed",
    401: "The token or API key is missing, expired or not valid",
    403: "The tenant is not active, the caller is not a user of it, or its role may not do this",
    408: "The request came too slowly",
    413: "The request's body is too large",
    422: "A parameter or the body is not valid; `detail` names it",
    429: "Too many requests, of the tenant or of all tenants together; nothing was done",
    431: "The request's line and headers are too large",
    500: "The gateway failed",
    503: "The database does not answer, or the gateway is overloaded; `detail` says whether anything was done",
}
#: The request gate asks for them, so that no route has to declare them, and FastAPI reads none.
CREDENTIALS: dict[str, dict[str, str]] = {
    "HTTPBearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the OIDC issuer, or of `leadgen token`.",
    },
    "APIKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "A key from `POST /api-keys`, instead of a token.",
    },
}
_RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}
_HEADERS = {401: {"WWW-Authenticate": {"schema": {"type": "string"}}}, 429: _RETRY_AFTER, 503: _RETRY_AFTER}


class ProblemDocument(BaseModel):
    """An error answer, https://www.rfc-editor.org/rfc/rfc9457. `detail` says what is wrong and what to do about it."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str


def errors(described: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Builds the OpenAPI responses of a route's own errors, for its `responses`: problem documents with examples."""
    return {status: _response(status, description) for status, description in described.items()}


def events(description: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Builds the OpenAPI response of a stream of server-sent events with these names, each with JSON as its data."""
    fields = {"event": {"type": "string", "enum": list(names)}, "data": {"type": "string"}, "id": {"type": "string"}}
    item = {"type": "object", "properties": fields, "required": ["event", "data"]}
    return {"description": description, "content": {EVENT_STREAM: {"itemSchema": item}}}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Adds the credentials, and to each operation the errors of `EVERY_ROUTE` that it does not declare itself."""
    components = document.setdefault("components", {})
    components["securitySchemes"] = CREDENTIALS
    document["security"] = [{name: []} for name in CREDENTIALS]  # either of them, on every route of the document
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own 422, which problems.py replaces
        schemas.pop(unused, None)
    schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
    components["responses"] = {_name(status): _response(status, EVERY_ROUTE[status]) for status in EVERY_ROUTE}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = _with_errors(operation["responses"])
    return document


def _with_errors(responses: dict[str, Any]) -> dict[str, Any]:
    for response in responses.values():
        stream = response.get("content", {}).get(EVENT_STREAM, {})
        stream.pop("schema", None)  # FastAPI's: a string, which would be the whole stream
    own = {status: it for status, it in responses.items() if "HTTPValidationError" not in str(it)}
    common = {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in EVERY_ROUTE}
    return dict(sorted({**common, **own}.items()))


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")


def _response(status: int, description: str) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example = {"type": "about:blank", "title": phrase, "status": status, "detail": f"{description}."}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    response: dict[str, Any] = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }
    if status in _HEADERS:
        response["headers"] = _HEADERS[status]
    return response
