"""Finds existing records in Odoo for drafts without a database id: people's records, and ours whose link was lost."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from odoo_sync.model import MODELS, NO_RECORD, Kind, Values
from odoo_sync.records import mapping, partner_matching
from odoo_sync.records.lookalikes import REGION
from odoo_sync.sync.draft import NEW_PARTNER, Draft
from odoo_sync.sync.known_records import read_by_id
from odoo_sync.sync.target import Target

#: Looks up which company each of these partners is linked to already.
FindOwners: TypeAlias = Callable[[Sequence[int]], Awaitable[Mapping[int, int]]]


async def match_partners(target: Target, drafts: Sequence[Draft], country: int | None, find_owners: FindOwners) -> None:
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
    """Adopts the partners that a person chose, if they still exist."""
    found = await read_by_id(target, "res.partner", [it.decided for it in drafts])
    for draft in drafts:
        if draft.decided in found:
            draft.use_existing("company", found[draft.decided])
            draft.notes.append(f"partner {draft.decided} was chosen by a person")


def _region(countries: Mapping[int, str], *records: Values) -> str:
    """Finds the country of telephone numbers in these records: the first known one."""
    return next((code for it in records if (code := countries.get(it.get("country_id") or 0))), REGION)


async def match_contacts(target: Target, drafts: Sequence[Draft], countries: Mapping[int, str]) -> None:
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


async def recover_lost(
    target: Target, drafts: Sequence[Draft], kinds: Sequence[Kind], countries: Mapping[int, str]
) -> None:
    """Finds records with our external ids whose link was lost, whose server has moved, or that seemed to be deleted.

    Creating them again under these ids would overwrite people's edits.
    """
    for kind in kinds:
        lost = [it for it in drafts if kind in it.rows and it.record(kind).id is None]
        numbers = [await target.find_by_external_id(MODELS[kind], it.external_id(kind)) for it in lost]
        found = await read_by_id(target, MODELS[kind], [it for it in numbers if isinstance(it, int)])
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
