"""Detects the protocol of an Odoo: the configured one, else JSON-2 from version 19 on and JSON-RPC before."""

import re
from typing import Any, Literal, TypeAlias

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.json2 import Json2
from odoo_sync.protocols.jsonrpc import JsonRpc, call
from odoo_sync.protocols.odoo import Odoo, OdooBlocked, OdooRefused
from odoo_sync.protocols.transport import Transport, json_of

ProtocolName: TypeAlias = Literal["auto", "json2", "jsonrpc"]

FIRST_WITH_JSON2 = 19
#: On Odoo Online a version starts like "saas~18".
MAJOR = re.compile(r"(?:saas[~-])?(\d+)")


async def connect(transport: Transport, connection: OdooConnection, protocol: ProtocolName) -> Odoo:
    """Chooses the adapter for this connection. Raises OdooUnavailable, and OdooBlocked if there is no Odoo."""
    if protocol == "auto":
        protocol = "json2" if await _version(transport) >= FIRST_WITH_JSON2 else "jsonrpc"
    return Json2(transport, connection) if protocol == "json2" else JsonRpc(transport, connection)


async def _version(transport: Transport) -> int:
    """Reads the major version from `/web/version` (since 19), else from JSON-RPC, which every version answers."""
    page = json_of(await transport.get("/web/version"))
    if isinstance(page, dict) and (major := _major(page.get("version_info"), page.get("version"))):
        return major
    try:
        version = await call(transport, "common", "version", [], "version")
    except OdooRefused as error:
        raise OdooBlocked(f"{transport.url} does not report its version: {error}") from error
    if isinstance(version, dict) and (
        major := _major(version.get("server_version_info"), version.get("server_version"))
    ):
        return major
    raise OdooBlocked(f"{transport.url} reports no version of Odoo; set ODOO_PROTOCOL if it is one")


def _major(parts: Any, text: Any) -> int | None:
    first = parts[0] if isinstance(parts, list) and parts else text
    found = MAJOR.match(str(first or ""))
    return int(found[1]) if found else None
