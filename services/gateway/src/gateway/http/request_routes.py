"""Routes whose endpoints read the request themselves: FastAPI resolves nothing for them, which saves time.

They are documented as every route is: by `response_model`, `responses` and `openapi_extra`.
"""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class RequestRoute(APIRoute):
    """A route that calls an endpoint directly if the request is all that it takes. It has to return a Response."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the endpoint, or FastAPI's handler of an endpoint with other parameters."""
        takes_request_alone = [it.annotation for it in signature(self.endpoint).parameters.values()] == [Request]
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = (
            self.endpoint if takes_request_alone else super().get_route_handler()
        )
        return handler
