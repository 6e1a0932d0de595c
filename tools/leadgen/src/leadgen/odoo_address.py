"""The address of an Odoo: cut down from what people paste, and asked what answers there."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from common.errors import Permanent

#: First parts of the paths of Odoo's own pages and endpoints. What stands before them belongs to the address.
PAGES = frozenset({"odoo", "web", "json", "jsonrpc", "xmlrpc", "my", "scoped_app"})
VERSION = {
    "jsonrpc": "2.0",
    "method": "call",
    "params": {"service": "common", "method": "version", "args": []},
    "id": 1,
}
TIMEOUT_S = 15.0


class AddressRejected(Permanent):
    """The address is none of an Odoo; the message says what to give instead."""


def base_of(url: str) -> str:
    """Cuts an address, as pasted from a browser, to the base that Odoo's API has. Raises AddressRejected."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRejected(f"{url!r} is not the address of an Odoo: it must look like https://odoo.example.com")
    if parts.username or parts.password:
        raise AddressRejected("remove the name and password from the address: Odoo is called with the API key")
    kept: list[str] = []
    for name in filter(None, parts.path.split("/")):
        if name in PAGES:
            break
        kept.append(name)
    return urlunsplit((parts.scheme, parts.netloc.lower(), "/".join(["", *kept]), "", "")).rstrip("/")


async def find_odoo(base: str, client: httpx.AsyncClient) -> tuple[str, str | None]:
    """Asks what answers at the address; returns it and the version of the Odoo, `None` if nothing answers now.

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
    told = _json(answer)
    if isinstance(told, dict) and (found := _version(told.get("result"), "server_version", "server_version_info")):
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


def _version(told: Any, text: str, parts: str) -> str | None:
    if not isinstance(told, dict) or not isinstance(told.get(parts), list):
        return None
    return str(told.get(text) or ".".join(map(str, told[parts][:2])))
