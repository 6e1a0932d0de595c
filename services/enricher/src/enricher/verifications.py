"""`email_verifications`: what a verifier said of an address, for the tenant that paid, in the verifier's words."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from common.postgres import Connection
from enricher.vendors.zerobounce import Verification

FRESH = """
    SELECT email, status, coalesce(sub_status, '') AS sub_status, did_you_mean, coalesce(is_free, false) AS is_free
      FROM email_verifications
     WHERE tenant_id = tenant() AND email = ANY($1::text[]) AND verified_at > now() - $2::interval
"""

SAVE = """
    INSERT INTO email_verifications AS known (tenant_id, email, status, sub_status, did_you_mean, is_free, verified_at)
    SELECT tenant(), email, status, nullif(sub_status, ''), did_you_mean, is_free, $6
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[])
           AS fresh (email, status, sub_status, did_you_mean, is_free)
     ORDER BY email
    ON CONFLICT (tenant_id, email) DO UPDATE
       SET status = excluded.status, sub_status = excluded.sub_status, did_you_mean = excluded.did_you_mean,
           is_free = excluded.is_free, verified_at = excluded.verified_at
     WHERE known.verified_at <= excluded.verified_at
"""


async def fresh(tx: Connection, emails: Sequence[str], within: timedelta) -> dict[str, Verification]:
    """What is known of these addresses of the transaction's tenant, no older than `within`."""
    return {row["email"]: Verification(**dict(row)) for row in await tx.fetch(FRESH, emails, within)}


async def save(tx: Connection, verified: Iterable[Verification], *, now: datetime) -> None:
    """Keeps what was said; the newest holds."""
    rows = [(it.email, it.status, it.sub_status, it.did_you_mean, it.is_free) for it in verified]
    if rows:
        await tx.execute(SAVE, *zip(*rows, strict=True), now)
