"""The link between a company and its records in one Odoo, as plain values. Pure: every other module may import it.

A score is newer than another if its enrichment is later; of one enrichment, the later score is newer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from common.contracts import LeadScored

#: The records that a lead may have in Odoo: the company, its best contact, and the lead itself.
Kind = Literal["company", "contact", "lead"]
KINDS: tuple[Kind, ...] = ("company", "contact", "lead")
#: Odoo's model of each.
MODELS: dict[Kind, str] = {"company": "res.partner", "contact": "res.partner", "lead": "crm.lead"}
#: Odoo's models of notes and next activities, which are written beside a lead.
NOTE, ACTIVITY = "mail.message", "mail.activity"

SyncOutcome = Literal["synced", "no_connection", "blocked", "refused", "deleted"]
#: Outcomes that a resync tries again.
RESYNCED: tuple[SyncOutcome, ...] = ("blocked", "no_connection", "refused")

#: A record as Odoo returned it: field name -> value.
Values: TypeAlias = Mapping[str, Any]
#: A row for Odoo's `load`: column -> text. The key column is `id` (external id: created if unknown) or `.id` (database
#: id: must exist). Booleans are "1" and "0", and "" clears a field.
Row: TypeAlias = Mapping[str, str]
#: Leads by company.
Leads: TypeAlias = Mapping[int, LeadScored]


@dataclass(frozen=True)
class OdooConnection:
    """Address, database and credentials of a tenant's Odoo. Its texts never contain the API key.

    JSON-RPC (before Odoo 19) needs `login`, the key's user, and accepts a password in place of the key. With
    `is_public_only` no address of a private network is called.
    """

    url: str
    database: str
    api_key: str = field(repr=False)
    login: str | None = None
    is_public_only: bool = False


@dataclass(frozen=True)
class LeadSettings:
    """A tenant's settings for new leads: kind, team, salesperson, tags, source, priority by bucket, next activity.

    Team, salesperson, tags and source are names as Odoo shows them; tags and source are created where they are missing.
    """

    type: Literal["lead", "opportunity"] = "lead"
    team: str | None = None
    salesperson: str | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None
    has_priority: bool = False
    has_activity: bool = False


NO_WISHES = LeadSettings()


@dataclass(frozen=True)
class Terms:
    """A tenant's rules for writing. `own` are fields such as `company.website` that overwrite people's edits."""

    min_score: float
    recreate_deleted: bool = False
    own: frozenset[str] = frozenset()
    lead: LeadSettings = NO_WISHES


@dataclass(frozen=True, slots=True)
class Record:
    """One of our records in Odoo: its database id, the hash of the last wanted row, and Odoo's values after our write.

    `held` has a column only if we wrote its value; what people had typed before stays theirs. `name` is the external id
    if it is not the usual one. `made` is Odoo's creation date of the record ("" if unknown): with another one, its
    number belongs to another record. `notes_written` names its notes that were written (`sync/lead_notes.py`).
    """

    id: int | None = None
    hash: str = ""
    held: Values = field(default_factory=dict)
    is_deleted: bool = False
    name: str = ""
    made: str = ""
    notes_written: tuple[str, ...] = ()


NO_RECORD = Record()


class LinkStatus(NamedTuple):
    """The part of a link that is announced. If `digest` equals the lead's, there is nothing to write."""

    outcome: SyncOutcome
    partner_id: int | None
    contact_id: int | None
    lead_id: int | None
    reason: str | None
    enriched_at: datetime
    scored_at: datetime
    digest: str | None

    def is_newer(self, event: LeadScored) -> bool:
        """Whether the link holds a newer score than the event, which then changes nothing."""
        return self.enriched_at > event.enriched_at or (
            self.enriched_at == event.enriched_at and self.scored_at > event.scored_at
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A company's records in its tenant's Odoo, as of one score. `lead` is the event that they were written from.

    `place` is the Odoo that the database ids belong to.
    """

    outcome: SyncOutcome
    enriched_at: datetime
    scored_at: datetime
    digest: str | None = None
    lead: str | None = None
    place: str | None = None
    records: Mapping[Kind, Record] = field(default_factory=dict)
    reason: str | None = None
    notes: tuple[str, ...] = ()

    def record(self, kind: Kind) -> Record:
        """The record of this kind, or `NO_RECORD`."""
        return self.records.get(kind, NO_RECORD)

    @property
    def status(self) -> LinkStatus:
        """The part of the link that is announced."""
        company, contact, lead = (self.record(kind).id for kind in KINDS)
        return LinkStatus(
            *(self.outcome, company, contact, lead, self.reason), self.enriched_at, self.scored_at, self.digest
        )
