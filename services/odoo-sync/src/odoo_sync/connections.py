"""Each tenant's connection to its Odoo (`odoo_connections`, written by the operator's `leadgen odoo connect`).

The API key lies there as a Fernet token; what opens it is a setting of this service and never in the database.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from common.errors import Permanent
from common.postgres import Connection
from odoo_sync.odoo import OdooConnection

Opener: TypeAlias = Fernet | MultiFernet

FIND = """
    SELECT url, database, api_key, login, own_fields, blocked
      FROM odoo_connections LEFT JOIN odoo_states USING (tenant_id)
"""


class CredentialsUnreadable(Permanent):
    """The tenant's API key cannot be decrypted: no ODOO_CREDENTIALS_KEY, or not the one it was encrypted with."""


@dataclass(frozen=True)
class Connected:
    """A tenant's Odoo as the operator stored it, and why it is left alone, where it is."""

    url: str
    database: str
    token: bytes = field(repr=False)
    login: str | None
    own_fields: frozenset[str]
    blocked: str | None

    @property
    def place(self) -> str:
        """Which Odoo it is: numbers of records mean nothing in another."""
        return f"{self.url} {self.database}"

    def opened(self, opener: Opener | None) -> OdooConnection:
        """With its API key. Raises CredentialsUnreadable."""
        if opener is None:
            raise CredentialsUnreadable(
                "this tenant has an Odoo connection; set ODOO_CREDENTIALS_KEY so that it can be read"
            )
        try:
            api_key = opener.decrypt(self.token).decode()
        except InvalidToken as error:
            raise CredentialsUnreadable(
                "the Odoo API key was encrypted with another ODOO_CREDENTIALS_KEY; "
                "set that one, or store the connection again with `leadgen odoo connect`"
            ) from error
        return OdooConnection(self.url, self.database, api_key, self.login)


async def find(tx: Connection) -> Connected | None:
    """The connection of the transaction's tenant, None when it has none."""
    row = await tx.fetchrow(FIND)
    if row is None:
        return None
    return Connected(
        url=row["url"],
        database=row["database"],
        token=row["api_key"],
        login=row["login"],
        own_fields=frozenset(row["own_fields"]),
        blocked=row["blocked"],
    )
