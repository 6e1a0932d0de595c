"""Ways to reach a company, in PostgreSQL: one row per tenant, company and address or number. Found again, it stays."""

from collections.abc import Sequence
from datetime import datetime

from common.contracts import Contact
from common.postgres import Connection

SAVE = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, is_role, source_url, updated_at)
    SELECT tenant(), $1, kind, value, is_role, source_url, $6
      FROM unnest($2::text[], $3::text[], $4::bool[], $5::text[]) AS found (kind, value, is_role, source_url)
    ON CONFLICT (tenant_id, company_id, kind, value) DO UPDATE
       SET is_role = excluded.is_role, source_url = excluded.source_url, updated_at = excluded.updated_at
     WHERE (contacts.is_role, contacts.source_url) IS DISTINCT FROM (excluded.is_role, excluded.source_url)
"""


async def save(tx: Connection, company_id: int, contacts: Sequence[Contact], *, now: datetime) -> None:
    """Keeps these contacts, each of which is named once. May be repeated; `updated_at` moves only if content did."""
    ordered = sorted(contacts, key=lambda contact: (contact.kind, contact.value))  # one order of locking
    await tx.execute(
        SAVE,
        company_id,
        [contact.kind for contact in ordered],
        [contact.value for contact in ordered],
        [contact.is_role for contact in ordered],
        [contact.source_url for contact in ordered],
        now,
    )
