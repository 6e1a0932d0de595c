"""Odoo connections in PostgreSQL (table `odoo_connections`), with the latest check (table `odoo_checks`).

No statement here reads the API key back: it leaves the database at odoo-sync only.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from common.postgres import Connection
from gateway.odoo.schema import LeadWishes, OdooConnection

# A check from before the last change says nothing of the connection.
FIND = """
    SELECT url, database, login, own_fields, lead_settings, set_by, changed_at, blocked, checked_at, problems
      FROM odoo_connections
      LEFT JOIN odoo_states USING (tenant_id)
      LEFT JOIN odoo_checks ON odoo_checks.tenant_id = odoo_connections.tenant_id AND checked_at >= changed_at
     WHERE odoo_connections.tenant_id = tenant()
"""
# `excluded.api_key` would read the column, which this service may not.
STORE = """
    INSERT INTO odoo_connections AS known (tenant_id, url, database, login, own_fields, api_key, lead_settings, set_by)
    VALUES (tenant(), $1, $2, $3, $4, $5, coalesce($6::json, '{}'), 'admin')
    ON CONFLICT (tenant_id) DO UPDATE
       SET url = excluded.url, database = excluded.database, login = excluded.login, own_fields = excluded.own_fields,
           api_key = $5, lead_settings = coalesce($6::json, known.lead_settings), set_by = 'admin',
           changed_at = now()
"""
# Another address with the stored key would send the key there.
CHANGE = """
    UPDATE odoo_connections
       SET own_fields = $4, lead_settings = coalesce($5::json, lead_settings), changed_at = now()
     WHERE tenant_id = tenant() AND (url, database) = ($1, $2) AND login IS NOT DISTINCT FROM $3
"""


class Check(BaseModel):
    """The outcome of the latest check since the connection was changed. Without problems, leads can be sent."""

    checked_at: datetime
    problems: list[str] = Field(examples=[["the module crm is not installed: install it in Odoo under Apps"]])


class StoredOdoo(BaseModel):
    """A tenant's Odoo connection, without its API key."""

    url: str = Field(examples=["https://acme.odoo.com"])
    database: str = Field(examples=["acme"])
    login: str | None
    own_fields: list[str]
    lead: LeadWishes
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
    wishes = LeadWishes.model_validate_json(known.pop("lead_settings"))
    return StoredOdoo(**known, lead=wishes, last_check=check)


async def store(tx: Connection, given: OdooConnection, api_key: bytes) -> None:
    """Stores or replaces the tenant's connection; `api_key` is encrypted."""
    own = sorted(set(given.own_fields))
    await tx.execute(STORE, given.url, given.database, given.login, own, api_key, _wishes(given))


async def change(tx: Connection, given: OdooConnection) -> bool:
    """Changes a connection that keeps its API key. False if there is none with this address, database and login."""
    own = sorted(set(given.own_fields))
    done: str = await tx.execute(CHANGE, given.url, given.database, given.login, own, _wishes(given))
    return done != "UPDATE 0"


def _wishes(given: OdooConnection) -> str | None:
    return given.lead.model_dump_json(exclude_defaults=True) if given.lead is not None else None
