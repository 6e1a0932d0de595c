"""Stores where a tenant's Odoo is, its API key encrypted. The operator's own act: services can only read it."""

from urllib.parse import urlsplit

import asyncpg
from cryptography.fernet import Fernet

from common.errors import Permanent
from leadgen.owner import connected

SAVE = """
    INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id) DO UPDATE
       SET url = excluded.url, database = excluded.database, api_key = excluded.api_key
"""


class ConnectionRejected(Permanent):
    """What was given cannot be stored; the message says what to give instead."""


async def connect_odoo(
    database_url: str, tenant_id: int, url: str, database: str, api_key: str, credentials_key: str
) -> None:
    """Stores or replaces the tenant's connection; the next lead goes there. Raises ConnectionRejected,
    DatabaseRefused, Unavailable.

    `credentials_key` is the Fernet key that odoo-sync has as ODOO_CREDENTIALS_KEY.
    """
    url, token = _checked_url(url), _encrypted(api_key.strip(), credentials_key)
    if not database.strip():
        raise ConnectionRejected("the name of the Odoo database is empty")
    try:
        async with connected(database_url) as connection, connection.transaction():
            # FORCE ROW LEVEL SECURITY binds the tables' owner too.
            await connection.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
            await connection.execute(SAVE, tenant_id, url, database.strip(), token)
    except asyncpg.ForeignKeyViolationError as error:
        raise ConnectionRejected(f"there is no tenant {tenant_id}") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise ConnectionRejected(
            "this login may not write connections: use the database's owner, not a service's login"
        ) from error


def _checked_url(url: str) -> str:
    url = url.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConnectionRejected(f"{url!r} is not the address of an Odoo: give it like https://odoo.example.com")
    if parts.username or parts.password:
        raise ConnectionRejected("leave name and password out of the address: Odoo is called with the API key")
    return url


def _encrypted(api_key: str, credentials_key: str) -> bytes:
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise ConnectionRejected("the API key is empty or holds characters that no key has")
    try:
        return Fernet(credentials_key).encrypt(api_key.encode())
    except ValueError as error:
        raise ConnectionRejected(
            "the credentials key is no Fernet key (32 bytes in URL-safe base64); make one with "
            "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        ) from error
