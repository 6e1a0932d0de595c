"""What a sync would write into a tenant's Odoo, of all leads that are known; nothing is written anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.cloudevents import decode_body
from common.contracts import LeadScored
from odoo_sync import links
from odoo_sync.connections import Connected
from odoo_sync.pushing import begun, is_done, push
from odoo_sync.syncing import Opening, Sync
from odoo_sync.target import RealTarget, Rehearsal

CHUNK = 200


async def preview(syncing: Sync, opening: Opening, connected: Connected) -> dict[str, Any]:
    """The rows that would be sent, with their models, and how many leads need none.

    Raises CredentialsUnreadable, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    target = Rehearsal(RealTarget(syncing.servers.at(connected.opened(syncing.credentials))))
    terms = syncing.terms(connected)
    last, unchanged, unknown = 0, 0, 0
    notes: list[str] = []

    async def taken(partner_ids: Sequence[int]) -> Mapping[int, int]:
        async with opening() as tx:
            return await links.companies_of(tx, partner_ids, connected.place)

    while True:
        async with opening() as tx:
            known = await links.after(tx, last, CHUNK)
        if not known:
            break
        last = max(known)
        leads = {it: decode_body(LeadScored, link.lead.encode()) for it, link in known.items() if link.lead}
        unknown += len(known) - len(leads)
        drafts = {it: begun(event, known[it], connected.place, terms) for it, event in leads.items()}
        left = {it: draft for it, draft in drafts.items() if not is_done(draft, known[it], connected.place, terms)}
        unchanged += len(drafts) - len(left)
        if left:
            made = await push(target, list(left.values()), connected.place, terms, taken)
            for draft, link in zip(left.values(), made, strict=True):
                notes += [f"{draft.event.company.uen}: {note}" for note in (*link.notes, *filter(None, [link.reason]))]
    return {
        "rows": [{"model": model, **row} for model, row in target.rows],
        "unchanged": unchanged,
        "without_lead": unknown,
        "notes": notes,
    }
