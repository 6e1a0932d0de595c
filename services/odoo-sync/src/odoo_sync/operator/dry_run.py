"""Lists the rows that a resync would write into a tenant's Odoo; writes nothing."""

from collections.abc import Mapping
from typing import Any

from odoo_sync.model import Leads, Link, Terms
from odoo_sync.records.mapping import without_nul
from odoo_sync.sync.availability import Transaction
from odoo_sync.sync.draft import Draft, is_up_to_date, start_draft
from odoo_sync.sync.known_records import ForeignRecordsFound
from odoo_sync.sync.lead_sync import LeadSync, owner_finder, stored_leads
from odoo_sync.sync.push import push
from odoo_sync.sync.target import DryRun, RealTarget
from odoo_sync.tables import links, matches
from odoo_sync.tables.connections import StoredConnection

CHUNK = 200


async def dry_run(syncing: LeadSync, transaction: Transaction, connection: StoredConnection) -> dict[str, Any]:
    """Lists the rows that would be sent; counts the leads that need none, and those whose event is not stored.

    Raises CredentialsUnreadable, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    target = DryRun(RealTarget(syncing.servers.get(connection.decrypted(syncing.decrypter))))
    place, terms = connection.place, syncing.terms(connection)
    owners = owner_finder(transaction, connection)
    last, changing = 0, 0
    notes: list[str] = []
    async with transaction() as tx:
        number, without_lead = await links.count(tx)
    while True:
        async with transaction() as tx:
            known = await links.find_resynced(tx, last, CHUNK, place, syncing.resynced)
            decided = await matches.find(tx, list(known), place)
            registered = await links.find_registered(tx, list(known))
        if not known:
            break
        last = max(known)
        leads = stored_leads(known, registered)
        try:
            left = _drafted(leads, known, decided, place, terms)
            pushed = await push(target, left, place, terms, owners) if left else []
        except ForeignRecordsFound as found:  # the sync will notice it too
            notes += [f"{it} is another record: the Odoo database was restored" for it in found.strangers]
            left = _drafted(leads, known, {}, f"{connection.server} (restored)", terms)
            pushed = await push(target, left, place, terms, owners)
        changing += len(left)
        for draft, link in zip(left, pushed, strict=True):
            notes += [f"{draft.event.company.uen}: {note}" for note in (*link.notes, *filter(None, [link.reason]))]
    return {
        "rows": [{"model": model, **row} for model, row in target.rows],
        "unchanged": number - without_lead - changing,
        "without_lead": without_lead,
        "notes": notes,
    }


def _drafted(
    leads: Leads, known: Mapping[int, Link], decided: Mapping[int, int], place: str, terms: Terms
) -> list[Draft]:
    """Builds the drafts of the leads that need a call."""
    drafts = {it: start_draft(without_nul(event), known[it], place, terms) for it, event in leads.items()}
    for company_id, draft in drafts.items():
        draft.decided = decided.get(company_id)
    return [draft for it, draft in drafts.items() if not is_up_to_date(draft, known[it], place, terms)]
