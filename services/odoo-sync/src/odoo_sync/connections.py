"""Each tenant's connection to its Odoo (`odoo_connections`, written by the operator's `leadgen odoo connect`).

The API key lies there as a Fernet token; what opens it is a setting of this service and never in the database.
"""

from cryptography.fernet import Fernet, InvalidToken

from common.errors import Permanent
from common.postgres import Connection
from odoo_sync.odoo import OdooConnection

FIND = "SELECT url, database, api_key FROM odoo_connections"


class CredentialsUnreadable(Permanent):
    """The tenant's API key cannot be decrypted: no ODOO_CREDENTIALS_KEY, or not the one it was encrypted with."""


async def find(tx: Connection, credentials: Fernet | None) -> OdooConnection | None:
    """The connection of the transaction's tenant, None when it has none. Raises CredentialsUnreadable."""
    row = await tx.fetchrow(FIND)
    if row is None:
        return None
    if credentials is None:
        raise CredentialsUnreadable(
            "this tenant has an Odoo connection; set ODOO_CREDENTIALS_KEY so that it can be read"
        )
    try:
        api_key = credentials.decrypt(row["api_key"]).decode()
    except InvalidToken as error:
        raise CredentialsUnreadable(
            "the Odoo API key was encrypted with another ODOO_CREDENTIALS_KEY; "
            "set that one, or store the connection again with `leadgen odoo connect`"
        ) from error
    return OdooConnection(row["url"], row["database"], api_key)
