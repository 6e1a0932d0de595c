"""JSON-2, Odoo's API from 19 on: a POST per call, a bearer key, and HTTP statuses that mean what they say."""

from collections.abc import Sequence
from typing import Any

from odoo_sync.odoo import OdooBlocked, OdooConnection, OdooRefused, OdooUnavailable
from odoo_sync.posting import Posting, answer_of, words

#: What a missing model or method is called; a missing record has a name of its own.
NOT_FOUND = "werkzeug.exceptions.NotFound"


class Json2:
    """Calls over JSON-2."""

    def __init__(self, posting: Posting, connection: OdooConnection) -> None:
        self._posting = posting
        self._headers = {
            "Authorization": f"bearer {connection.api_key}",
            "X-Odoo-Database": connection.database,
        }
        self._database = connection.database

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """As the port says."""
        where = f"{model}.{method}"
        body = named if ids is None else {"ids": list(ids), **named}
        answer = await self._posting.post(f"/json/2/{model}/{method}", body, self._headers)
        said = answer_of(answer)
        if answer.status_code == 200:
            if said is None and answer.text.strip() != "null":
                raise OdooUnavailable(f"{self._posting.url} answered {where} with no JSON")
            return said
        name = str(said.get("name") or "") if isinstance(said, dict) else None
        told = f"{where} answered {answer.status_code}: {words(said) or answer.reason_phrase}"
        if answer.status_code == 401:
            raise OdooBlocked(f"{told}; store the connection again with a key that is valid")
        if answer.status_code == 403:
            raise OdooBlocked(told)
        if answer.status_code == 404 and name is None:
            raise OdooBlocked(
                f"{self._posting.url} has no database {self._database!r}, or no Odoo 19 is there; "
                "store the connection again"
            )
        if answer.status_code == 404 and name == NOT_FOUND:
            raise OdooBlocked(f"{told}; is the module installed?")
        raise OdooRefused(told, name=name)
