"""What stands in Odoo for each company (`odoo_links`). An older score never undoes a newer one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

import asyncpg
import orjson

from common.contracts import LeadScored
from common.postgres import Connection

Kind = Literal["company", "contact", "lead"]
SyncOutcome = Literal["synced", "no_connection", "blocked", "refused", "deleted"]
Values: TypeAlias = Mapping[str, Any]

FIND = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, scored_at, NULL AS lead, place, records, reason, notes
      FROM odoo_links WHERE company_id = ANY($1::bigint[])
"""
AFTER = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, scored_at, lead, place, records, reason, notes
      FROM odoo_links WHERE company_id > $1 ORDER BY company_id LIMIT $2
"""
WAITING = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, scored_at, lead, place, records, reason, notes
      FROM odoo_links
     WHERE company_id > $1 AND outcome <> 'synced' AND outcome = ANY($3::text[]) AND lead IS NOT NULL
     ORDER BY company_id LIMIT $2
"""
COUNT_WAITING = """
    SELECT count(*) FROM odoo_links WHERE outcome <> 'synced' AND outcome = ANY($1::text[]) AND lead IS NOT NULL
"""
OF_PARTNERS = "SELECT partner_id, company_id FROM odoo_links WHERE partner_id = ANY($1::bigint[]) AND place = $2"

SAVE = """
    INSERT INTO odoo_links (tenant_id, company_id, outcome, partner_id, contact_id, lead_id, scored_at,
                            lead, place, records, reason, notes)
    SELECT tenant(), company_id, outcome, partner_id, contact_id, lead_id, scored_at, lead, place, records, reason,
           ARRAY(SELECT json_array_elements_text(notes))
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                  $7::json[], $8::text[], $9::json[], $10::text[], $11::json[])
        AS new (company_id, outcome, partner_id, contact_id, lead_id, scored_at, lead, place, records, reason, notes)
     ORDER BY company_id  -- two chunks at once lock in one order
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET outcome = excluded.outcome,
           partner_id = excluded.partner_id,
           contact_id = excluded.contact_id,
           lead_id = excluded.lead_id,
           scored_at = excluded.scored_at,
           lead = coalesce(excluded.lead, odoo_links.lead), -- a link that was found has it not at hand
           place = excluded.place,
           records = excluded.records,
           reason = excluded.reason,
           notes = excluded.notes,
           updated_at = now()
     WHERE odoo_links.scored_at <= excluded.scored_at  -- a rerun may rewrite
"""

# Most of a night's leads are as they were: of these nothing is written again but when they were last scored.
CONFIRM = """
    UPDATE odoo_links SET scored_at = new.scored_at
      FROM unnest($1::bigint[], $2::timestamptz[]) AS new (company_id, scored_at)
     WHERE odoo_links.tenant_id = tenant() AND odoo_links.company_id = new.company_id
       AND odoo_links.scored_at < new.scored_at
"""

#: Outcomes that a resync tries again.
WAITS: tuple[SyncOutcome, ...] = ("blocked", "no_connection", "refused")


@dataclass(frozen=True, slots=True)
class Record:
    """A record of ours in Odoo: its number, the hash of the row it was to be last, what the server held after that.

    `held` has a column only where the value was ours: what people typed before is theirs.
    """

    id: int | None = None
    hash: str = ""
    held: Values = field(default_factory=dict)
    is_deleted: bool = False


NONE = Record()


@dataclass(frozen=True, slots=True)
class Link:
    """Where a company stands in its tenant's Odoo, as of a score.

    `lead` is the event whose rows are there, or wait to be; `find` leaves it out.
    """

    outcome: SyncOutcome
    scored_at: datetime
    lead: str | None = None
    place: str | None = None
    records: Mapping[Kind, Record] = field(default_factory=dict)
    reason: str | None = None
    notes: tuple[str, ...] = ()

    def record(self, kind: Kind) -> Record:
        """Never None: of what was never made nothing is known."""
        return self.records.get(kind, NONE)


