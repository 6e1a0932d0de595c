"""Notes and next activities of leads, which people see without opening a description.

A rep's open opportunity of the same partner gets a note in place of a second lead. A lead whose company leaves the
register gets a note. A new lead gets a next activity, if the tenant wishes so. All have external ids of ours; what is
there already is found by them. A lead's record keeps which were written (`Record.notes_written`).
"""

from collections.abc import Sequence
from dataclasses import replace

from odoo_sync.model import ACTIVITY, NOTE, LeadSettings, Row
from odoo_sync.protocols.bulk_load import Refusal
from odoo_sync.records import mapping
from odoo_sync.sync.draft import Draft
from odoo_sync.sync.target import Target

#: Odoo's subtype of an internal note, which is mailed to nobody.
INTERNAL = {"message_type": "comment", "subtype_id/id": "mail.mt_note"}
#: Of an opportunity that is won the probability is 100; a new one may have none, which is not less than 100 either.
IS_OPEN = [["type", "=", "opportunity"], ["active", "=", True], ["probability", "!=", 100]]


async def find_opportunities(target: Target, drafts: Sequence[Draft]) -> None:
    """Finds people's open opportunities of the drafts' partners, or of these partners' contacts: the newest of each.

    Leads of ours do not count: another tenant of the same Odoo has some of the same companies.
    """
    companies = {number: draft for draft in drafts if (number := draft.record("company").id) is not None and number > 0}
    if not companies:
        return
    domain = [*["&"] * len(IS_OPEN), *IS_OPEN, ["partner_id", "child_of", sorted(companies)]]
    found = await target.search("crm.lead", domain)
    if not found:
        return
    partners = await target.search("res.partner", [["id", "in", sorted({it["partner_id"] for it in found})]])
    company_of = {it["id"]: it.get("commercial_partner_id") or it["id"] for it in partners}
    borne = await target.external_ids("crm.lead", [it["id"] for it in found])
    for it in sorted(found, key=lambda it: int(it["id"])):
        is_ours = any(name.startswith("leadgen.lead_") for name in borne.get(it["id"], ()))
        draft = companies.get(it["partner_id"]) or companies.get(company_of.get(it["partner_id"], 0))
        if draft is not None and not is_ours:
            draft.opportunity = it["id"]


async def write_notes(target: Target, drafts: Sequence[Draft], wishes: LeadSettings) -> None:
    """Writes the notes and activities that are due; records what was written. May be repeated."""
    notes = [it for draft in drafts if (it := _in_opportunity(draft) or _of_register(draft)) is not None]
    await _load(target, NOTE, await _updating(target, notes))
    if wishes.has_activity:
        new = await _without_activity(target, [draft for draft in drafts if "lead" in draft.made | draft.found])
        await _load(target, ACTIVITY, [_activity(draft, wishes) for draft in new])


async def _updating(target: Target, due: Sequence[tuple[Draft, str, Row]]) -> list[tuple[Draft, str, Row]]:
    """Replaces the rows of existing notes: only their text may be changed, and only by database id."""
    if not due:
        return []
    on_ours = [["res_id", "in", sorted({int(row["res_id"]) for *_, row in due})], ["body", "ilike", "UEN"]]
    found = await target.search(NOTE, ["&", "&", ["model", "=", "crm.lead"], *on_ours])
    borne = await target.external_ids(NOTE, [it["id"] for it in found]) if found else {}
    there = {name: number for number, names in borne.items() for name in names}
    return [
        (draft, what, {".id": str(there[row["id"]]), "body": row["body"]} if row["id"] in there else row)
        for draft, what, row in due
    ]


async def _load(target: Target, model: str, due: Sequence[tuple[Draft, str, Row]]) -> None:
    if not due:
        return
    outcomes = await target.load(model, [row for *_, row in due])
    for (draft, what, _), outcome in zip(due, outcomes, strict=True):
        record = draft.record("lead")
        if isinstance(outcome, Refusal):
            draft.refusals.append(f"lead: {what}: {outcome.message}")
            draft.records["lead"] = replace(record, hash="")
        else:
            draft.records["lead"] = replace(record, notes_written=(*record.notes_written, what))


