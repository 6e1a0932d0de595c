"""A tenant's Odoo, through its JSON-2 API (19 and later): calls, and upserts by external id.

    Transient ── OdooUnavailable   no answer, 408, 429, 5xx, no JSON, a race lost to another writer
    Permanent ── OdooRefused       a key, a right, a model or a row that it will not take: someone must act

Every upsert may be repeated, also when it is not known whether the last one arrived: the external id finds the record.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

import httpx

from common.errors import Permanent, Transient

Row: TypeAlias = Mapping[str, str]

#: No mail, no chatter entry: 500 leads took 6 s with them and 2 s without.
QUIET = {"tracking_disable": True}

#: How PostgreSQL, through a load's messages, says that another writer was first.
LOST_RACE = ("could not serialize access", "deadlock detected")


class OdooUnavailable(Transient):
    """Odoo does not answer, is busy, or fails."""


class OdooRefused(Permanent):
    """Odoo will not do this until someone changes a setting, a right or the row. `status` is HTTP's, None for a row."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class OdooConnection:
    """Where a tenant's Odoo is. The key is kept out of every text that is made of this."""

    url: str
    database: str
    api_key: str = field(repr=False)


class Odoo:
    """One Odoo database. Writes go one after the other: Odoo fails parallel loads of the same ids."""

    def __init__(self, http: httpx.AsyncClient, connection: OdooConnection, *, timeout_s: float) -> None:
        self._http = http
        self._connection = connection
        self._timeout_s = timeout_s
        self._columns: dict[str, frozenset[str]] = {}
        self._writing = asyncio.Lock()

    async def execute(self, model: str, method: str, **named: Any) -> Any:
        """Calls a method of a model with named arguments; returns what it returns. OdooUnavailable or OdooRefused."""
        where = f"{self._connection.url.rstrip('/')}/json/2/{model}/{method}"
        headers = {"Authorization": f"bearer {self._connection.api_key}", "X-Odoo-Database": self._connection.database}
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._http.post(where, json=named, headers=headers, timeout=self._timeout_s)
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
            raise OdooRefused(f"{where} cannot be called: {error}; store the connection again") from error
        except (httpx.TransportError, TimeoutError) as error:
            raise OdooUnavailable(f"{where} does not answer: {type(error).__name__} {error}".rstrip()) from error
        return _read(answer, where)

    async def upsert(self, model: str, row: Row) -> int:
        """Creates or updates the record whose external id is `row["id"]`; returns its number.

        Columns that are not in the row stay as they are; columns that this server lacks are left out.
        """
        known = await self._columns_of(model)
        row = {column: value for column, value in row.items() if column == "id" or column.split("/")[0] in known}
        async with self._writing:
            outcome = await self.execute(model, "load", fields=list(row), data=[list(row.values())], context=QUIET)
        match outcome:
            case {"ids": [int(record)]}:
                return record
            case {"ids": False | None, "messages": [*messages]}:
                raise _failed_load(model, row, messages)
        raise OdooUnavailable(f"{model}.load answered with neither ids nor messages: {str(outcome)[:200]}")

    async def has(self, model: str, record: int, external_id: str) -> bool:
        """Whether the record is there, archived or not, and the one that we made.

        In another database the number may be a stranger's. Raises OdooUnavailable or OdooRefused.
        """
        try:
            found = await self.execute(model, "get_metadata", ids=[record])
        except OdooRefused as error:
            if error.status == 404:
                return False
            raise
        match found:
            case [{"xmlids": [*names]}]:
                return any(name == {**name, "xmlid": external_id} for name in names if isinstance(name, dict))
        return False

    async def _columns_of(self, model: str) -> frozenset[str]:
        if model not in self._columns:
            fields = await self.execute(model, "fields_get", attributes=["type"])
            if not isinstance(fields, dict):
                raise OdooUnavailable(f"{model}.fields_get answered with no fields: {str(fields)[:200]}")
            self._columns[model] = frozenset(fields)
        return self._columns[model]


class OdooServers:
    """The Odoos of all tenants, over one HTTP client. A connection that was changed is a new one."""

    #: Connections remembered: each holds a set of column names.
    MOST = 1000

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float) -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._known: dict[OdooConnection, Odoo] = {}

    def at(self, connection: OdooConnection) -> Odoo:
        """The Odoo of this connection. No I/O."""
        if connection not in self._known:
            if len(self._known) >= self.MOST:
                self._known.clear()
            self._known[connection] = Odoo(self._http, connection, timeout_s=self._timeout_s)
        return self._known[connection]


def _read(answer: httpx.Response, where: str) -> Any:
    status = answer.status_code
    if status == 200:
        try:
            return answer.json()
        except ValueError as error:
            raise OdooUnavailable(f"{where} answered with no JSON") from error
    said = f"{where} answered {status}: {_message(answer)}"
    if status in (408, 429) or status >= 500:
        raise OdooUnavailable(said, retry_after=_retry_after(answer))
    raise OdooRefused(said, status=status)


def _message(answer: httpx.Response) -> str:
    """Odoo's own words, without the traceback that it sends along."""
    try:
        body = answer.json()
    except ValueError:
        return answer.reason_phrase
    return f"{body.get('name', '')} {body.get('message', '')}".strip()[:300] if isinstance(body, dict) else ""


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3)."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _failed_load(model: str, row: Row, messages: Sequence[Any]) -> OdooUnavailable | OdooRefused:
    said = "; ".join(str(it.get("message") if isinstance(it, dict) else it) for it in messages)[:500]
    words = f"{model}.load of {row['id']}: {said}"
    return OdooUnavailable(words) if any(race in said for race in LOST_RACE) else OdooRefused(words)
