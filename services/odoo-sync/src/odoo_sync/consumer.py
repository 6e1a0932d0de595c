"""Brings each scored lead into its tenant's Odoo and tells where it stands; a tenant without one is told so."""

from cryptography.fernet import Fernet

from common.contracts import LeadScored, LeadSynced
from common.stage import Stage, Work
from odoo_sync import connections, links
from odoo_sync.links import Link
from odoo_sync.odoo import OdooServers
from odoo_sync.push import push


def odoo_sync(odoo: OdooServers, *, credentials: Fernet | None, min_score: float) -> Stage:
    """lead.scored in, lead.synced out; `odoo_links` holds the newest score's link of each company."""
    stage = Stage("odoo-sync")

    @stage.handles(LeadScored)
    async def sync(work: Work[LeadScored]) -> None:
        """Repeatable: Odoo finds each record by its external id. Odoo is called between the transactions.

        Odoo down: tried again later. Odoo refuses, or its key cannot be read: dead letter.
        """
        event = work.event
        company_id = event.company.company_id
        async with work.reading() as tx:
            connection = await connections.find(tx, credentials)
            link = await links.find(tx, company_id)
        if connection is None:
            link = links.without_connection(link, event.scored_at)
        elif link is None or link.outcome != "synced" or link.scored_at <= event.scored_at:
            link = await push(odoo.at(connection), event, link, min_score=min_score)
        async with work.finish() as tx:
            await links.save(tx, company_id, link)
            work.announce(told(event, link))

    return stage


def told(event: LeadScored, link: Link) -> LeadSynced:
    """The event that tells of this link."""
    is_synced = link.outcome == "synced"
    return LeadSynced(
        tenant_id=event.tenant_id,
        company=event.company,
        outcome=link.outcome,
        partner_id=link.partner_id if is_synced else None,
        lead_id=link.lead_id if is_synced else None,
    )
