"""Detects the Odoo at an address, and its version."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from common.http.odoo_address import AddressRejected, base_of

VERSION = {
    "jsonrpc": "2.0",
    "method": "call",
    "params": {"service": "common", "method": "version", "args": []},
    "id": 1,
}
TIMEOUT_S = 15.0


async def find_odoo(base: str, client: httpx.AsyncClient) -> tuple[str, str | None]:
    """Connects to the address; returns its base and the version of the Odoo, `None` if nothing answers now.

    A redirect from http to https of the same host is followed. Raises AddressRejected if something else answers.
    """
    try:
        page = await client.get(f"{base}/web/version")
        if page.is_redirect and (target := _target(page)) != base and _is_secured(base, target):
            base = target
            page = await client.get(f"{base}/web/version")
        if found := _version(_json(page), "version", "version_info"):
            return base, found
        answer = await client.post(f"{base}/jsonrpc", json=VERSION)
    except httpx.TransportError:
        return base, None
    reply = _json(answer)
    if isinstance(reply, dict) and (found := _version(reply.get("result"), "server_version", "server_version_info")):
        return base, found
    if answer.status_code in (408, 429) or answer.status_code >= 500:
        return base, None
    if answer.is_redirect:
        raise AddressRejected(f"{base} redirects to {_target(answer)}: give that address if your Odoo is there")
    raise AddressRejected(f"no Odoo answers at {base} (HTTP {answer.status_code}): give the address of its login page")


def _target(response: httpx.Response) -> str:
    location = str(response.request.url.join(response.headers.get("location", "")))
    try:
        return base_of(location)
    except AddressRejected:
        return location.partition("?")[0]


def _is_secured(base: str, target: str) -> bool:
    ours, theirs = urlsplit(base), urlsplit(target)
    return ours.hostname == theirs.hostname and (ours.scheme, theirs.scheme) == ("http", "https")


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _version(reply: Any, text: str, parts: str) -> str | None:
    if not isinstance(reply, dict) or not isinstance(reply.get(parts), list):
        return None
    return str(reply.get(text) or ".".join(map(str, reply[parts][:2])))
