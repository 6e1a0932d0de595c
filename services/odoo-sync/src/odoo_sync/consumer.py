"""Brings scored leads into their tenants' Odoos and tells where they stand; a tenant without one is told so."""

from collections.abc import Sequence

from common.cloudevents import decode_body
from common.contracts import LeadScored, LeadSynced, ResyncOdoo
from common.stage import Chunk, Item, Stage, Work
from odoo_sync import connections, links
from odoo_sync.links import Link
from odoo_sync.syncing import Leads, Links, Sync

#: Leads per call to Odoo's `load`, and links per transaction.
CHUNK = 200


def odoo_sync(syncing: Sync) -> Stage:
    """lead.scored in, lead.synced out; `odoo_links` holds the newest score's link of each company."""
    stage = Stage("odoo-sync")

    @stage.handles(LeadScored, chunk=CHUNK)
    async def sync(work: Chunk[LeadScored]) -> None:
        """Repeatable: Odoo finds each record by its external id. What stands there as it should costs no call.

        Odoo down: all are tried again later. Odoo refuses a row: its link says so. It refuses us: the tenant is
        blocked, and its leads wait for a resync.
        """
        leads = newest(work.items)
        async with work.reading() as tx:
            connected = await connections.find(tx)
            known = await links.find(tx, list(leads))
        settled = syncing.settled(leads, known, connected)
        await finish(work, settled, known)
        left = {it: event for it, event in leads.items() if it not in settled}
        if left and connected is not None:
            async with syncing.turn(connected):
                await finish(work, await syncing.brought(work.reading, left, connected), {})

    @stage.handles(ResyncOdoo)
    async def resync(work: Work[ResyncOdoo]) -> None:
        """Repeatable: who got through waits no more. Ends early where the tenant's Odoo refuses us."""
        last = 0
        while True:
            async with work.reading() as tx:
                connected = await connections.find(tx)
            if connected is None or connected.blocked is not None:
                return
            async with syncing.turn(connected):
                async with work.reading() as tx:
                    waiting = await links.waiting(tx, last, CHUNK, syncing.waits)
                if not waiting:
                    return
                leads = stored(waiting)
                new = await syncing.brought(work.reading, leads, connected)
                async with work.step() as tx:
                    await links.save(tx, new, waiting)
                    for company_id, event in leads.items():
                        work.announce(told(event, new[company_id]))
            last = max(waiting)

    return stage


async def finish(work: Chunk[LeadScored], new: Links, known: Links) -> None:
    """Ends the events of these companies, with what is told of them."""
    items = [item for item in work.items if item.event.company.company_id in new]
    if not items:
        return
    async with work.finish(items) as tx:
        await links.save(tx, new, known)
        for item in items:
            work.announce(told(item.event, new[item.event.company.company_id]), cause=item)


def newest(items: Sequence[Item[LeadScored]]) -> dict[int, LeadScored]:
    """The newest score of each company."""
    found: dict[int, LeadScored] = {}
    for item in items:
        company_id = item.event.company.company_id
        if company_id not in found or found[company_id].scored_at <= item.event.scored_at:
            found[company_id] = item.event
    return found


def stored(waiting: Links) -> Leads:
    """The leads as they were told, by company."""
    return {it: decode_body(LeadScored, (link.lead or "").encode()) for it, link in waiting.items()}


def told(event: LeadScored, link: Link) -> LeadSynced:
    """The event that tells of this link."""
    is_there = link.outcome in ("synced", "refused", "deleted")
    return LeadSynced(
        tenant_id=event.tenant_id,
        company=event.company,
        outcome="synced" if link.outcome == "synced" else "no_connection",
        held_back=None if link.outcome == "synced" or link.outcome == "no_connection" else link.outcome,
        partner_id=link.record("company").id if is_there else None,
        contact_id=link.record("contact").id if is_there else None,
        lead_id=link.record("lead").id if is_there else None,
        reason=link.reason,
    )
