"""Stores the tenants' Odoo connections, with encrypted API keys. A tenant's admin may store one with `PUT /odoo`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
from cryptography.fernet import InvalidToken, MultiFernet

from common.credentials.fernet_keys import cipher
from common.errors import Permanent
from common.http.odoo_address import AddressRejected, base_of
from leadgen.command_line.login_name import login_name
from leadgen.database.owner_connection import RightsMissing, connected
from leadgen.tenants.audited_transaction import RECORD

SAVE = """
    INSERT INTO odoo_connections (tenant_id, url, database, api_key, login, own_fields, lead_settings)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id) DO UPDATE
       SET url = excluded.url, database = excluded.database, api_key = excluded.api_key, login = excluded.login,
           own_fields = excluded.own_fields, lead_settings = excluded.lead_settings, set_by = 'operator',
           changed_at = now()
"""
# FORCE ROW LEVEL SECURITY binds the tables' owner too.
ACT_FOR = "SELECT set_config('request.tenant_id', $1, true)"
TENANTS = "SELECT tenant_id FROM tenants ORDER BY tenant_id"
TOKEN = "SELECT api_key FROM odoo_connections WHERE tenant_id = $1 FOR UPDATE"  # noqa: S105 # a statement, no token
SAVE_TOKEN = "UPDATE odoo_connections SET api_key = $2 WHERE tenant_id = $1"  # noqa: S105 # the same

OWN_FIELD = re.compile(r"(company|contact|lead)\.[a-z_]+")


class ConnectionRejected(Permanent):
    """The connection cannot be stored; the message says what to enter instead."""


async def connect_odoo(
    database_url: str,
    tenant_id: int,
    url: str,
    database: str,
    api_key: str,
    credentials_key: str,
    *,
    login: str | None = None,
    own_fields: Sequence[str] = (),
    lead_settings: Mapping[str, Any] | None = None,
    operator: str = "",
) -> None:
    """Stores or replaces the tenant's connection. Raises ConnectionRejected, DatabaseRefused, Unavailable.

    The tenant's audit log names the operator, by default the login name.

    `credentials_key` is what odoo-sync has as ODOO_CREDENTIALS_KEY: Fernet keys, the newest first. `login` is needed
    where Odoo is older than 19. `own_fields`, such as company.website, follow us whatever people make of them.
    `lead_settings` are the wishes for new leads (type, team, salesperson, tags, source, has_priority, has_activity).
    """
    url, token = _base(url), _encrypted(api_key.strip(), credentials_key)
    if not database.strip():
        raise ConnectionRejected("the name of the Odoo database is empty")
    for name in own_fields:
        if not OWN_FIELD.fullmatch(name):
            raise ConnectionRejected(
                f"{name!r} is not a field: it must look like company.website, contact.email or lead.name"
            )
    saved = (tenant_id, url, database.strip(), token, (login or "").strip() or None, sorted(set(own_fields)))
    wishes = orjson.dumps({name: it for name, it in (lead_settings or {}).items() if it}).decode()
    try:
        async with connected(database_url) as connection, connection.transaction():
            await connection.execute(ACT_FOR, str(tenant_id))
            await connection.execute(SAVE, *saved, wishes)
            details = orjson.dumps({"url": url, "database": saved[2], "login": saved[4], "new_key": True}).decode()
            await connection.execute(RECORD, tenant_id, operator or login_name(), "odoo.connected", url, details)
    except asyncpg.ForeignKeyViolationError as error:
        raise ConnectionRejected(f"there is no tenant {tenant_id}") from error
    except RightsMissing as error:
        raise _wrong_login() from error


async def rotate_key(database_url: str, credentials_keys: str) -> int:
    """Re-encrypts every tenant's API key with the first of these keys; returns their number. May be repeated.

    All or none: one that no key opens is named, and nothing is changed. Raises ConnectionRejected, DatabaseRefused,
    Unavailable.
    """
    keys, rotated = _opener(credentials_keys), 0
    try:
        async with connected(database_url) as connection, connection.transaction():
            for tenant_id in [row["tenant_id"] for row in await connection.fetch(TENANTS)]:
                await connection.execute(ACT_FOR, str(tenant_id))
                token = await connection.fetchval(TOKEN, tenant_id)
                if token is None:
                    continue
                try:
                    await connection.execute(SAVE_TOKEN, tenant_id, keys.rotate(token))
                except InvalidToken as error:
                    raise ConnectionRejected(
                        f"none of these keys decrypts the API key of tenant {tenant_id}: add the one that "
                        f"encrypted it, or store the connection again; no tenant's key was changed"
                    ) from error
                rotated += 1
    except RightsMissing as error:
        raise _wrong_login() from error
    return rotated


def _wrong_login() -> ConnectionRejected:
    return ConnectionRejected(
        "this login may not write connections: use the login of the database's owner, not that of a service"
    )


def _base(url: str) -> str:
    try:
        return base_of(url)
    except AddressRejected as error:
        raise ConnectionRejected(str(error)) from error


def _encrypted(api_key: str, credentials_keys: str) -> bytes:
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise ConnectionRejected("the API key is empty or holds characters that no API key has")
    return _opener(credentials_keys).encrypt(api_key.encode())


def _opener(credentials_keys: str) -> MultiFernet:
    try:
        return cipher(credentials_keys)
    except ValueError as error:
        raise ConnectionRejected(
            "the credentials key is not a Fernet key (32 bytes in URL-safe base64); make one with "
            "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        ) from error
