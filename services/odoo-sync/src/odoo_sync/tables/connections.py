"""Each tenant's connection to its Odoo (`odoo_connections`, written with `leadgen odoo connect` or `PUT /odoo`).

The table holds the API key as a Fernet token. The key that decrypts it is a setting of this service and is never stored
in the database.
"""

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from common.errors import Permanent
from common.postgres import Connection
from odoo_sync.model import NO_WISHES, LeadSettings, OdooConnection

Decrypter: TypeAlias = Fernet | MultiFernet

FIND = """
    SELECT url, database, api_key, login, own_fields, set_by = 'admin' AS is_public_only, blocked,
           coalesce(replaced, 0) AS replaced, lead_settings
      FROM odoo_connections LEFT JOIN odoo_states USING (tenant_id)
      LEFT JOIN odoo_databases ON place = url || ' ' || database
"""


class CredentialsUnreadable(Permanent):
    """The tenant's API key cannot be decrypted: ODOO_CREDENTIALS_KEY is missing, or has changed."""


@dataclass(frozen=True)
class StoredConnection:
    """A tenant's stored Odoo. `blocked` is the reason if nothing is sent there.

    `replaced` counts how often its database was restored or replaced. `is_public_only`: a tenant's admin stored it, so
    its address is called only if it is a public one. `lead` are the tenant's wishes for new leads.
    """

    url: str
    database: str
    token: bytes = field(repr=False)
    login: str | None
    own_fields: frozenset[str]
    blocked: str | None
    replaced: int = 0
    is_public_only: bool = False
    lead: LeadSettings = NO_WISHES

    @property
    def server(self) -> str:
        """The address of the Odoo and the name of its database."""
        return f"{self.url} {self.database}"

    @property
    def place(self) -> str:
        """The Odoo since its last restore: database ids are valid only there."""
        return f"{self.server} (replaced {self.replaced})" if self.replaced else self.server

    def is_same(self, other: "StoredConnection") -> bool:
        """Whether nothing has changed between the two."""
        return self == replace(other, blocked=self.blocked, replaced=self.replaced)

    def decrypted(self, decrypter: Decrypter | None) -> OdooConnection:
        """Decrypts the API key. Raises CredentialsUnreadable."""
        if decrypter is None:
            raise CredentialsUnreadable(
                "this tenant has an Odoo connection; set ODOO_CREDENTIALS_KEY to decrypt its API key"
            )
        try:
            api_key = decrypter.decrypt(self.token).decode()
        except InvalidToken as error:
            raise CredentialsUnreadable(
                "the Odoo API key was encrypted with another ODOO_CREDENTIALS_KEY; "
                "set that key, or store the connection again with `leadgen odoo connect`"
            ) from error
        return OdooConnection(self.url, self.database, api_key, self.login, self.is_public_only)


def _lead_settings(stored: dict[str, Any]) -> LeadSettings:
    return LeadSettings(**{**stored, "tags": tuple(stored.get("tags", ()))})


async def find(tx: Connection) -> StoredConnection | None:
    """Reads the connection of the transaction's tenant; `None` if it has none."""
    row = await tx.fetchrow(FIND)
    if row is None:
        return None
    return StoredConnection(
        url=row["url"],
        database=row["database"],
        token=row["api_key"],
        login=row["login"],
        own_fields=frozenset(row["own_fields"]),
        blocked=row["blocked"],
        replaced=row["replaced"],
        lead=_lead_settings(orjson.loads(row["lead_settings"])),
        is_public_only=row["is_public_only"],
    )
