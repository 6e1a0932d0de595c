"""Checks credential and role before it reads anything of a body, and reads bodies within limits of size and time.

FastAPI reads and parses a body before anything else, without a limit. Behind this gate every request has a valid
credential and the role that its route needs, and its whole body is there, at most `MAX_BODY` bytes.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import Unavailable
from gateway.access.authentication import Authentication, check_rights
from gateway.access.json_depth import MAX_DEPTH, is_too_deep
from gateway.access.permissions import ACCESS, Access, Permissions
from gateway.http.problems import UNAVAILABLE, Problem, answer
from gateway.rates.replica_rates import ReplicaRates

#: The largest valid body is an ICP of some 15,000 characters, which JSON may write with 12 bytes each.
MAX_BODY = 256 * 1024

#: How long a client that was refused may go on sending; what it sends is thrown away.
LINGER_S = 2.0


class RequestGate:
    """ASGI middleware. Puts the Identity and the Caller into the request's state.

    A request that no row of permissions.py matches needs a credential too, and gets no Caller: no route that needs one
    can serve it.
    """

    def __init__(self, app: ASGIApp, table: Mapping[str, Access] = ACCESS) -> None:
        self._app = app
        self._permissions = Permissions(table)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses the request with a problem document, or passes it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        needed = self._permissions.needed_for(scope["method"], scope["path"])
        if "open" in needed:
            await self._app(scope, receive, send)
            return
        dependencies = scope["app"].state.dependencies
        headers = Headers(scope=scope)
        try:
            state = await admitted(headers, needed, scope, dependencies.authentication, dependencies.replica_rates)
            scope.setdefault("state", {}).update(state)
            body = await read_body(headers, receive, within_s=dependencies.settings.http_read_timeout_s)
        except Problem as problem:
            await _refuse(problem, receive, send)
            return
        except Unavailable:
            await _refuse(UNAVAILABLE, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)


async def admitted(
    headers: Headers, needed: frozenset[Access], scope: Scope, authentication: Authentication, rates: ReplicaRates
) -> dict[str, object]:
    """Finds the identity and, for a route that needs a role, the caller, and counts the request. Raises Problem 400,
    401, 403, 429 and 503, and Unavailable."""
    identity = await authentication.identify(headers)
    if not needed or needed == {"anyone"}:
        rates.admit(identity.tenant_id, identity.subject)
        return {"identity": identity}
    if not identity.is_member:  # its role is looked up: whoever is no user is limited before the database is asked
        rates.admit(None, identity.subject)
    caller = await authentication.caller(identity, headers)
    rates.admit(caller.tenant_id, caller.subject)
    check_rights(caller, needed, f"{scope['method']} {scope['path']}")
    return {"identity": identity, "caller": caller}


async def read_body(headers: Mapping[str, str], receive: Receive, *, within_s: float) -> bytes | None:
    """Reads the whole body; `None` if the client went away. Raises Problem 400, 413 and 408."""
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""  # a request without these two has no body (RFC 9112, section 6.3)
    if length is not None and int(length) > MAX_BODY:
        raise _too_large()
    body = bytearray()
    more = True
    try:
        async with asyncio.timeout(within_s):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    raise _too_large()
                more = message.get("more_body", False)
    except TimeoutError:
        raise Problem(408, "Request too slow", f"Its body did not arrive within {within_s:g} s.") from None
    if is_too_deep(body):
        raise Problem(400, "JSON nested too deeply", f"A body may have {MAX_DEPTH} levels of objects and arrays.")
    return bytes(body)


async def _refuse(problem: Problem, receive: Receive, send: Send) -> None:
    """Answers and closes the connection, but accepts the client's data for another moment.

    A connection that is closed while its client is sending is reset, and the client may lose the answer.
    """
    response = answer(problem, {"Connection": "close"})
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body"})


def _too_large() -> Problem:
    return Problem(413, "Request too large", f"A body may have {MAX_BODY} bytes.")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Returns the body once, then the server's own messages, which report that the client goes away."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return unread.pop() if unread else await receive()

    return replayed
