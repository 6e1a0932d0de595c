"""Which protocol an Odoo speaks: the one that is set, else JSON-2 from version 19 on and JSON-RPC before."""

import re
from typing import Any, Literal, TypeAlias

from odoo_sync.json2 import Json2
from odoo_sync.jsonrpc import JsonRpc, call
from odoo_sync.odoo import Odoo, OdooBlocked, OdooConnection, OdooRefused
from odoo_sync.posting import Posting, answer_of

ProtocolName: TypeAlias = Literal["auto", "json2", "jsonrpc"]

FIRST_WITH_JSON2 = 19
#: On Odoo Online the first part of a version reads like "saas~18"; what follows the number has JSON-2 only from 19 on.
MAJOR = re.compile(r"(?:saas[~-])?(\d+)")


async def spoken(posting: Posting, connection: OdooConnection, protocol: ProtocolName) -> Odoo:
    """The adapter for this connection. Raises OdooUnavailable, and OdooBlocked where no Odoo is."""
    if protocol == "auto":
        protocol = "json2" if await _version(posting) >= FIRST_WITH_JSON2 else "jsonrpc"
    return Json2(posting, connection) if protocol == "json2" else JsonRpc(posting, connection)


async def _version(posting: Posting) -> int:
    """The server's major version: from a page that came with 19, else from what every version answers."""
    page = answer_of(await posting.get("/web/version"))
    if isinstance(page, dict) and (major := _major(page.get("version_info"), page.get("version"))):
        return major
    try:
        told = await call(posting, "common", "version", [], "version")
    except OdooRefused as error:
        raise OdooBlocked(f"{posting.url} does not tell its version: {error}") from error
    if isinstance(told, dict) and (major := _major(told.get("server_version_info"), told.get("server_version"))):
        return major
    raise OdooBlocked(f"{posting.url} does not tell a version as Odoo does; set ODOO_PROTOCOL if it is one")


def _major(parts: Any, text: Any) -> int | None:
    first = parts[0] if isinstance(parts, list) and parts else text
    found = MAJOR.match(str(first or ""))
    return int(found[1]) if found else None
