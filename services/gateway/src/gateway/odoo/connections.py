"""Odoo connections in PostgreSQL (table `odoo_connections`), with the latest check (table `odoo_checks`).

No statement here reads the API key back: it leaves the database at odoo-sync only.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from common.postgres import Connection
from gateway.odoo.given import OdooConnection

# A check from before the last change says nothing of the connection.
FIND = """
    SELECT url, database, login, own_fields, set_by, changed_at, blocked, checked_at, problems
      FROM odoo_connections
      LEFT JOIN odoo_states USING (tenant_id)
      LEFT JOIN odoo_checks ON odoo_checks.tenant_id = odoo_connections.tenant_id AND checked_at >= changed_at
     WHERE odoo_connections.tenant_id = tenant()
"""
STORE = """
    INSERT INTO odoo_connections (tenant_id, url, database, login, own_fields, api_key, set_by)
    VALUES (tenant(), $1, $2, $3, $4, $5, 'admin')
    ON CONFLICT (tenant_id) DO UPDATE
       SET url = excluded.url, database = excluded.database, login = excluded.login, own_fields = excluded.own_fields,
           api_key = excluded.api_key, set_by = 'admin', changed_at = now()
"""
# Another address with the stored key would send the key there.
CHANGE = """
    UPDATE odoo_connections SET own_fields = $4, changed_at = now()
     WHERE tenant_id = tenant() AND (url, database) = ($1, $2) AND login IS NOT DISTINCT FROM $3
"""


class Check(BaseModel):
    """The outcome of the latest check since the connection was changed. Without problems, leads go through."""

    checked_at: datetime
    problems: list[str] = Field(examples=[["the module crm is not installed: install it in Odoo under Apps"]])


class StoredOdoo(BaseModel):
    """A tenant's Odoo connection, without its API key."""

    url: str = Field(examples=["https://acme.odoo.com"])
    database: str = Field(examples=["acme"])
    login: str | None
    own_fields: list[str]
    set_by: Literal["operator", "admin"]
    changed_at: datetime
    blocked: str | None = Field(description="why nothing is sent there until a check finds it in order")
    last_check: Check | None


async def find(tx: Connection) -> StoredOdoo | None:
    """Finds the tenant's connection."""
    row = await tx.fetchrow(FIND)
    if row is None:
        return None
    known = dict(row)
    checked_at, problems = known.pop("checked_at"), known.pop("problems")
    check = Check(checked_at=checked_at, problems=problems) if checked_at else None
    return StoredOdoo(**known, last_check=check)


async def store(tx: Connection, given: OdooConnection, api_key: bytes) -> None:
    """Stores or replaces the tenant's connection; `api_key` is encrypted."""
    await tx.execute(STORE, given.url, given.database, given.login, sorted(set(given.own_fields)), api_key)


async def change(tx: Connection, given: OdooConnection) -> bool:
    """Changes a connection that keeps its API key. False if there is none with this address, database and login."""
    done: str = await tx.execute(CHANGE, given.url, given.database, given.login, sorted(set(given.own_fields)))
    return done != "UPDATE 0"
