"""The table `contacts`: one row per tenant, company and e-mail address or telephone number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.contracts import Contact
from common.postgres import Connection

SAVE = """
    INSERT INTO contacts AS known (tenant_id, company_id, kind, value, is_role, source_url, name, title, vendor,
                                   vendor_id, status, sub_status, updated_at)
    SELECT tenant(), found.*
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::text[], $10::text[], $11::text[], $12::timestamptz[]) AS found
    ON CONFLICT (tenant_id, company_id, kind, value) DO UPDATE
       SET is_role = excluded.is_role OR (known.is_role AND excluded.status IS NULL), source_url = excluded.source_url,
           name = coalesce(excluded.name, known.name), title = coalesce(excluded.title, known.title),
           vendor = coalesce(excluded.vendor, known.vendor), vendor_id = coalesce(excluded.vendor_id, known.vendor_id),
           status = coalesce(excluded.status, known.status),
           sub_status = CASE WHEN excluded.status IS NULL THEN known.sub_status ELSE excluded.sub_status END,
           updated_at = excluded.updated_at
     WHERE (known.is_role, known.source_url, known.name, known.title, known.vendor, known.vendor_id, known.status,
            known.sub_status)
           IS DISTINCT FROM
           (excluded.is_role OR (known.is_role AND excluded.status IS NULL), excluded.source_url,
            coalesce(excluded.name, known.name), coalesce(excluded.title, known.title),
            coalesce(excluded.vendor, known.vendor), coalesce(excluded.vendor_id, known.vendor_id),
            coalesce(excluded.status, known.status),
            CASE WHEN excluded.status IS NULL THEN known.sub_status ELSE excluded.sub_status END)
"""


@dataclass(frozen=True, slots=True)
class FoundContacts:
    """A company's contacts, without repeats. `vendor_ids` are the vendor's ids of persons, by bought address."""

    company_id: int
    contacts: Sequence[Contact]
    vendor_ids: Mapping[str, str]
    now: datetime


async def save(tx: Connection, found: Sequence[FoundContacts]) -> list[None]:
    """Saves the contacts. If a company is given twice, the later ones win.

    May be repeated; `updated_at` changes only with the content. Contacts that were not found again stay.
    """
    rows = {(of.company_id, it.kind, it.value): _row(of, it) for of in found for it in of.contacts}
    if rows:
        ordered = [row for _, row in sorted(rows.items())]  # one order of locking
        await tx.execute(SAVE, *zip(*ordered, strict=True))
    return [None] * len(found)


def _row(of: FoundContacts, contact: Contact) -> tuple[object, ...]:
    return (
        of.company_id,
        contact.kind,
        contact.value,
        contact.is_role,
        contact.source_url,
        contact.name,
        contact.title,
        contact.vendor,
        of.vendor_ids.get(contact.value),
        contact.status,
        contact.sub_status,
        of.now,
    )
