"""Writes a chunk of leads into one Odoo: companies first, then their contacts, then their leads.

Each step is one call for the whole chunk, or none. All of it may be repeated: records of ours are found by their
external id, and records that are as wanted are not sent again.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from odoo_sync.model import KINDS, MODELS, NO_RECORD, Kind, Link, Row, Terms, Values
from odoo_sync.protocols.bulk_load import Refusal
from odoo_sync.records import mapping, partner_matching
from odoo_sync.records.edits import diff
from odoo_sync.records.lookalikes import REGION
from odoo_sync.records.ownership import is_surely_ours
from odoo_sync.sync.draft import NEW_PARTNER, Draft, to_link
from odoo_sync.sync.lead_notes import find_opportunities, write_notes
from odoo_sync.sync.target import Target

#: Looks up which company each of these partners is linked to already.
FindOwners: TypeAlias = Callable[[Sequence[int]], Awaitable[Mapping[int, int]]]


class StrangersFound(Exception):
    """Numbers of ours belong to other records: the database was restored or replaced. Nothing was written."""

    def __init__(self, strangers: Sequence[str]) -> None:
        super().__init__(", ".join(strangers))
        self.strangers = strangers


#: Records that a matched company may have of ours besides.
RECOVERED: tuple[Kind, ...] = ("contact", "lead")


async def push(
    target: Target, drafts: Sequence[Draft], place: str, terms: Terms, find_owners: FindOwners
) -> list[Link]:
    """Writes the drafts; returns their links in the same order. May be repeated.

    A row that Odoo refuses is recorded in its link and does not stop the others.
    Raises StrangersFound, OdooUnavailable, OdooBlocked, OdooRefused.
    """
    countries = await target.countries()
    country = next((number for number, code in countries.items() if code == REGION), None)
    await _read_known(target, drafts, "res.partner", ("company", "contact"))
    await _read_known(target, drafts, "crm.lead", ("lead",))
    unknown = [it for it in drafts if it.record("company").id is None]
    await _match_partners(target, drafts, country, find_owners)
    await _match_contacts(target, drafts, countries)
    await _recover_lost(target, [it for it in unknown if it.record("company").id is not None], RECOVERED, countries)
    if terms.recreate_deleted:
        for kind in KINDS:
            deleted = [it for it in drafts if it.record(kind).is_deleted and it.record(kind).id is None]
            await _recover_lost(target, deleted, [kind], countries)
    await _write(target, drafts, "company", country, terms)
    await _write(target, drafts, "contact", country, terms)
    await find_opportunities(target, [it for it in drafts if _gets_lead(it, terms)])
    await _write(target, drafts, "lead", country, terms)
    await write_notes(target, drafts, terms.lead)
    # Only now: writing a lead changes its partner's address, and that is nobody's edit.
    await _read_back(target, drafts, "res.partner", ("company", "contact"))
    await _read_back(target, drafts, "crm.lead", ("lead",))
    return [to_link(draft, place) for draft in drafts]


async def _read_known(target: Target, drafts: Sequence[Draft], model: str, kinds: Sequence[Kind]) -> None:
    """Reads the present values of known records. A missing one was merged into another, or is deleted.

    Raises StrangersFound if the number of one belongs to another record.
    """
    known = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.rows and draft.record(kind).id]
    found = await _by_id(target, model, [draft.records[kind].id for draft, kind in known])
    await _require_ours(target, model, known, found)
    gone = [(draft, kind) for draft, kind in known if draft.records[kind].id not in found]
    await _follow_gone(target, model, gone)
    found |= await _by_id(target, model, [draft.records[kind].id for draft, kind in gone])
    for draft, kind in known:
        number = draft.records[kind].id
        if number is not None and number in found:
            draft.now[kind] = found[number]
            made = str(found[number].get("create_date") or "")
            draft.records[kind] = replace(draft.records[kind], made=made)


async def _follow_gone(target: Target, model: str, gone: Sequence[tuple[Draft, Kind]]) -> None:
    """Tells why records are not found: they were merged into others, or are out of sight, or deleted."""
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
    """Finds the leads that people kept when they merged ours into them, by UEN.

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
    """Checks that records found by our numbers are ours. One call asks for the external ids of those in doubt."""
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
        raise StrangersFound(strangers)


