"""The Odoos of all tenants over one HTTP client, with each one's detected protocol and columns."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.odoo import Odoo, OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.protocol_detection import ProtocolName, connect
from odoo_sync.protocols.transport import Transport

#: Rows per load: at most, and of a server that is slow.
MAX_LOAD = 200
MIN_LOAD = 10
#: Rows that must go through in loads of a size before the next ones are larger: more than a chunk of leads has, so that
#: one goes through whole between two tries of a size that may be too slow.
ROWS_TO_GROW = 1000


class OdooServer:
    """One Odoo database. Protocol and columns are detected at the first call and cached."""

    def __init__(
        self, http: httpx.AsyncClient, connection: OdooConnection, *, timeout_s: float, protocol: ProtocolName = "auto"
    ) -> None:
        self.connection = connection
        self._transport = Transport(http, connection, timeout_s=timeout_s)
        self._protocol: ProtocolName = protocol
        self._odoo: Odoo | None = None
        self._columns: dict[str, dict[str, str]] = {}
        self._countries: dict[int, str] = {}
        self.load_size = MAX_LOAD
        self._quick_rows = 0
        self._may_read_uuid = True
        self._detecting = asyncio.Lock()

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Implements `Odoo.execute`."""
        async with self._detecting:
            odoo = self._odoo or await connect(self._transport, self.connection, self._protocol)
            self._odoo = odoo
        return await odoo.execute(model, method, ids=ids, **named)

    async def columns(self, model: str) -> frozenset[str]:
        """Reads the names of the model's fields. Raises OdooUnavailable, OdooBlocked (no such model)."""
        return frozenset(await self._fields(model))

    async def is_html(self, model: str, name: str) -> bool:
        """Whether the field holds HTML; in other fields people would see tags. Raises as `columns` does."""
        return (await self._fields(model)).get(name) == "html"

    async def _fields(self, model: str) -> dict[str, str]:
        if model not in self._columns:
            try:
                fields = await self.execute(model, "fields_get", attributes=["type"])
            except OdooRefused as error:
                raise OdooBlocked(f"{error}; is the module of {model} installed?") from error
            if not isinstance(fields, dict):
                raise OdooUnavailable(f"{model}.fields_get answered with no fields: {str(fields)[:200]}")
            self._columns[model] = {name: str(it.get("type")) for name, it in fields.items()}
        return self._columns[model]

    async def countries(self) -> dict[int, str]:
        """Reads the codes (ISO 3166) of the countries by database id, once."""
        if not self._countries:
            found = await self.execute(
                "res.country", "search_read", domain=[], fields=["code"], context={"active_test": False}
            )
            if not isinstance(found, list):
                raise OdooUnavailable(f"res.country.search_read answered with no list: {str(found)[:200]}")
            self._countries = {it["id"]: str(it["code"] or "").upper() for it in found}
        return self._countries

    async def identity(self) -> tuple[str | None, str | None]:
        """Reads the database's uuid, if the user may, and the creation date of its first company, by one call or two.

        Both stay as they are while the database does; a copy that Odoo restores has another uuid.
        """
        uuid = None
        if self._may_read_uuid:
            try:
                uuid = await self.execute("ir.config_parameter", "get_param", key="database.uuid")
            except (OdooBlocked, OdooRefused):  # only administrators may
                self._may_read_uuid = False
        if isinstance(uuid, str) and uuid:
            return uuid, None
        found = await self.execute("res.company", "search_read", domain=[], fields=["create_date"], order="id", limit=1)
        match found:
            case [{"create_date": str(created)}]:
                return None, created
        return None, None

    def note_slow(self) -> None:
        """Halves the rows per load: the last one took longer than the timeout."""
        self._quick_rows = 0
        self.load_size = max(MIN_LOAD, self.load_size // 2)

    def note_loaded(self, rows: int) -> None:
        """Doubles the rows per load when `ROWS_TO_GROW` were loaded in time."""
        self._quick_rows += rows
        if self._quick_rows >= ROWS_TO_GROW:
            self._quick_rows = 0
            self.load_size = min(MAX_LOAD, self.load_size * 2)

    async def probe(self) -> None:
        """Makes one cheap call, to see whether Odoo and its database answer. Raises OdooUnavailable, OdooBlocked."""
        await self.execute("res.partner", "check_access_rights", operation="read", raise_exception=False)

    def forget(self) -> None:
        """Clears protocol and columns: the server may have been upgraded, or have lost a module."""
        self._odoo = None
        self._columns.clear()
        self._countries.clear()
        self._may_read_uuid = True


class OdooServers:
    """Every tenant's Odoo, by connection. A changed connection is a new server."""

    #: Connections remembered: each holds a few sets of column names.
    MAX_REMEMBERED = 1000

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float, protocol: ProtocolName = "auto") -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._protocol: ProtocolName = protocol
        self._known: dict[OdooConnection, OdooServer] = {}

    def get(self, connection: OdooConnection) -> OdooServer:
        """Returns the server of a connection. No I/O."""
        if connection not in self._known:
            if len(self._known) >= self.MAX_REMEMBERED:
                self._known.clear()
            self._known[connection] = OdooServer(
                self._http, connection, timeout_s=self._timeout_s, protocol=self._protocol
            )
        return self._known[connection]
