"""What stands in Odoo for each company (`odoo_links`). An older score never undoes a newer one.

Of two scores the one of the later enrichment is newer; of one enrichment, the one that was made later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

import asyncpg
import orjson

from common.cloudevents import encode_body
from common.contracts import LeadScored
from common.postgres import Connection

Kind = Literal["company", "contact", "lead"]
SyncOutcome = Literal["synced", "no_connection", "blocked", "refused", "deleted"]
Values: TypeAlias = Mapping[str, Any]

GLANCE = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, reason, enriched_at, scored_at, digest
      FROM odoo_links WHERE company_id = ANY($1::bigint[])
"""
FIND = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links WHERE company_id = ANY($1::bigint[])
"""
AFTER = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links WHERE company_id > $1 ORDER BY company_id LIMIT $2
"""
WAITING = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links
     WHERE company_id > $1 AND (outcome = ANY($3::text[]) OR place <> $4) AND lead IS NOT NULL
     ORDER BY company_id LIMIT $2
"""
COUNT_WAITING = """
    SELECT count(*) FROM odoo_links WHERE (outcome = ANY($1::text[]) OR place <> $2) AND lead IS NOT NULL
"""
COUNT = "SELECT count(*) AS links, count(*) FILTER (WHERE lead IS NULL) AS without_lead FROM odoo_links"
OF_PARTNERS = "SELECT partner_id, company_id FROM odoo_links WHERE partner_id = ANY($1::bigint[]) AND place = $2"

# Each of the three leaves a link alone that tells of a newer score; the same one may be written again.
SAVE = """
    INSERT INTO odoo_links AS known (tenant_id, company_id, outcome, partner_id, contact_id, lead_id, enriched_at,
                                     scored_at, digest, lead, place, records, reason, notes)
    SELECT tenant(), company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place,
           records, reason, ARRAY(SELECT json_array_elements_text(notes))
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                  $7::timestamptz[], $8::text[], $9::json[], $10::text[], $11::json[], $12::text[], $13::json[])
        AS new (company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place,
                records, reason, notes)
     ORDER BY company_id  -- two chunks at once lock in one order
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET outcome = excluded.outcome,
           partner_id = excluded.partner_id,
           contact_id = excluded.contact_id,
           lead_id = excluded.lead_id,
           enriched_at = excluded.enriched_at,
           scored_at = excluded.scored_at,
           digest = excluded.digest,
           lead = coalesce(excluded.lead, known.lead), -- a link of before leads were kept
           place = excluded.place,
           records = excluded.records,
           reason = excluded.reason,
           notes = excluded.notes,
           updated_at = now()
     WHERE (known.enriched_at, known.scored_at) <= (excluded.enriched_at, excluded.scored_at)
"""
# What is known of the records is kept: Odoo may come back.
HOLD_BACK = """
    INSERT INTO odoo_links AS known (tenant_id, company_id, outcome, reason, enriched_at, scored_at, lead)
    SELECT tenant(), company_id, $2, $3, enriched_at, scored_at, lead
      FROM unnest($1::bigint[], $4::timestamptz[], $5::timestamptz[], $6::json[])
        AS new (company_id, enriched_at, scored_at, lead)
     ORDER BY company_id
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET outcome = excluded.outcome, reason = excluded.reason, enriched_at = excluded.enriched_at,
           scored_at = excluded.scored_at, lead = excluded.lead, updated_at = now()
     WHERE (known.enriched_at, known.scored_at) <= (excluded.enriched_at, excluded.scored_at)
       AND (known.outcome, known.reason, known.lead::text)
           IS DISTINCT FROM (excluded.outcome, excluded.reason, excluded.lead::text)
"""
# Most of a night's leads are as they were: of these nothing is written but when they were last seen.
CONFIRM = """
    UPDATE odoo_links AS known SET enriched_at = new.enriched_at, scored_at = new.scored_at
      FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS new (company_id, enriched_at, scored_at)
     WHERE known.tenant_id = tenant() AND known.company_id = new.company_id
       AND (known.enriched_at, known.scored_at) < (new.enriched_at, new.scored_at)
"""

#: Outcomes that a resync tries again.
WAITS: tuple[SyncOutcome, ...] = ("blocked", "no_connection", "refused")


@dataclass(frozen=True, slots=True)
class Record:
    """A record of ours in Odoo: its number, the hash of the row it was to be last, what the server held after that.

    `held` has a column only where the value was ours: what people typed before is theirs. `name` is its external id
    where that is not the usual one.
    """

    id: int | None = None
    hash: str = ""
    held: Values = field(default_factory=dict)
    is_deleted: bool = False
    name: str = ""


NONE = Record()


class Standing(NamedTuple):
    """A link in short: what is told of it. While `digest` is the lead's, nothing is left to write."""

    outcome: SyncOutcome
    partner_id: int | None
    contact_id: int | None
    lead_id: int | None
    reason: str | None
    enriched_at: datetime
    scored_at: datetime
    digest: str | None

    def is_newer(self, event: LeadScored) -> bool:
        """Whether it tells of a newer score than this, which must not undo it."""
        return self.enriched_at > event.enriched_at or (
            self.enriched_at == event.enriched_at and self.scored_at > event.scored_at
        )