async def _match_partners(
    target: Target, drafts: Sequence[Draft], country: int | None, find_owners: FindOwners
) -> None:
    """Finds existing partners of companies without a database id; for a deleted one only by its UEN."""
    open_ones = [it for it in drafts if it.record("company").id is None]
    await _take_decided(target, [it for it in open_ones if it.decided])
    unmatched = {
        it.event.company.company_id: it
        for it in open_ones
        if it.record("company").id is None and it.decided != NEW_PARTNER
    }

    async def search(domain: list[object]) -> list[Values]:
        return await target.search("res.partner", domain)

    companies = [draft.event.company for draft in unmatched.values()]
    found = await partner_matching.find(companies, search, await target.columns("res.partner"), country)
    for company_id, candidates in found.items():
        if unmatched[company_id].record("company").is_deleted:
            found[company_id] = [it for it in candidates if it.by == "UEN"]
    numbers = sorted({it.partner["id"] for candidates in found.values() for it in candidates})
    owners = await find_owners(numbers) if numbers else {}
    chosen, undecided = partner_matching.assign(found, owners)
    for company_id, candidates in undecided.items():
        draft = unmatched[company_id]
        ours: object = draft.elsewhere.get("company", NO_RECORD).id
        if ours is None:
            ours = await target.find_by_external_id("res.partner", draft.external_id("company"))
        known = [it for it in candidates if it.partner["id"] == ours]
        if known:
            chosen[company_id] = known[0]
        else:
            draft.candidates = [it.line for it in candidates]
    for company_id, match in chosen.items():
        unmatched[company_id].use_existing("company", match.partner)
        unmatched[company_id].notes.append(match.note)


async def _take_decided(target: Target, drafts: Sequence[Draft]) -> None:
    """Takes the partners that a person chose, if they are still there."""
    found = await _by_id(target, "res.partner", [it.decided for it in drafts])
    for draft in drafts:
        if draft.decided in found:
            draft.use_existing("company", found[draft.decided])
            draft.notes.append(f"partner {draft.decided} was chosen by a person")


def _region(countries: Mapping[int, str], *records: Values) -> str:
    """Finds the country of telephone numbers in these records: that of the first which has one."""
    return next((code for it in records if (code := countries.get(it.get("country_id") or 0))), REGION)


async def _match_contacts(target: Target, drafts: Sequence[Draft], countries: Mapping[int, str]) -> None:
    """Finds existing contacts of the companies by their address."""
    wanted = {
        number: draft
        for draft in drafts
        if "contact" in draft.rows
        and (number := draft.record("company").id) is not None
        and draft.record("contact").id is None
        and not draft.record("contact").is_deleted
        and not draft.hidden
    }
    if not wanted:
        return
    people = [["parent_id", "in", list(wanted)], ["is_company", "=", False], ["type", "=", "contact"]]
    children = await target.search("res.partner", ["&", "&", *people])
    for child in sorted(children, key=lambda it: (it.get("active", True), -it["id"])):  # the oldest active one is last
        draft = wanted[child["parent_id"]]
        contact = draft.event.contact
        region = _region(countries, child, draft.now.get("company", {}))
        if contact is not None and mapping.has_address(contact, child, region):
            draft.use_existing("contact", child)


async def _recover_lost(
    target: Target, drafts: Sequence[Draft], kinds: Sequence[Kind], countries: Mapping[int, str]
) -> None:
    """Finds records with our external ids whose link was lost, whose server has moved, or that were thought deleted.

    Creating them again under these ids would overwrite people's edits.
    """
    for kind in kinds:
        lost = [it for it in drafts if kind in it.rows and it.record(kind).id is None]
        numbers = [await target.find_by_external_id(MODELS[kind], it.external_id(kind)) for it in lost]
        found = await _by_id(target, MODELS[kind], [it for it in numbers if isinstance(it, int)])
        for draft, number in zip(lost, numbers, strict=True):
            contact = draft.event.contact
            if number == "hidden":
                draft.hidden.add(kind)
                continue
            if number is None or number not in found:
                continue
            region = _region(countries, found[number], draft.now.get("company", {}))
            if kind == "contact" and contact is not None and not mapping.is_same_person(contact, found[number], region):
                draft.start_new_contact()
            else:
                draft.use_existing(kind, found[number])


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
    """Whether a lead is to be made for the draft, unless a rep has an open opportunity."""
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
    """Reads the written columns back: Odoo may store another value than the one sent."""
    written = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.written]
    found = await _by_id(target, model, [draft.records[kind].id for draft, kind in written])
    for draft, kind in written:
        record, names = draft.records[kind], draft.written[kind]
        values = found.get(record.id or 0, {})
        made = str(values.get("create_date") or "") or record.made
        held = {name: value for name, value in values.items() if name in names and name != "id"}
        draft.records[kind] = replace(record, held={**record.held, **held}, made=made)


async def _by_id(target: Target, model: str, numbers: Iterable[int | None]) -> dict[int, Values]:
    wanted = sorted({number for number in numbers if number is not None})
    if not wanted:
        return {}
    return {it["id"]: it for it in await target.search(model, [["id", "in", wanted]])}
