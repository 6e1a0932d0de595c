"""JSON-RPC, the API of Odoo 14 to 21: every answer is HTTP 200, and `error.data.name` names the failure."""

from collections.abc import Sequence
from typing import Any

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.odoo import ACCESS, MISSING, OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.transport import Transport, error_text, json_of

ENDPOINT = "/jsonrpc"
#: Arguments that Odoo needs by place.
POSITIONAL = {"create": "vals_list", "default_get": "fields", "search": "domain", "search_count": "domain"}

KEY_NEEDED = (
    "the key expired or was removed, or is the password of a user with two-factor authentication: store the connection "
    "again with an API key that is valid"
)

UNKNOWN_KEY = "odoo.exceptions.AccessDenied"
DENIED = (UNKNOWN_KEY, ACCESS, "odoo.http.SessionExpiredException")
#: Some of these names only Odoo 14 uses.
REFUSED = (
    MISSING,
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.Warning",
    "odoo.exceptions.except_orm",
)
#: PostgreSQL's message about a missing database, as Odoo passes it on.
NO_DATABASE = "does not exist"


class JsonRpc:
    """An Odoo called over JSON-RPC. It logs in at the first call, and again after a refusal."""

    def __init__(self, transport: Transport, connection: OdooConnection) -> None:
        self._transport = transport
        self._connection = connection
        self._uid: int | None = None

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Implements `Odoo.execute`."""
        args: list[Any] = [] if ids is None else [list(ids)]
        if method in POSITIONAL:  # its name differs between models and versions
            args.append(named.pop(POSITIONAL[method]))
        uid = await self._login()
        at = (self._connection.database, uid, self._connection.api_key, model, method)
        try:
            return await call(self._transport, "object", "execute_kw", [*at, args, named], f"{model}.{method}")
        except OdooBlocked as blocked:
            if blocked.name == ACCESS:
                raise
            self._uid = None
            if blocked.name != UNKNOWN_KEY:
                raise
            raise OdooBlocked(f"{blocked}; {KEY_NEEDED}", name=blocked.name) from blocked

    async def _login(self) -> int:
        if self._uid is None:
            connection = self._connection
            if not connection.login:
                raise OdooBlocked(
                    "an Odoo before 19 needs a login in addition to the key; store the connection again with one"
                )
            named = [connection.database, connection.login, connection.api_key, {}]
            uid = await call(self._transport, "common", "authenticate", named, "authenticate")
            if not isinstance(uid, int) or isinstance(uid, bool):
                raise OdooBlocked(f"Odoo does not know the login {connection.login!r} with this key; {KEY_NEEDED}")
            self._uid = uid
        return self._uid


async def call(transport: Transport, service: str, method: str, args: Sequence[Any], where: str) -> Any:
    """Makes one JSON-RPC call; errors call it `where`. Raises OdooUnavailable, OdooRefused, OdooBlocked."""
    params = {"service": service, "method": method, "args": args}
    response = await transport.post(ENDPOINT, {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
    answer = json_of(response)
    if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0" or not answer.keys() & {"result", "error"}:
        raise OdooUnavailable(
            f"{transport.url} answered {where} with {response.status_code} and no JSON-RPC: a proxy, a firewall or a "
            "status page answers in Odoo's place, or the address is wrong"
        )
    if "error" in answer:
        raise _failure(answer["error"], where)
    return answer["result"]


def _failure(error: Any, where: str) -> OdooUnavailable | OdooRefused | OdooBlocked:
    details = error.get("data") if isinstance(error, dict) else None
    details = details if isinstance(details, dict) else {}
    name = str(details.get("name") or "")
    message = f"{where}: {error_text(details) or 'failed without a message'}"
    if name in DENIED:
        return OdooBlocked(message, name=name)
    if name in REFUSED:
        return OdooRefused(message, name=name)
    if name == "psycopg2.OperationalError" and "database" in message and NO_DATABASE in message:
        return OdooBlocked(f"{where}: there is no such database; store the connection again")
    return OdooUnavailable(message)
