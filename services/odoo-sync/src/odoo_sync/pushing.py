"""Brings a chunk of leads into one Odoo: companies first, then their contacts, then the leads that hang on these.

Each step is one call for the whole chunk, or none. All of it may be repeated: what we made is found by its external id,
and what stands there as it should is not sent again.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from common.contracts import LeadScored
from odoo_sync import adopting, mapping
from odoo_sync.edits import outgoing
from odoo_sync.links import NONE, Kind, Link, Record, SyncOutcome, Values
from odoo_sync.loading import Refusal
from odoo_sync.odoo import Row
from odoo_sync.target import Target

#: Which company of ours each of these partners is already.
Taken = Callable[[Sequence[int]], Awaitable[Mapping[int, int]]]


#: What a company that was found may have of ours, besides.
RECALLED: tuple[Kind, ...] = ("contact", "lead")


@dataclass(frozen=True)
class Terms:
    """What holds for a tenant: `own` are fields such as `company.website`, ours whatever people make of them."""

    min_score: float
    recreate_deleted: bool = False
    own: frozenset[str] = frozenset()


@dataclass
class Draft:
    """A lead on its way: the rows wanted, and what is known of its records so far.

    `elsewhere` are those of another place, which may be the same Odoo under a new address.
    """

    event: LeadScored
    rows: dict[Kind, Row]
    records: dict[Kind, Record]
    elsewhere: Mapping[Kind, Record] = field(default_factory=dict)
    now: dict[Kind, Values] = field(default_factory=dict)
    written: dict[Kind, frozenset[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def record(self, kind: Kind) -> Record:
        return self.records.get(kind, NONE)

    def external_id(self, kind: Kind) -> str:
        return self.record(kind).name or mapping.external_id(kind, self.event.tenant_id, self.event.company.uen)

    def is_found(self, kind: Kind, values: Values) -> None:
        """This record was there: as we left it, if it is the one that we knew elsewhere by the same number."""
        number, before = values["id"], self.elsewhere.get(kind, NONE)
        record = replace(self.record(kind), id=number, is_deleted=False)
        self.records[kind] = replace(record, held=before.held, name=before.name) if before.id == number else record
        self.now[kind] = values

    def has_another_contact(self) -> None:
        """Who we know as the contact is somebody else: they stay as they are, and this one is a record of its own."""
        contact, company = self.event.contact, self.event.company
        assert contact is not None  # noqa: S101 # it has a row
        self.now.pop("contact", None)
        self.records["contact"] = Record(name=mapping.another_contact_id(self.event.tenant_id, company.uen, contact))


def begun(event: LeadScored, known: Link | None, place: str, terms: Terms) -> Draft:
    """The lead and what is known of it at this place; of another place nothing is."""
    is_here = known is not None and known.place in (None, place)
    records = dict(known.records) if known is not None and is_here else {}
    elsewhere = known.records if known is not None and not is_here else {}
    has_lead = "lead" in records and records["lead"].id is not None
    draft = Draft(event, mapping.wanted(event, min_score=terms.min_score, has_lead=has_lead), records, elsewhere)
    last = draft.record("contact").held
    if event.contact is not None and last and not mapping.is_same_person(event.contact, last):
        draft.has_another_contact()
    return draft


def is_done(draft: Draft, known: Link | None, place: str, terms: Terms) -> bool:
    """Whether all of it stands there as wanted, as far as we know: then Odoo need not be asked."""
    if known is None or known.place != place or known.outcome not in ("synced", "deleted"):
        return False
    if draft.record("company").is_deleted and not terms.recreate_deleted:
        return True
    for kind, row in draft.rows.items():
        record = draft.record(kind)
        if record.is_deleted and not terms.recreate_deleted:
            continue
        if record.is_deleted or record.hash != mapping.digest(row):
            return False
    return True


async def push(target: Target, drafts: Sequence[Draft], place: str, terms: Terms, taken: Taken) -> list[Link]:
    """The links that now hold, in the order of the drafts. May be repeated.

    A row that Odoo refuses is told of in its link, and holds up no other.
    Raises OdooUnavailable, OdooBlocked, OdooRefused.
    """
    country = await target.country()
    await _look(target, drafts, "res.partner", ("company", "contact"))
    await _look(target, drafts, "crm.lead", ("lead",))
    strangers = [it for it in drafts if it.record("company").id is None]
    await _adopt(target, drafts, country, taken)
    await _find_contacts(target, drafts)
    await _recall(target, [it for it in strangers if it.record("company").id is not None])
    ids = {} if country is None else {"base.sg": country}
    await _write(target, drafts, "company", ids, terms)
    await _write(target, drafts, "contact", ids, terms)
    await _write(target, drafts, "lead", ids, terms)
    # Only now: a lead's address becomes that of the partner it hangs on, and that is no edit of people's.
    await _read_back(target, drafts, "res.partner", ("company", "contact"))
    await _read_back(target, drafts, "crm.lead", ("lead",))
    return [_link(draft, place) for draft in drafts]


async def _look(target: Target, drafts: Sequence[Draft], model: str, kinds: Sequence[Kind]) -> None:
    """What the records that we know hold now. One that is gone was merged into another, or is deleted."""
    known = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.rows and draft.record(kind).id]
    found = await _by_id(target, model, [draft.records[kind].id for draft, kind in known])
    gone = [(draft, kind) for draft, kind in known if draft.records[kind].id not in found]
    for draft, kind in gone:
        number = await target.survivor(model, draft.external_id(kind))
        draft.records[kind] = replace(draft.records[kind], id=number, is_deleted=number is None)
        if number is not None:
            draft.notes.append(f"the {kind} was merged into {number}")
    found |= await _by_id(target, model, [draft.records[kind].id for draft, kind in gone])
    for draft, kind in known:
        number = draft.records[kind].id
        if number is not None and number in found:
            draft.now[kind] = found[number]


async def _adopt(target: Target, drafts: Sequence[Draft], country: int | None, taken: Taken) -> None:
    """Partners that companies without a number are already; of one that is gone, only another with its UEN."""
    homeless = {it.event.company.company_id: it for it in drafts if it.record("company").id is None}

    async def search(domain: list[object]) -> list[Values]:
        return await target.search("res.partner", domain)

    companies = [draft.event.company for draft in homeless.values()]
    found = await adopting.find(companies, search, await target.columns("res.partner"), country)
    for company_id, candidates in found.items():
        if homeless[company_id].record("company").is_deleted:
            found[company_id] = [it for it in candidates if it.by == "UEN"]
    numbers = sorted({it.partner["id"] for candidates in found.values() for it in candidates})
    owners = await taken(numbers) if numbers else {}
    for company_id, chosen in adopting.take(found, owners).items():
        draft = homeless[company_id]
        draft.is_found("company", chosen.partner)
        draft.notes.append(chosen.note)


async def _find_contacts(target: Target, drafts: Sequence[Draft]) -> None:
    """Contacts that stand at their company already, with the same address, are taken over, too."""
    wanted = {
        number: draft
        for draft in drafts
        if "contact" in draft.rows
        and (number := draft.record("company").id) is not None
        and draft.record("contact").id is None
        and not draft.record("contact").is_deleted
    }
    if not wanted:
        return
    people = [["parent_id", "in", list(wanted)], ["is_company", "=", False], ["type", "=", "contact"]]
    children = await target.search("res.partner", ["&", "&", *people])
    for child in sorted(children, key=lambda it: (it.get("active", True), -it["id"])):  # the oldest active one wins
        draft = wanted[child["parent_id"]]
        contact = draft.event.contact
        if contact is not None and mapping.has_address(contact, child):
            draft.is_found("contact", child)


async def _recall(target: Target, drafts: Sequence[Draft]) -> None:
    """Of companies that were found: contacts and leads that bear our names, because a link was lost, or a server moved.

    Making them by these names would put our words over all that people have made of them since.
    """
    for kind in RECALLED:
        forgotten = [it for it in drafts if kind in it.rows and it.record(kind).id is None]
        numbers = [await target.survivor(mapping.MODELS[kind], it.external_id(kind)) for it in forgotten]
        found = await _by_id(target, mapping.MODELS[kind], numbers)
        for draft, number in zip(forgotten, numbers, strict=True):
            contact = draft.event.contact
            if number is None or number not in found:
                continue
            if kind == "contact" and contact is not None and not mapping.is_same_person(contact, found[number]):
                draft.has_another_contact()
            else:
                draft.is_found(kind, found[number])


async def _write(target: Target, drafts: Sequence[Draft], kind: Kind, ids: Mapping[str, int], terms: Terms) -> None:
    """Makes or changes this record of each draft that has one coming."""
    sent: list[tuple[Draft, Row]] = []
    for draft in drafts:
        row = draft.rows.get(kind)
        partner = draft.record("company").id
        if row is None or (kind != "company" and partner is None):
            continue
        record = draft.record(kind)
        if kind == "contact":
            row = {**row, "parent_id/.id": str(partner)}
        elif kind == "lead":
            row = mapping.dated(row, draft.event)
        if record.id is None:
            if record.is_deleted and not terms.recreate_deleted:
                continue
            if kind == "lead":
                if draft.event.score < terms.min_score:
                    continue
                row = {**row, **mapping.new_lead(draft.event), **_hanging(draft)}
            sent.append((draft, {"id": draft.external_id(kind), **row}))
            continue
        compared = outgoing(kind, row, draft.now.get(kind, {}), record.held, terms.own, ids)
        draft.notes += [f"{kind}.{name} is kept as people changed it" for name in compared.kept]
        digest = mapping.digest(draft.rows[kind])
        draft.records[kind] = replace(record, hash=digest, held={**record.held, **compared.there})
        is_unchanged_lead = kind == "lead" and record.hash == digest  # but for its date
        if compared.send and not is_unchanged_lead:
            sent.append((draft, {".id": str(record.id), **compared.send}))
    if not sent:
        return
    outcomes = await target.load(mapping.MODELS[kind], [row for _, row in sent])
    for (draft, row), outcome in zip(sent, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            draft.refusals.append(f"{kind}: {outcome.message}")
            draft.records[kind] = replace(draft.record(kind), hash="")
        else:
            record = draft.record(kind)
            draft.records[kind] = replace(record, id=outcome, hash=mapping.digest(draft.rows[kind]), is_deleted=False)
            draft.written[kind] = frozenset(column.partition("/")[0] for column in row)


def _hanging(draft: Draft) -> Row:
    """Whose lead it is, and its address: Odoo writes a lead's address into its partner, over what people put there.

    Without one of its own the lead shows its partner's.
    """
    contact = draft.event.contact
    number = draft.record("contact").id
    if contact is None or number is None:
        return {"partner_id/.id": str(draft.record("company").id)}
    is_ours = "contact" not in draft.now or mapping.has_address(contact, draft.now["contact"])
    address = {"email_from" if contact.kind == "email" else "phone": contact.value} if is_ours else {}
    return {"partner_id/.id": str(number), **address}


async def _read_back(target: Target, drafts: Sequence[Draft], model: str, kinds: Sequence[Kind]) -> None:
    """What the server made of what we wrote: its own, not people's."""
    written = [(draft, kind) for draft in drafts for kind in kinds if kind in draft.written]
    found = await _by_id(target, model, [draft.records[kind].id for draft, kind in written])
    for draft, kind in written:
        record, names = draft.records[kind], draft.written[kind]
        values = found.get(record.id or 0, {})
        held = {name: value for name, value in values.items() if name in names and name != "id"}
        draft.records[kind] = replace(record, held={**record.held, **held})


async def _by_id(target: Target, model: str, numbers: Iterable[int | None]) -> dict[int, Values]:
    wanted = sorted({number for number in numbers if number is not None})
    if not wanted:
        return {}
    return {it["id"]: it for it in await target.search(model, [["id", "in", wanted]])}


def _link(draft: Draft, place: str) -> Link:
    outcome: SyncOutcome = "synced"
    reason = None
    gone = [kind for kind in ("company", "lead") if kind in draft.rows and draft.record(kind).is_deleted]
    if draft.refusals:
        outcome, reason = "refused", "; ".join(draft.refusals)
    elif gone:
        outcome, reason = "deleted", f"people deleted the {gone[0]} in Odoo"
    event = draft.event
    return Link(
        outcome,
        event.enriched_at,
        event.scored_at,
        place=place,
        records=draft.records,
        reason=reason,
        notes=tuple(draft.notes),
    )
