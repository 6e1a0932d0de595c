"""The Odoos of all tenants over one HTTP client, and what was learnt of each: its protocol and its columns."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from odoo_sync.odoo import Odoo, OdooBlocked, OdooConnection, OdooRefused, OdooUnavailable
from odoo_sync.posting import Posting
from odoo_sync.probing import ProtocolName, spoken


class OdooServer:
    """One Odoo database. What it is able to do is asked for at the first call, and kept."""

    def __init__(
        self, http: httpx.AsyncClient, connection: OdooConnection, *, timeout_s: float, protocol: ProtocolName = "auto"
    ) -> None:
        self.connection = connection
        self._posting = Posting(http, connection, timeout_s=timeout_s)
        self._protocol: ProtocolName = protocol
        self._odoo: Odoo | None = None
        self._columns: dict[str, frozenset[str]] = {}
        self._learning = asyncio.Lock()

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """As the port says (`odoo.Odoo`)."""
        async with self._learning:
            odoo = self._odoo or await spoken(self._posting, self.connection, self._protocol)
            self._odoo = odoo
        return await odoo.execute(model, method, ids=ids, **named)

    async def columns(self, model: str) -> frozenset[str]:
        """The names of the model's fields on this server. Raises OdooUnavailable, OdooBlocked (no such model)."""
        if model not in self._columns:
            try:
                fields = await self.execute(model, "fields_get", attributes=["type"])
            except OdooRefused as error:
                raise OdooBlocked(f"{error}; is the module of {model} installed?") from error
            if not isinstance(fields, dict):
                raise OdooUnavailable(f"{model}.fields_get answered with no fields: {str(fields)[:200]}")
            self._columns[model] = frozenset(fields)
        return self._columns[model]

    def forget(self) -> None:
        """Drops what was learnt: a server may have been upgraded, or have lost a module."""
        self._odoo = None
        self._columns.clear()


class OdooServers:
    """Every tenant's Odoo. A connection that was changed is a new one."""

    #: Connections remembered: each holds a few sets of column names.
    MOST = 1000

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float, protocol: ProtocolName = "auto") -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._protocol: ProtocolName = protocol
        self._known: dict[OdooConnection, OdooServer] = {}

    def at(self, connection: OdooConnection) -> OdooServer:
        """The Odoo of this connection. No I/O."""
        if connection not in self._known:
            if len(self._known) >= self.MOST:
                self._known.clear()
            self._known[connection] = OdooServer(
                self._http, connection, timeout_s=self._timeout_s, protocol=self._protocol
            )
        return self._known[connection]
