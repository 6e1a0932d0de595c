"""JSON-2, the API of Odoo 19 and later: one POST per call, a bearer key, and meaningful HTTP statuses."""

from collections.abc import Sequence
from typing import Any

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.transport import Transport, error_name, error_text, json_of

#: The error name of a missing model or method; a missing record has another.
NOT_FOUND = "werkzeug.exceptions.NotFound"
#: Answers 500 while Odoo cannot reach its PostgreSQL.
HEALTH = "/web/health?db_server_status=1"


class Json2:
    """An Odoo called over JSON-2."""

    def __init__(self, transport: Transport, connection: OdooConnection) -> None:
        self._transport = transport
        self._headers = {
            "Authorization": f"bearer {connection.api_key}",
            "X-Odoo-Database": connection.database,
        }
        self._database = connection.database

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Implements `Odoo.execute`."""
        where = f"{model}.{method}"
        body = named if ids is None else {"ids": list(ids), **named}
        response = await self._transport.post(f"/json/2/{model}/{method}", body, self._headers)
        answer = json_of(response)
        if response.status_code == 200:
            if answer is None and response.text.strip() != "null":
                raise OdooUnavailable(f"{self._transport.url} answered {where} with no JSON")
            return answer
        name = error_name(answer)
        message = f"{where} answered {response.status_code}: {error_text(answer) or response.reason_phrase}"
        if name is None and response.status_code == 404 and await self._is_healthy():
            raise OdooBlocked(
                f"{self._transport.url} has no database {self._database!r}, or no Odoo 19 is there; "
                "store the connection again"
            )
        if name is None:
            raise OdooUnavailable(
                f"{message}; the response does not come from Odoo but from a proxy, a firewall or a status page"
            )
        if response.status_code == 401:
            raise OdooBlocked(f"{message}; store the connection again with a key that is valid", name=name)
        if response.status_code == 403:
            raise OdooBlocked(message, name=name)
        if response.status_code == 404 and name == NOT_FOUND:
            raise OdooBlocked(f"{message}; is the module installed?", name=name)
        raise OdooRefused(message, name=name)

    async def _is_healthy(self) -> bool:
        """Asks whether an Odoo with a working PostgreSQL is there. Without one, Odoo answers 404 too."""
        answer = json_of(await self._transport.get(HEALTH))
        return isinstance(answer, dict) and answer.get("status") == "pass"
