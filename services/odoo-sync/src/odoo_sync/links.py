"""What stands in Odoo for each company (`odoo_links`). An older score never undoes a newer one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from common.postgres import Connection

FIND = "SELECT outcome, partner_id, contact_id, lead_id, scored_at FROM odoo_links WHERE company_id = $1"

SAVE = """
    INSERT INTO odoo_links (tenant_id, company_id, outcome, partner_id, contact_id, lead_id, scored_at)
    VALUES (tenant(), $1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET outcome = excluded.outcome,
           partner_id = excluded.partner_id,
           contact_id = excluded.contact_id,
           lead_id = excluded.lead_id,
           scored_at = excluded.scored_at,
           updated_at = now()
     WHERE odoo_links.scored_at < excluded.scored_at
        OR odoo_links.scored_at = excluded.scored_at  -- a rerun may rewrite, and a repeat changes nothing
           AND (odoo_links.outcome, odoo_links.partner_id, odoo_links.contact_id, odoo_links.lead_id)
               IS DISTINCT FROM (excluded.outcome, excluded.partner_id, excluded.contact_id, excluded.lead_id)
"""


@dataclass(frozen=True)
class Link:
    """Odoo's numbers of a company's records, as of a score."""

    outcome: Literal["synced", "no_connection"]
    scored_at: datetime
    partner_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None


def without_connection(known: Link | None, scored_at: datetime) -> Link:
    """The link of a tenant that has no Odoo (any more): the numbers are kept, the connection may come back."""
    if known is None:
        return Link("no_connection", scored_at)
    return replace(known, outcome="no_connection", scored_at=scored_at)


async def find(tx: Connection, company_id: int) -> Link | None:
    """The tenant's link of this company."""
    row = await tx.fetchrow(FIND, company_id)
    return None if row is None else Link(**dict(row))


async def save(tx: Connection, company_id: int, link: Link) -> None:
    """Writes the link unless a newer score's stands there. May be repeated."""
    await tx.execute(SAVE, company_id, link.outcome, link.partner_id, link.contact_id, link.lead_id, link.scored_at)
