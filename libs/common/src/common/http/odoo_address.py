"""Addresses of Odoo databases, without the path and query that people paste with them. Pure."""

from urllib.parse import urlsplit, urlunsplit

from common.errors import Permanent

#: First parts of the paths of Odoo's own pages and endpoints. What stands before them belongs to the address.
PAGES = frozenset({"odoo", "web", "json", "jsonrpc", "xmlrpc", "my", "scoped_app"})


class AddressRejected(Permanent):
    """A text that is no address of an Odoo; the message says what to enter instead."""


def base_of(url: str) -> str:
    """Returns the base address that Odoo's API has, for an address pasted from a browser. Raises AddressRejected."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError as error:  # such as half an IPv6 address
        raise AddressRejected(f"{url!r} is not the address of an Odoo: {error}") from error
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
