"""Bodies of agent clients, read as JSON whatever their content type says: a proxy may change it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Body = TypeVar("Body", bound=BaseModel)


def body(model: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Builds the dependency that reads a body. It raises RequestValidationError."""

    async def read(request: Request) -> Body:
        try:
            return model.model_validate_json(await request.body() or b"{}")
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error

    return read


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """Describes the body of a route that reads the body itself."""
    fields = {name: {"description": field.description or ""} for name, field in model.model_fields.items()}
    return {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}}
