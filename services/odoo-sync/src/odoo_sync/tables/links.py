"""Links between companies and their records in Odoo (`odoo_links`). An older score never undoes a newer one."""

from collections.abc import Mapping, Sequence

import asyncpg
import orjson

from common.cloudevents import encode_body
from common.contracts import LeadScored
from common.postgres import Connection
from odoo_sync.model import KINDS, RESYNCED, Kind, Link, LinkStatus, Record, SyncOutcome

FIND_STATUSES = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, reason, enriched_at, scored_at, digest
      FROM odoo_links WHERE company_id = ANY($1::bigint[])
"""
FIND = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links WHERE company_id = ANY($1::bigint[])
"""
PAGE = """
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links WHERE company_id > $1 ORDER BY company_id LIMIT $2
"""
# A company that is struck off is not scored again, so a resync has to update its lead.
_IS_OUTDATED = """
    lead_id IS NOT NULL AND EXISTS (
        SELECT FROM companies
         WHERE companies.company_id = odoo_links.company_id AND status IS DISTINCT FROM lead->'company'->>'status'
           AND (status IN ('closing', 'gone') OR lead->'company'->>'status' IN ('closing', 'gone')))
"""
FIND_RESYNCED = f"""
    SELECT company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place, records,
           reason, notes
      FROM odoo_links
     WHERE company_id > $1 AND lead IS NOT NULL AND (outcome = ANY($3::text[]) OR place <> $4 OR {_IS_OUTDATED})
     ORDER BY company_id LIMIT $2
"""
COUNT_RESYNCED = f"""
    SELECT count(*) FROM odoo_links
     WHERE lead IS NOT NULL AND (outcome = ANY($1::text[]) OR place <> $2 OR {_IS_OUTDATED})
"""
HAS_OUTDATED = (
    f"SELECT EXISTS (SELECT FROM odoo_links WHERE outcome = 'synced' AND lead IS NOT NULL AND {_IS_OUTDATED})"
)
FIND_REGISTERED = "SELECT company_id, status FROM companies WHERE company_id = ANY($1::bigint[])"
OUT_OF_SIGHT = "SELECT reason FROM odoo_links WHERE outcome = 'refused' AND reason LIKE 'out of sight:%'"
COUNT = "SELECT count(*) AS links, count(*) FILTER (WHERE lead IS NULL) AS without_lead FROM odoo_links"
FIND_OWNERS = "SELECT partner_id, company_id FROM odoo_links WHERE partner_id = ANY($1::bigint[]) AND place = $2"

# None of the three statements changes a link that holds a newer score. The same score may be written again.
SAVE = """
    INSERT INTO odoo_links AS known (tenant_id, company_id, outcome, partner_id, contact_id, lead_id, enriched_at,
                                     scored_at, digest, lead, place, records, reason, notes)
    SELECT tenant(), company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place,
           records, reason, ARRAY(SELECT json_array_elements_text(notes))
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                  $7::timestamptz[], $8::text[], $9::json[], $10::text[], $11::json[], $12::text[], $13::json[])
        AS new (company_id, outcome, partner_id, contact_id, lead_id, enriched_at, scored_at, digest, lead, place,
                records, reason, notes)
     ORDER BY company_id  -- concurrent chunks lock in one order
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET outcome = excluded.outcome,
           partner_id = excluded.partner_id,
           contact_id = excluded.contact_id,
           lead_id = excluded.lead_id,
           enriched_at = excluded.enriched_at,
           scored_at = excluded.scored_at,
           digest = excluded.digest,
           lead = coalesce(excluded.lead, known.lead), -- the link is older than the column
           place = excluded.place,
           records = excluded.records,
           reason = excluded.reason,
           notes = excluded.notes,
           updated_at = now()
     WHERE (known.enriched_at, known.scored_at) <= (excluded.enriched_at, excluded.scored_at)
"""
# Keeps what is known of the records: Odoo may come back.
SAVE_UNSENT = """
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
# Most leads of a night are unchanged: only their times are written.
MARK_UNCHANGED = """
    UPDATE odoo_links AS known SET enriched_at = new.enriched_at, scored_at = new.scored_at
      FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS new (company_id, enriched_at, scored_at)
     WHERE known.tenant_id = tenant() AND known.company_id = new.company_id
       AND (known.enriched_at, known.scored_at) < (new.enriched_at, new.scored_at)
"""


async def find_statuses(tx: Connection, company_ids: Sequence[int]) -> dict[int, LinkStatus]:
    """Reads the status of the tenant's links, by company."""
    return {row[0]: LinkStatus(*row[1:]) for row in await tx.fetch(FIND_STATUSES, company_ids)}


