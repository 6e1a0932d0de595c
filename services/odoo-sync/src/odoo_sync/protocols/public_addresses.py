"""Prevents connections to private networks by addresses that a tenant's admin stored (SSRF).

Such a connection is https with a name, so a server also has to prove by its certificate that it owns the name: an
address that changes between this check and the call leads to no server of ours.
"""

import asyncio
import socket
from urllib.parse import urlsplit

from common.http.public_addresses import is_public
from odoo_sync.protocols.odoo import OdooBlocked, OdooUnavailable


async def require_public(url: str) -> None:
    """Raises OdooBlocked unless the URL is https and its host has only public addresses; OdooUnavailable if unknown."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise OdooBlocked(f"{url} was not called: addresses stored through the gateway must use https")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OdooUnavailable(f"the name {parts.hostname} is not known") from error
    if not all(is_public(str(address[0])) for *_, address in found):
        raise OdooBlocked(
            f"{url} is not called: {parts.hostname} is not a public address; ask the operator to store it"
        )
