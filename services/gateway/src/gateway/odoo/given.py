"""An Odoo connection as an admin gives it. Pure.

The address has to be https with a public-looking name on the usual port: odoo-sync calls it, and checks the address
again at each call. The API key is only ever written.
"""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

#: Names that lead to nobody's Odoo on the public internet.
_PRIVATE = re.compile(r"(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|svc|test|invalid|onion|arpa)$")
_OWN_FIELD = r"^(company|contact|lead)\.[a-z_]{1,60}$"

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


def public_address(url: str) -> str:
    """Normalises an address. Raises ValueError that says what it must look like."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("not an address: it must look like https://odoo.example.com") from error
    name = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or "." not in name or parts.query or parts.fragment or not url.isascii():
        raise ValueError("it must look like https://odoo.example.com")
    if parts.username or parts.password:
        raise ValueError("remove the name and password from the address: Odoo is called with the API key")
    if port not in (None, 443):
        raise ValueError("only the port 443 is called; ask the operator to store another one")
    if _is_number(name) or _PRIVATE.search(name):
        raise ValueError("it must be a public name; ask the operator to store an address of a private network")
    return url


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return not re.search(r"[a-z]", name.rpartition(".")[2])  # 127.1, 0x7f.1
    return True


def _printable(key: SecretStr) -> SecretStr:
    text = key.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("the API key is empty or holds characters that no API key has")
    return SecretStr(text)


class OdooConnection(BaseModel):
    """A tenant's Odoo. Without `api_key` the stored one stays, as long as address, database and login stay too."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=300), AfterValidator(public_address)] = Field(
        examples=["https://acme.odoo.com"], description="https, a public name, port 443"
    )
    database: Text = Field(examples=["acme"])
    login: Text | None = Field(default=None, description="the key's user; needed before Odoo 19")
    own_fields: list[Annotated[str, StringConstraints(pattern=_OWN_FIELD)]] = Field(
        default=[],
        max_length=50,
        description="fields that Leadgen writes even if people edited them",
        examples=[["company.website"]],
    )
    api_key: Annotated[SecretStr, Field(max_length=500), AfterValidator(_printable)] | None = Field(
        default=None, description="an API key of an Odoo user; it is stored encrypted and never shown"
    )