def _in_opportunity(draft: Draft) -> tuple[Draft, str, Row] | None:
    """Builds the note for a rep's opportunity: the lead's description."""
    if draft.opportunity is None:
        return None
    digest = mapping.digest(draft.rows["lead"])
    record = draft.record("lead")
    is_written = record.hash == digest and f"note {draft.opportunity}" in record.notes_written
    draft.records["lead"] = replace(record, hash=digest, is_deleted=False, notes_written=())
    draft.notes.append(f"opportunity {draft.opportunity} of the same partner is open: it has a note, no lead was made")
    if is_written:
        draft.records["lead"] = replace(draft.records["lead"], notes_written=record.notes_written)
        return None
    name = f"{draft.external_id('lead').replace('.lead_', '.note_', 1)}_{draft.opportunity}"
    body = mapping.dated(draft.rows["lead"], draft.event)["description"]
    return draft, f"note {draft.opportunity}", _note(name, draft.opportunity, f"<p>Leadgen:</p>{body}")


def _of_register(draft: Draft) -> tuple[Draft, str, Row] | None:
    """Builds the note for a lead whose company has left the register, once for each status."""
    record, status = draft.record("lead"), draft.event.company.status or ""
    body = mapping.register_note(draft.event)
    if body is None:
        if record.notes_written:
            draft.records["lead"] = replace(record, notes_written=_without_status(record.notes_written))
        return None
    if record.id is None or draft.hidden or status in record.notes_written:
        return None
    return draft, status, _note(draft.external_id("lead").replace(".lead_", f".{status}_", 1), record.id, body)


def _without_status(due: Sequence[str]) -> tuple[str, ...]:
    return tuple(it for it in due if it not in mapping.REGISTER_WARNINGS)


def _note(name: str, lead: int, body: str) -> Row:
    return {"id": name, "model": "crm.lead", "res_id": str(lead), "body": body, **INTERNAL}


async def _without_activity(target: Target, drafts: Sequence[Draft]) -> list[Draft]:
    """Selects drafts whose lead has no activity of ours, planned or done.

    Of a lead that was found, the link was lost, perhaps by a kill before the activity was written: any activity counts.
    """
    numbers = {
        number: draft
        for draft in drafts
        if (number := draft.record("lead").id) is not None and "activity" not in draft.record("lead").notes_written
    }
    if not numbers:
        return []
    on_ours = ["res_id", "in", sorted(numbers)]
    planned = await target.search(ACTIVITY, ["&", ["res_model", "=", "crm.lead"], on_ours])
    borne = await target.external_ids(ACTIVITY, [it["id"] for it in planned]) if planned else {}
    busy = {
        it["res_id"]
        for it in planned
        if "lead" in numbers[it["res_id"]].found or _activity_id(numbers[it["res_id"]]) in borne.get(it["id"], ())
    }
    if any("lead" in draft.found for draft in drafts):
        done = [["model", "=", "crm.lead"], ["mail_activity_type_id", "!=", False]]
        busy |= {it["res_id"] for it in await target.search(NOTE, ["&", "&", *done, on_ours])}
    return [draft for number, draft in numbers.items() if number not in busy]


def _activity_id(draft: Draft) -> str:
    return draft.external_id("lead").replace(".lead_", ".activity_", 1)


def _activity(draft: Draft, wishes: LeadSettings) -> tuple[Draft, str, Row]:
    on_lead = {"res_model_id/id": "crm.model_crm_lead", "res_id": str(draft.record("lead").id)}
    owner = {"user_id": wishes.salesperson} if wishes.salesperson else {}
    return draft, "activity", {"id": _activity_id(draft), **on_lead, **mapping.activity(draft.event), **owner}
