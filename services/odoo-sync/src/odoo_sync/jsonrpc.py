"""JSON-RPC, Odoo's API from 14 to 21: every answer is HTTP 200, and `error.data.name` says what went wrong."""

from collections.abc import Sequence
from typing import Any

from odoo_sync.odoo import MISSING, OdooBlocked, OdooConnection, OdooRefused, OdooUnavailable
from odoo_sync.posting import Posting, answer_of, words

ENDPOINT = "/jsonrpc"

DENIED = ("odoo.exceptions.AccessDenied", "odoo.exceptions.AccessError", "odoo.http.SessionExpiredException")
#: 14 knows a few more names than later servers.
REFUSED = (
    MISSING,
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.Warning",
    "odoo.exceptions.except_orm",
)
#: How PostgreSQL, through Odoo, says that a database is not there.
NO_DATABASE = "does not exist"


class JsonRpc:
    """Calls over JSON-RPC. The login's number is asked for once, and again when it stops working."""

    def __init__(self, posting: Posting, connection: OdooConnection) -> None:
        self._posting = posting
        self._connection = connection
        self._uid: int | None = None

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """As the port says."""
        args: list[Any] = [] if ids is None else [list(ids)]
        if method == "create":  # Odoo looks at its first positional argument, whatever was named
            args.append(named.pop("vals_list"))
        uid = await self._login()
        at = (self._connection.database, uid, self._connection.api_key, model, method)
        try:
            return await call(self._posting, "object", "execute_kw", [*at, args, named], f"{model}.{method}")
        except OdooBlocked:
            self._uid = None
            raise

    async def _login(self) -> int:
        if self._uid is None:
            connection = self._connection
            if not connection.login:
                raise OdooBlocked("an Odoo before 19 needs a login beside the key; store the connection again with one")
            named = [connection.database, connection.login, connection.api_key, {}]
            uid = await call(self._posting, "common", "authenticate", named, "authenticate")
            if not isinstance(uid, int) or isinstance(uid, bool):
                raise OdooBlocked(f"Odoo does not know the login {connection.login!r} with this key")
            self._uid = uid
        return self._uid


async def call(posting: Posting, service: str, method: str, args: Sequence[Any], where: str) -> Any:
    """One JSON-RPC call; `where` is how errors name it. Raises OdooUnavailable, OdooRefused, OdooBlocked."""
    params = {"service": service, "method": method, "args": args}
    answer = await posting.post(ENDPOINT, {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
    said = answer_of(answer)
    if answer.status_code in (401, 403):
        raise OdooBlocked(f"{posting.url} answered {answer.status_code} before Odoo was asked")
    if answer.status_code == 404:
        raise OdooBlocked(f"there is no Odoo at {posting.url}; store the connection again")
    if not isinstance(said, dict) or not said.keys() & {"result", "error"}:
        raise OdooUnavailable(f"{posting.url} answered {where} with {answer.status_code} and no JSON-RPC")
    if "error" in said:
        raise _failure(said["error"], where)
    return said["result"]


def _failure(error: Any, where: str) -> OdooUnavailable | OdooRefused | OdooBlocked:
    told = error.get("data") if isinstance(error, dict) else None
    told = told if isinstance(told, dict) else {}
    name = str(told.get("name") or "")
    said = f"{where}: {words(told) or 'failed, without a word'}"
    if name in DENIED:
        return OdooBlocked(said)
    if name in REFUSED:
        return OdooRefused(said, name=name)
    if name == "psycopg2.OperationalError" and "database" in said and NO_DATABASE in said:
        return OdooBlocked(f"{where}: there is no such database; store the connection again")
    return OdooUnavailable(said)
