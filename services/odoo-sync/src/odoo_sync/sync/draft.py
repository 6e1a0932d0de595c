"""One lead to be written into one Odoo: the wanted rows, and what is known of its records. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from common.contracts import LeadScored
from odoo_sync.model import KINDS, NO_RECORD, Kind, Link, Record, Row, SyncOutcome, Terms, Values
from odoo_sync.records import mapping

#: How the reason of a lead begins whose records the key's user may not see.
OUT_OF_SIGHT = "out of sight:"


#: The reason of a lead for whose company there is more than one candidate.
UNDECIDED = "more than one partner may be this company; decide with `leadgen odoo matches`"
#: The decision that none of the candidates is the company.
NEW_PARTNER = 0


@dataclass
class Draft:
    """A lead's wanted rows and known records. `now` are Odoo's present values; `written` the columns that we wrote.

    `elsewhere` are records of another place, which may be the same Odoo under a new address. `is_afresh`: also columns
    that are as wanted are sent. `hidden` are records that the key's user may not see: they are left alone. `decided`
    is the partner that a person chose, or `NEW_PARTNER`; `candidates` are those that nobody has chosen from.
    `opportunity` is a rep's open opportunity of the same partner, which gets a note in place of a lead. `found` are
    records that were there already, though no link knew them; `made` are new ones.
    """

    event: LeadScored
    rows: dict[Kind, Row]
    records: dict[Kind, Record]
    elsewhere: Mapping[Kind, Record] = field(default_factory=dict)
    now: dict[Kind, Values] = field(default_factory=dict)
    written: dict[Kind, frozenset[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    is_afresh: bool = False
    hidden: set[Kind] = field(default_factory=set)
    decided: int | None = None
    candidates: list[str] = field(default_factory=list)
    opportunity: int | None = None
    found: set[Kind] = field(default_factory=set)
    made: set[Kind] = field(default_factory=set)

    def record(self, kind: Kind) -> Record:
        """The record of this kind, or `NO_RECORD`."""
        return self.records.get(kind, NO_RECORD)

    def external_id(self, kind: Kind) -> str:
        """The external id of the record of this kind."""
        return self.record(kind).name or mapping.external_id(kind, self.event.tenant_id, self.event.company.uen)

    def use_existing(self, kind: Kind, values: Values) -> None:
        """Adopts an existing record in Odoo. If it is the link's record of another place, we own its past values."""
        number, before = values["id"], self.elsewhere.get(kind, NO_RECORD)
        made = str(values.get("create_date") or "")
        record = replace(self.record(kind), id=number, is_deleted=False, made=made)
        is_known = before.id == number and before.made in ("", made)
        if is_known:
            record = replace(record, held=before.held, name=before.name, notes_written=before.notes_written)
        self.records[kind] = record
        self.now[kind] = values
        self.found.add(kind)

    def start_new_contact(self) -> None:
        """Makes the contact a new record: the known one is another person, and does not change."""
        contact, company = self.event.contact, self.event.company
        assert contact is not None  # noqa: S101 # it has a row
        self.now.pop("contact", None)
        self.records["contact"] = Record(name=mapping.another_contact_id(self.event.tenant_id, company.uen, contact))


def start_draft(event: LeadScored, known: Link | None, place: str, terms: Terms) -> Draft:
    """Creates a draft from the known link. A link of another place says nothing about records of this one."""
    is_here = known is not None and known.place in (None, place)
    records = dict(known.records) if known is not None and is_here else {}
    elsewhere = known.records if known is not None and not is_here else {}
    has_lead = "lead" in records and records["lead"].id is not None
    draft = Draft(event, mapping.wanted_rows(event, min_score=terms.min_score, has_lead=has_lead), records, elsewhere)
    if known is not None and not is_here and is_same_server(str(known.place), place):
        draft.notes.append("the Odoo database was restored or replaced: its records were looked for again")
    last = draft.record("contact").held
    if event.contact is not None and last and not mapping.is_same_person(event.contact, last):
        draft.start_new_contact()
    return draft


def is_same_server(one: str, other: str) -> bool:
    """Whether two places are one Odoo before and after a restore of its database."""
    return one.partition(" (")[0] == other.partition(" (")[0]


def is_up_to_date(draft: Draft, known: Link | None, place: str, terms: Terms) -> bool:
    """Whether, by its link, all records are as wanted, so that no call to Odoo is needed."""
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


def to_link(draft: Draft, place: str) -> Link:
    """Builds the link of a draft that was pushed."""
    outcome: SyncOutcome = "synced"
    reason = None
    gone = [kind for kind in ("company", "lead") if kind in draft.rows and draft.record(kind).is_deleted]
    if draft.refusals:
        outcome, reason = "refused", "; ".join(draft.refusals)
    elif draft.candidates:
        outcome, reason = "refused", UNDECIDED
        draft.notes += draft.candidates
    elif draft.hidden:
        kinds = ", ".join(kind for kind in KINDS if kind in draft.hidden)
        outcome, reason = "refused", f"{OUT_OF_SIGHT} the key's user may no longer see its {kinds} in Odoo"
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
