"""Ways to reach a company, in PostgreSQL: one row per tenant, company and address or number. Found again, it stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from common.contracts import Contact
from common.postgres import Connection

SAVE = """
    INSERT INTO contacts AS known (tenant_id, company_id, kind, value, is_role, source_url, name, title, vendor,
                                   vendor_id, status, sub_status, updated_at)
    SELECT tenant(), $1, found.*, $12
      FROM unnest($2::text[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::text[]) AS found
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


async def save(
    tx: Connection, company_id: int, contacts: Sequence[Contact], vendor_ids: Mapping[str, str], *, now: datetime
) -> None:
    """Keeps these contacts, each named once; `vendor_ids` are the persons' behind addresses that were bought.

    May be repeated; `updated_at` moves only if content did. What is not known any more is not forgotten.
    """
    ordered = sorted(contacts, key=lambda contact: (contact.kind, contact.value))  # one order of locking
    await tx.execute(
        SAVE,
        company_id,
        [contact.kind for contact in ordered],
        [contact.value for contact in ordered],
        [contact.is_role for contact in ordered],
        [contact.source_url for contact in ordered],
        [contact.name for contact in ordered],
        [contact.title for contact in ordered],
        [contact.vendor for contact in ordered],
        [vendor_ids.get(contact.value) for contact in ordered],
        [contact.status for contact in ordered],
        [contact.sub_status for contact in ordered],
        now,
    )
