"""What a resync would write into a tenant's Odoo now; nothing is written anywhere."""

from typing import Any

from odoo_sync import links
from odoo_sync.connections import Connected
from odoo_sync.mapping import without_nul
from odoo_sync.pushing import begun, is_done, push
from odoo_sync.syncing import Opening, Sync, stored, taken_by
from odoo_sync.target import RealTarget, Rehearsal

CHUNK = 200


async def preview(syncing: Sync, opening: Opening, connected: Connected) -> dict[str, Any]:
    """The rows that would be sent, with their models; how many leads need none, and how many are not known any more.

    Raises CredentialsUnreadable, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    target = Rehearsal(RealTarget(syncing.servers.at(connected.opened(syncing.credentials))))
    place, terms, taken = connected.place, syncing.terms(connected), taken_by(opening, connected)
    last, changing = 0, 0
    notes: list[str] = []
    async with opening() as tx:
        number, without_lead = await links.count(tx)
    while True:
        async with opening() as tx:
            known = await links.waiting(tx, last, CHUNK, place, syncing.waits)
        if not known:
            break
        last = max(known)
        leads = stored(known)
        drafts = {it: begun(without_nul(event), known[it], place, terms) for it, event in leads.items()}
        left = [draft for it, draft in drafts.items() if not is_done(draft, known[it], place, terms)]
        changing += len(left)
        for draft, link in zip(left, await push(target, left, place, terms, taken) if left else [], strict=True):
            notes += [f"{draft.event.company.uen}: {note}" for note in (*link.notes, *filter(None, [link.reason]))]
    return {
        "rows": [{"model": model, **row} for model, row in target.rows],
        "unchanged": number - without_lead - changing,
        "without_lead": without_lead,
        "notes": notes,
    }