def unsent(known: Link | None, event: LeadScored, outcome: SyncOutcome, reason: str | None, lead: str) -> Link:
    """The link of a lead that cannot be sent now. What is known of its records is kept: Odoo may come back."""
    if known is None:
        return Link(outcome, event.scored_at, lead, reason=reason)
    return replace(known, outcome=outcome, scored_at=event.scored_at, lead=lead, reason=reason)


async def find(tx: Connection, company_ids: Sequence[int]) -> dict[int, Link]:
    """The tenant's links of these companies, without their leads."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(FIND, company_ids)}


async def after(tx: Connection, company_id: int, limit: int) -> dict[int, Link]:
    """The tenant's next links, by company."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(AFTER, company_id, limit)}


async def waiting(tx: Connection, company_id: int, limit: int, outcomes: Sequence[str] = WAITS) -> dict[int, Link]:
    """The next of those that wait for a resync, by company."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(WAITING, company_id, limit, outcomes)}


async def count_waiting(tx: Connection, outcomes: Sequence[str] = WAITS) -> int:
    """How many wait for a resync."""
    return int(await tx.fetchval(COUNT_WAITING, outcomes))


async def companies_of(tx: Connection, partner_ids: Sequence[int], place: str) -> dict[int, int]:
    """Which of these partners are a company of this tenant already, and which one."""
    return {row["partner_id"]: row["company_id"] for row in await tx.fetch(OF_PARTNERS, partner_ids, place)}


async def save(tx: Connection, new: Mapping[int, Link], known: Mapping[int, Link]) -> None:
    """Writes what differs from what `find` knew, unless a newer score's stands there. May be repeated."""
    changed: dict[int, Link] = {}
    confirmed: dict[int, Link] = {}
    for company_id, link in new.items():
        before = known.get(company_id)
        if before is None or replace(link, lead=None, scored_at=before.scored_at) != replace(before, lead=None):
            changed[company_id] = link
        elif link.scored_at != before.scored_at:
            (confirmed if link.outcome in ("synced", "deleted") else changed)[company_id] = link
    if confirmed:
        await tx.execute(CONFIRM, list(confirmed), [link.scored_at for link in confirmed.values()])
    if changed:
        await _write(tx, changed)


async def _write(tx: Connection, links: Mapping[int, Link]) -> None:
    rows = [
        (
            company_id,
            link.outcome,
            *(link.record(kind).id for kind in _KINDS),
            link.scored_at,
            link.lead,
            link.place,
            _packed(link.records),
            link.reason,
            orjson.dumps(link.notes).decode(),
        )
        for company_id, link in links.items()
    ]
    await tx.execute(SAVE, *(list(column) for column in zip(*rows, strict=True)))


_KINDS: tuple[Kind, ...] = ("company", "contact", "lead")


def _packed(records: Mapping[Kind, Record]) -> str:
    return orjson.dumps(
        {kind: {"hash": it.hash, "held": it.held, "deleted": it.is_deleted} for kind, it in records.items()}
    ).decode()


def _link(row: "asyncpg.Record") -> Link:
    packed = orjson.loads(row["records"])
    ids: dict[Kind, int | None] = {"company": row["partner_id"], "contact": row["contact_id"], "lead": row["lead_id"]}
    records: dict[Kind, Record] = {}
    for kind in _KINDS:
        known, number = packed.get(kind), ids[kind]
        if known is not None:
            records[kind] = Record(number, known["hash"], known["held"], known["deleted"])
        elif number is not None:  # written before hashes were kept
            records[kind] = Record(number)
    return Link(
        outcome=row["outcome"],
        scored_at=row["scored_at"],
        lead=row["lead"],
        place=row["place"],
        records=records,
        reason=row["reason"],
        notes=tuple(row["notes"]),
    )
