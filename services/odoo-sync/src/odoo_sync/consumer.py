"""Brings scored leads into their tenants' Odoos and tells where they stand; a tenant without one is told so."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from common.contracts import LeadScored, LeadSynced, ResyncOdoo
from common.postgres import Connection
from common.stage import Stage
from common.work import Chunk, Item, Work
from odoo_sync import connections, links
from odoo_sync.links import Standing
from odoo_sync.syncing import Leads, Sync, TenantBlocked, stored

#: Leads per call to Odoo's `load`, and links per transaction.
CHUNK = 200

#: Writes links, and says how the leads stand that they are of.
Saving = Callable[[Connection], Awaitable[Mapping[int, Standing]]]


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
            known = await links.glance(tx, list(leads))
        done = syncing.unchanged(leads, known, connected)
        if done:
            await finish(work, _confirming({it: leads[it] for it in done}, done), done)
        left = {it: event for it, event in leads.items() if it not in done}
        if not left:
            return
        if connected is None or connected.blocked is not None:
            await finish(work, _holding_back(left, connected.blocked if connected else None), left)
            return
        async with syncing.turn(connected):
            await finish(work, await _bringing(syncing, work, left, connected), left)

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
                    waiting = await links.waiting(tx, last, CHUNK, connected.place, syncing.waits)
                if not waiting:
                    return
                leads = stored(waiting)
                save = await _bringing(syncing, work, leads, connected)
                async with work.step() as tx:
                    standing = await save(tx)
                    for company_id, event in leads.items():
                        work.announce(told(event, standing[company_id]))
            last = max(waiting)

    return stage


async def finish(work: Chunk[LeadScored], save: Saving, company_ids: Mapping[int, object]) -> None:
    """Ends the events of these companies, with what is told of them."""
    items = [item for item in work.items if item.event.company.company_id in company_ids]
    async with work.finish(items) as tx:
        standing = await save(tx)
        for item in items:
            work.announce(told(item.event, standing[item.event.company.company_id]), cause=item)


async def _bringing(
    syncing: Sync, work: Chunk[LeadScored] | Work[ResyncOdoo], leads: Leads, connected: connections.Connected
) -> Saving:
    """Brings them into Odoo; what to write of it afterwards."""
    try:
        new = await syncing.brought(work.reading, leads, connected)
    except TenantBlocked as blocked:
        return _holding_back(leads, str(blocked))

    async def save(tx: Connection) -> Mapping[int, Standing]:
        await links.save(tx, new)
        return {it: link.standing for it, link in new.items()}

    return save


def _confirming(leads: Leads, done: Mapping[int, Standing]) -> Saving:
    async def save(tx: Connection) -> Mapping[int, Standing]:
        await links.confirm(tx, leads)
        return done

    return save


def _holding_back(leads: Leads, blocked: str | None) -> Saving:
    async def save(tx: Connection) -> Mapping[int, Standing]:
        return await links.hold_back(tx, leads, "no_connection" if blocked is None else "blocked", blocked)

    return save


def newest(items: Sequence[Item[LeadScored]]) -> dict[int, LeadScored]:
    """The newest score of each company."""
    found: dict[int, LeadScored] = {}
    for item in items:
        event = item.event
        company_id = event.company.company_id
        other = found.get(company_id)
        if other is None or (other.enriched_at, other.scored_at) <= (event.enriched_at, event.scored_at):
            found[company_id] = event
    return found


def told(event: LeadScored, standing: Standing) -> LeadSynced:
    """The event that tells how it stands."""
    outcome = standing.outcome
    is_there = outcome in ("synced", "refused", "deleted")
    return LeadSynced(
        tenant_id=event.tenant_id,
        company=event.company,
        outcome="synced" if outcome == "synced" else "no_connection",
        held_back=None if outcome == "synced" or outcome == "no_connection" else outcome,
        partner_id=standing.partner_id if is_there else None,
        contact_id=standing.contact_id if is_there else None,
        lead_id=standing.lead_id if is_there else None,
        reason=standing.reason,
    )
