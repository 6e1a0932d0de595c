"""Brings one scored lead into one Odoo: the company, its best contact and, when it is good enough, the lead."""

from common.contracts import LeadScored
from odoo_sync.links import Link
from odoo_sync.mapping import company_row, contact_row, external_id, lead_row, new_lead_row
from odoo_sync.odoo import Odoo


async def push(odoo: Odoo, event: LeadScored, known: Link | None, *, min_score: float) -> Link:
    """The link that now holds. May be repeated: each record is found by its external id.

    A lead that was made stays, and stays current, when its score falls below `min_score` later; one that was deleted
    in Odoo is made again only while its score is good enough.
    Raises OdooUnavailable or OdooRefused.
    """
    contact_id = known.contact_id if known else None
    lead_id = known.lead_id if known else None
    partner_id = await odoo.upsert("res.partner", company_row(event))
    if event.contact is not None:
        contact_id = await odoo.upsert("res.partner", contact_row(event, event.contact))
    if lead_id is not None and await odoo.has("crm.lead", lead_id, external_id("lead", event)):
        lead_id = await odoo.upsert("crm.lead", lead_row(event))
    elif event.score >= min_score:
        lead_id = await odoo.upsert("crm.lead", new_lead_row(event))
    else:
        lead_id = None
    return Link("synced", event.scored_at, partner_id, contact_id, lead_id)