async def find(tx: Connection, company_ids: Sequence[int]) -> dict[int, Link]:
    """Reads the tenant's links of these companies."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(FIND, company_ids)}


async def page(tx: Connection, after: int, limit: int) -> dict[int, Link]:
    """Reads the tenant's next links after a company, ordered by company."""
    return {row["company_id"]: _link(row) for row in await tx.fetch(PAGE, after, limit)}


async def find_resynced(
    tx: Connection, after: int, limit: int, place: str, outcomes: Sequence[str] = RESYNCED
) -> dict[int, Link]:
    """Reads the next links that a resync tries again.

    They have one of these outcomes, belong to another Odoo than `place`, or have a lead that does not say yet that its
    company is struck off.
    """
    return {row["company_id"]: _link(row) for row in await tx.fetch(FIND_RESYNCED, after, limit, outcomes, place)}


async def count_resynced(tx: Connection, place: str, outcomes: Sequence[str] = RESYNCED) -> int:
    """Counts the links that a resync tries again."""
    return int(await tx.fetchval(COUNT_RESYNCED, outcomes, place))


async def has_outdated(tx: Connection) -> bool:
    """Whether a lead in Odoo does not say yet that its company is struck off or closing, or wrongly says so."""
    return bool(await tx.fetchval(HAS_OUTDATED))


async def find_registered(tx: Connection, company_ids: Sequence[int]) -> dict[int, str | None]:
    """Reads the present status of companies in the register ("live", "closing", "gone"), by company."""
    return {row["company_id"]: row["status"] for row in await tx.fetch(FIND_REGISTERED, company_ids)}


async def out_of_sight(tx: Connection) -> list[str]:
    """Reads the reasons of the leads whose records the user may not see."""
    return [row["reason"] for row in await tx.fetch(OUT_OF_SIGHT)]


async def count(tx: Connection) -> tuple[int, int]:
    """Counts the links, and those written before leads were stored in them."""
    row = await tx.fetchrow(COUNT)
    return (row["links"], row["without_lead"]) if row else (0, 0)


async def owners(tx: Connection, partner_ids: Sequence[int], place: str) -> dict[int, int]:
    """Maps each of these partners that has a link to the company of that link."""
    return {row["partner_id"]: row["company_id"] for row in await tx.fetch(FIND_OWNERS, partner_ids, place)}


async def save(tx: Connection, links: Mapping[int, Link]) -> None:
    """Writes links by company, except over a newer score. May be repeated."""
    rows = [
        (
            *(company_id, link.outcome, *(link.record(kind).id for kind in KINDS)),
            *(link.enriched_at, link.scored_at, link.digest, link.lead, link.place, _packed(link.records)),
            *(link.reason, orjson.dumps(link.notes).decode()),
        )
        for company_id, link in links.items()
    ]
    if rows:
        await tx.execute(SAVE, *(list(column) for column in zip(*rows, strict=True)))


async def save_unsent(
    tx: Connection, leads: Mapping[int, LeadScored], outcome: SyncOutcome, reason: str | None
) -> dict[int, LinkStatus]:
    """Stores leads that cannot be sent now, for a later resync; returns their status. May be repeated."""
    events = leads.values()
    times = [it.enriched_at for it in events], [it.scored_at for it in events]
    await tx.execute(SAVE_UNSENT, list(leads), outcome, reason, *times, [encode_body(it).decode() for it in events])
    return {
        company_id: LinkStatus(outcome, None, None, None, reason, it.enriched_at, it.scored_at, None)
        for company_id, it in leads.items()
    }


async def mark_unchanged(tx: Connection, leads: Mapping[int, LeadScored]) -> None:
    """Advances the times of links whose leads changed nothing. May be repeated."""
    events = leads.values()
    await tx.execute(MARK_UNCHANGED, list(leads), [it.enriched_at for it in events], [it.scored_at for it in events])


def _packed(records: Mapping[Kind, Record]) -> str:
    return orjson.dumps(
        {
            kind: {
                "hash": it.hash,
                "held": it.held,
                "deleted": it.is_deleted,
                "name": it.name,
                "made": it.made,
                "told": it.notes_written,
            }
            for kind, it in records.items()
        }
    ).decode()


def _link(row: "asyncpg.Record") -> Link:
    packed = orjson.loads(row["records"])
    ids: dict[Kind, int | None] = {"company": row["partner_id"], "contact": row["contact_id"], "lead": row["lead_id"]}
    records: dict[Kind, Record] = {}
    for kind in KINDS:
        known, number = packed.get(kind), ids[kind]
        if known is not None:
            records[kind] = Record(
                *(number, known["hash"], known["held"], known["deleted"], known.get("name", ""), known.get("made", "")),
                tuple(known.get("told", ())),
            )
        elif number is not None:  # the link is older than the column
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