@dataclass(frozen=True, slots=True)
class Link:
    """Where a company stands in its tenant's Odoo, as of a score. `lead` is the event whose rows are there, or wait."""

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
        """Never None: of what was never made nothing is known."""
        return self.records.get(kind, NONE)

    @property
    def standing(self) -> Standing:
        """In short."""
        company, contact, lead = (self.record(kind).id for kind in _KINDS)
        return Standing(
            *(self.outcome, company, contact, lead, self.reason), self.enriched_at, self.scored_at, self.digest
        )


async def glance(tx: Connection, company_ids: Sequence[int]) -> dict[int, Standing]:
    """How the tenant's links of these companies stand."""
    return {row[0]: Standing(*row[1:]) for row in await tx.fetch(GLANCE, company_ids)}


async def find(tx: Connection, company_ids: Sequence[int]) -> dict[int, Link]:
    """The tenant's links of these companies."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(FIND, company_ids)}


async def after(tx: Connection, company_id: int, limit: int) -> dict[int, Link]:
    """The tenant's next links, by company."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(AFTER, company_id, limit)}


async def waiting(
    tx: Connection, company_id: int, limit: int, place: str, outcomes: Sequence[str] = WAITS
) -> dict[int, Link]:
    """The next of those that wait for a resync, by company: also those that stand in another Odoo than `place`."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(WAITING, company_id, limit, outcomes, place)}


async def count_waiting(tx: Connection, place: str, outcomes: Sequence[str] = WAITS) -> int:
    """How many wait for a resync."""
    return int(await tx.fetchval(COUNT_WAITING, outcomes, place))


async def count(tx: Connection) -> tuple[int, int]:
    """How many links there are, and of how many the lead is not known (they are older than leads were kept)."""
    row = await tx.fetchrow(COUNT)
    return (row["links"], row["without_lead"]) if row else (0, 0)


async def companies_of(tx: Connection, partner_ids: Sequence[int], place: str) -> dict[int, int]:
    """Which of these partners are a company of this tenant already, and which one."""
    return {row["partner_id"]: row["company_id"] for row in await tx.fetch(OF_PARTNERS, partner_ids, place)}


async def save(tx: Connection, links: Mapping[int, Link]) -> None:
    """Writes them, unless a newer score's stands there. May be repeated."""
    rows = [
        (
            *(company_id, link.outcome, *(link.record(kind).id for kind in _KINDS)),
            *(link.enriched_at, link.scored_at, link.digest, link.lead, link.place, _packed(link.records)),
            *(link.reason, orjson.dumps(link.notes).decode()),
        )
        for company_id, link in links.items()
    ]
    if rows:
        await tx.execute(SAVE, *(list(column) for column in zip(*rows, strict=True)))


async def hold_back(
    tx: Connection, leads: Mapping[int, LeadScored], outcome: SyncOutcome, reason: str | None
) -> dict[int, Standing]:
    """Keeps leads that cannot be sent now, by company; returns how they stand. May be repeated."""
    events = leads.values()
    at = [it.enriched_at for it in events], [it.scored_at for it in events]
    await tx.execute(HOLD_BACK, list(leads), outcome, reason, *at, [encode_body(it).decode() for it in events])
    return {
        company_id: Standing(outcome, None, None, None, reason, it.enriched_at, it.scored_at, None)
        for company_id, it in leads.items()
    }


async def confirm(tx: Connection, leads: Mapping[int, LeadScored]) -> None:
    """Notes that these scores, by company, changed nothing. May be repeated."""
    events = leads.values()
    await tx.execute(CONFIRM, list(leads), [it.enriched_at for it in events], [it.scored_at for it in events])


_KINDS: tuple[Kind, ...] = ("company", "contact", "lead")


def _packed(records: Mapping[Kind, Record]) -> str:
    return orjson.dumps(
        {
            kind: {"hash": it.hash, "held": it.held, "deleted": it.is_deleted, "name": it.name}
            for kind, it in records.items()
        }
    ).decode()


def _link(row: "asyncpg.Record") -> Link:
    packed = orjson.loads(row["records"])
    ids: dict[Kind, int | None] = {"company": row["partner_id"], "contact": row["contact_id"], "lead": row["lead_id"]}
    records: dict[Kind, Record] = {}
    for kind in _KINDS:
        known, number = packed.get(kind), ids[kind]
        if known is not None:
            records[kind] = Record(number, known["hash"], known["held"], known["deleted"], known.get("name", ""))
        elif number is not None:  # written before hashes were kept
            records[kind] = Record(number)
    return Link(
        outcome=row["outcome"],
        enriched_at=row["enriched_at"],
        scored_at=row["scored_at"],
        digest=row["digest"],
        lead=row["lead"],
        place=row["place"],
        records=records,
        reason=row["reason"],
        notes=tuple(row["notes"]),
    )
