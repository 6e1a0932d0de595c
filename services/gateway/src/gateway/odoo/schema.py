"""Odoo connections from admins. Pure.

The address has to be https with a public-looking name on the usual port: odoo-sync calls it, and checks the address
again at each call. The API key is only ever written.
"""

import ipaddress
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from common.http.odoo_address import AddressRejected, base_of

#: Names that lead to nobody's Odoo on the public internet.
_PRIVATE = re.compile(r"(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|svc|test|invalid|onion|arpa)$")
_OWN_FIELD = r"^(company|contact|lead)\.[a-z_]{1,60}$"

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


def public_address(url: str) -> str:
    """Returns the base of an address that was pasted from a browser. Raises ValueError, which describes the form."""
    try:
        url = base_of(url)
        parts = urlsplit(url)
        port = parts.port
    except AddressRejected as error:
        raise ValueError(str(error)) from error
    except ValueError as error:
        raise ValueError("not an address: it must look like https://odoo.example.com") from error
    name = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or "." not in name or not url.isascii():
        raise ValueError("it must look like https://odoo.example.com")
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


class LeadWishes(BaseModel):
    """The tenant's settings for new leads in Odoo; existing leads do not change. Names are as Odoo shows them."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["lead", "opportunity"] = Field(
        default="lead",
        description="opportunity, if the setting Leads of Odoo's CRM is off: leads are in no menu then",
    )
    team: Text | None = Field(default=None, examples=["Sales"], description="the sales team; it must exist in Odoo")
    salesperson: Text | None = Field(default=None, description="the owner, who must exist in Odoo; by default nobody")
    tags: list[Annotated[Text, StringConstraints(pattern=r"^[^,]*$")]] = Field(
        default=[], max_length=20, examples=[["Leadgen"]], description="created in Odoo where they are missing"
    )
    source: Text | None = Field(default=None, examples=["Leadgen"], description="created in Odoo if it is missing")
    has_priority: bool = Field(default=False, description="whether leads get stars by their bucket")
    has_activity: bool = Field(
        default=False, description="whether leads get a next activity: whom to call, and what to say first"
    )


class OdooConnection(BaseModel):
    """A tenant's Odoo. Without `api_key` the stored one is kept, unless address, database or login change.

    Without `lead` the stored wishes stay.
    """

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=300), AfterValidator(public_address)] = Field(
        examples=["https://acme.odoo.com"],
        description="https, a public name, port 443; a page of Odoo, as the browser shows it, is cut to its base",
    )
    database: Text = Field(examples=["acme"])
    login: Text | None = Field(default=None, description="the key's user; needed before Odoo 19")
    own_fields: list[Annotated[str, StringConstraints(pattern=_OWN_FIELD)]] = Field(
        default=[],
        max_length=50,
        description="fields that Leadgen writes even if people edited them",
        examples=[["company.website"]],
    )
    lead: LeadWishes | None = None
    api_key: Annotated[SecretStr, Field(max_length=500), AfterValidator(_printable)] | None = Field(
        default=None, description="an API key of an Odoo user; it is stored encrypted and never shown"
    )
