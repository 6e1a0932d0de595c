"""Writes a chunk of leads into one Odoo: companies first, then their contacts, then their leads.

Each step is one call for the whole chunk, or none. All of it may be repeated: records of ours are found by their
external id, and records that are as wanted are not sent again.
"""

from collections.abc import Sequence
from dataclasses import replace

from odoo_sync.model import KINDS, MODELS, Kind, Link, Row, Terms
from odoo_sync.protocols.bulk_load import Refusal
from odoo_sync.records import mapping
from odoo_sync.records.edits import diff
from odoo_sync.records.lookalikes import REGION
from odoo_sync.sync.draft import Draft, to_link
from odoo_sync.sync.existing_records import FindOwners, match_contacts, match_partners, recover_lost
from odoo_sync.sync.known_records import read_by_id, read_known
from odoo_sync.sync.lead_notes import find_opportunities, write_notes
from odoo_sync.sync.target import Target

#: Records that a matched company may have of ours besides.
RECOVERED: tuple[Kind, ...] = ("contact", "lead")


async def push(
    target: Target, drafts: Sequence[Draft], place: str, terms: Terms, find_owners: FindOwners
) -> list[Link]:
    """Writes the drafts; returns their links in the same order. May be repeated.

    A row that Odoo refuses is recorded in its link and does not stop the others.
    Raises ForeignRecordsFound, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    countries = await target.countries()
    country = next((number for number, code in countries.items() if code == REGION), None)
    await read_known(target, drafts, "res.partner", ("company", "contact"))
    await read_known(target, drafts, "crm.lead", ("lead",))
    unknown = [it for it in drafts if it.record("company").id is None]
    await match_partners(target, drafts, country, find_owners)
    await match_contacts(target, drafts, countries)
    await recover_lost(target, [it for it in unknown if it.record("company").id is not None], RECOVERED, countries)
    if terms.recreate_deleted:
        for kind in KINDS:
            deleted = [it for it in drafts if it.record(kind).is_deleted and it.record(kind).id is None]
            await recover_lost(target, deleted, [kind], countries)
    await _write(target, drafts, "company", country, terms)
    await _write(target, drafts, "contact", country, terms)
    await find_opportunities(target, [it for it in drafts if _gets_lead(it, terms)])
    await _write(target, drafts, "lead", country, terms)
    await write_notes(target, drafts, terms.lead)
    # Only now: writing a lead changes its partner's address, and that is nobody's edit.
    await _read_back(target, drafts, "res.partner", ("company", "contact"))
    await _read_back(target, drafts, "crm.lead", ("lead",))
    return [to_link(draft, place) for draft in drafts]


async def _write(target: Target, drafts: Sequence[Draft], kind: Kind, country: int | None, terms: Terms) -> None:
    """Creates or updates the record of this kind for each draft that has a row for it.

    A country that Odoo does not have is left out: it would have the whole row refused.
    """
    sent: list[tuple[Draft, Row]] = []
    for draft in drafts:
        row = draft.rows.get(kind)
        partner = draft.record("company").id
        if (
            row is None
            or (kind != "company" and partner is None)
            or draft.candidates
            or draft.hidden & {kind, "company"}
        ):
            continue
        record = draft.record(kind)
        if "country_id/id" in row:  # by number: people may have deleted the record that Odoo's own name is for
            row = {column: it for column, it in row.items() if column != "country_id/id"}
            row |= {"country_id/.id": str(country)} if country is not None else {}
        if kind == "contact":
            row = {**row, "parent_id/.id": str(partner)}
        elif kind == "lead":
            row = mapping.dated(row, draft.event)
            if not await target.is_html("crm.lead", "description"):
                row = {**row, "description": mapping.as_text(row["description"])}
        if record.id is None:
            if record.is_deleted and not terms.recreate_deleted:
                continue
            if kind == "lead":
                if draft.opportunity is not None or not _gets_lead(draft, terms):
                    continue
                row = {**row, **mapping.new_lead(draft.event, terms.lead), **_lead_partner(draft)}
            sent.append((draft, {"id": draft.external_id(kind), **row}))
            continue
        compared = diff(kind, row, draft.now.get(kind, {}), record.held, terms.own)
        draft.notes += [f"{kind}.{name} keeps the value that people set in Odoo" for name in compared.kept]
        digest = mapping.digest(draft.rows[kind])
        draft.records[kind] = replace(record, hash=digest, held={**record.held, **compared.unchanged})
        is_unchanged_lead = kind == "lead" and record.hash == digest
        unchanged = {column: value for column, value in row.items() if column.partition("/")[0] in compared.unchanged}
        if draft.is_afresh and (compared.send or unchanged):
            sent.append((draft, {".id": str(record.id), **compared.send, **unchanged}))
        elif compared.send and not is_unchanged_lead:
            sent.append((draft, {".id": str(record.id), **compared.send}))
    if not sent:
        return
    outcomes = await target.load(MODELS[kind], [row for _, row in sent])
    for (draft, row), outcome in zip(sent, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            draft.refusals.append(f"{kind}: {outcome.message}")
            draft.records[kind] = replace(draft.record(kind), hash="")
        else:
            record = draft.record(kind)
            if record.id is None:
                draft.made.add(kind)
            draft.records[kind] = replace(record, id=outcome, hash=mapping.digest(draft.rows[kind]), is_deleted=False)
            draft.written[kind] = frozenset(column.partition("/")[0] for column in row)


def _gets_lead(draft: Draft, terms: Terms) -> bool:
    """Whether to create a lead for the draft: not if a rep has an open opportunity."""
    record = draft.record("lead")
    return (
        "lead" in draft.rows
        and record.id is None
        and draft.record("company").id is not None
        and not (draft.candidates or draft.hidden & {"lead", "company"})
        and not (record.is_deleted and not terms.recreate_deleted)
        and draft.event.score >= terms.min_score
    )


def _lead_partner(draft: Draft) -> Row:
    """Builds the columns of a new lead's partner and address.

    Odoo copies a lead's address into its partner. If people changed the partner's address, or typed it in another way,
    the lead gets none and shows its partner's.
    """
    contact = draft.event.contact
    number = draft.record("contact").id
    if contact is None or number is None:
        return {"partner_id/.id": str(draft.record("company").id)}
    theirs = str(draft.now.get("contact", {}).get(contact.kind) or "").strip()
    is_ours = theirs in ("", contact.value)
    address = {"email_from" if contact.kind == "email" else "phone": contact.value} if is_ours else {}
    return {"partner_id/.id": str(number), **address}


async def _read_back(target: Target, drafts: Sequence[Draft], model: str, kinds: Sequence[Kind]) -> None:
    """Reads the written columns again: Odoo may store a value other than the one sent."""
    written = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.written]
    found = await read_by_id(target, model, [draft.records[kind].id for draft, kind in written])
    for draft, kind in written:
        record, names = draft.records[kind], draft.written[kind]
        values = found.get(record.id or 0, {})
        made = str(values.get("create_date") or "") or record.made
        held = {name: value for name, value in values.items() if name in names and name != "id"}
        draft.records[kind] = replace(record, held={**record.held, **held}, made=made)
