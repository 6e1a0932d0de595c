"""Reads the records that links name, and finds out why some are missing. Writes nothing to Odoo."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from odoo_sync.model import Kind, Values
from odoo_sync.records.ownership import is_surely_ours
from odoo_sync.sync.draft import Draft
from odoo_sync.sync.target import Target


class ForeignRecordsFound(Exception):
    """Our database ids belong to other records: the database was restored or replaced. Nothing was written."""

    def __init__(self, strangers: Sequence[str]) -> None:
        super().__init__(", ".join(strangers))
        self.strangers = strangers


async def read_known(target: Target, drafts: Sequence[Draft], model: str, kinds: Sequence[Kind]) -> None:
    """Reads the present values of known records. A missing one was merged into another, or is deleted.

    Raises ForeignRecordsFound if the number of one belongs to another record.
    """
    known = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.rows and draft.record(kind).id]
    found = await read_by_id(target, model, [draft.records[kind].id for draft, kind in known])
    await _require_ours(target, model, known, found)
    gone = [(draft, kind) for draft, kind in known if draft.records[kind].id not in found]
    await _follow_gone(target, model, gone)
    found |= await read_by_id(target, model, [draft.records[kind].id for draft, kind in gone])
    for draft, kind in known:
        number = draft.records[kind].id
        if number is not None and number in found:
            draft.now[kind] = found[number]
            made = str(found[number].get("create_date") or "")
            draft.records[kind] = replace(draft.records[kind], made=made)


async def _follow_gone(target: Target, model: str, gone: Sequence[tuple[Draft, Kind]]) -> None:
    """Finds out why records are missing: merged into others, invisible to the user, or deleted."""
    lost: list[tuple[int, Draft, Kind]] = []
    for draft, kind in gone:
        record = draft.records[kind]
        number = await target.find_by_external_id(model, draft.external_id(kind))
        if number == "hidden":
            draft.hidden.add(kind)
        elif number is not None:
            draft.records[kind] = replace(record, id=number)
            draft.notes.append(f"the {kind} was merged into {number}")
        elif record.id is not None:
            lost.append((record.id, draft, kind))
    hidden = await target.hidden_among(model, sorted({number for number, *_ in lost}))
    merged = await _merged_leads(target, [draft for _, draft, kind in lost if kind == "lead"])
    for number, draft, kind in lost:
        kept = merged.get(draft.event.company.uen) if kind == "lead" else None
        if number in hidden:
            draft.hidden.add(kind)
        elif kept is not None:
            draft.records[kind] = replace(draft.records[kind], id=kept, held={})
            draft.notes.append(f"the lead was merged into {kept}")
        else:
            draft.records[kind] = replace(draft.records[kind], id=None, is_deleted=True)


async def _merged_leads(target: Target, drafts: Sequence[Draft]) -> dict[str, int]:
    """Finds, by UEN, the leads that remained when people merged ours into them.

    Odoo deletes ours and appends its description, which holds the UEN, to that of the lead that is kept. Leads with an
    external id of ours are not meant: another tenant of the same Odoo has leads of the same companies.
    """
    if not drafts:
        return {}
    texts = {draft.event.company.uen: f"UEN {draft.event.company.uen}" for draft in drafts}
    conditions: list[object] = [["description", "ilike", text] for text in texts.values()]
    found = await target.search("crm.lead", [*["|"] * (len(conditions) - 1), *conditions])
    borne = await target.external_ids("crm.lead", [it["id"] for it in found]) if found else {}
    ours = {number for number, names in borne.items() if any(it.startswith("leadgen.lead_") for it in names)}
    return {
        uen: it["id"]
        for it in sorted(found, key=lambda it: -int(it["id"]))  # the oldest is last
        for uen, text in texts.items()
        if it["id"] not in ours and text in str(it.get("description") or "")
    }


async def _require_ours(
    target: Target, model: str, known: Iterable[tuple[Draft, Kind]], found: Mapping[int, Values]
) -> None:
    """Checks that records found by our ids are ours. One call asks for the external ids of doubtful ones."""
    doubtful = [
        (draft, kind, number)
        for draft, kind in known
        if (number := draft.records[kind].id) in found
        and number is not None
        and not is_surely_ours(kind, draft.records[kind], found[number], draft.event.company.uen)
    ]
    if not doubtful:
        return
    borne = await target.external_ids(model, sorted({number for *_, number in doubtful}))
    strangers = [
        f"{draft.event.company.uen} {kind} {number}"
        for draft, kind, number in doubtful
        if draft.external_id(kind) not in borne.get(number, frozenset())
    ]
    if strangers:
        raise ForeignRecordsFound(strangers)


async def read_by_id(target: Target, model: str, numbers: Iterable[int | None]) -> dict[int, Values]:
    """Reads records by their database ids."""
    wanted = sorted({number for number in numbers if number is not None})
    if not wanted:
        return {}
    return {it["id"]: it for it in await target.search(model, [["id", "in", wanted]])}
