"""Routes whose endpoints read the request themselves: Starlette calls them, and FastAPI resolves nothing for them.

They are documented as every route is: by `response_model`, `responses` and `openapi_extra`.
"""

from inspect import signature
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import request_response


class RequestRoute(APIRoute):
    """A route that calls an endpoint directly if it takes only the request. The endpoint must return a Response."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if [it.annotation for it in signature(self.endpoint).parameters.values()] == [Request]:
            self.app = request_response(self.endpoint)
