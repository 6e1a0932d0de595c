"""The table `email_verifications`: the verifier's result for an address, per tenant that paid.

A caller claims addresses for a lease before it asks, so that two replicas never both pay for one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from common.postgres import Connection
from enricher.vendors.zerobounce import Verification

FRESH = """
    SELECT email, status, coalesce(sub_status, '') AS sub_status, did_you_mean, coalesce(is_free, false) AS is_free
      FROM email_verifications
     WHERE tenant_id = tenant() AND email = ANY($1::text[]) AND verified_at > clock_timestamp() - $2::interval
"""
CLAIM = """
    INSERT INTO email_verifications AS known (tenant_id, email, asker, asking_until)
    SELECT tenant(), email, $2, clock_timestamp() + $4::interval
      FROM unnest($1::text[]) AS wanted (email)
     ORDER BY email
    ON CONFLICT (tenant_id, email) DO UPDATE SET asker = excluded.asker, asking_until = excluded.asking_until
     WHERE known.asking_until <= clock_timestamp()
       AND (known.verified_at IS NULL OR known.verified_at <= clock_timestamp() - $3::interval)
 RETURNING email
"""
RENEW = """
    UPDATE email_verifications SET asking_until = clock_timestamp() + $3::interval
     WHERE tenant_id = tenant() AND email = ANY($1::text[]) AND asker = $2 AND asking_until > '-infinity'
"""
RELEASE = """
    UPDATE email_verifications SET asking_until = '-infinity'
     WHERE tenant_id = tenant() AND email = ANY($1::text[]) AND asker = $2
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
     WHERE known.verified_at IS NULL OR known.verified_at <= excluded.verified_at
"""


async def fresh(tx: Connection, emails: Sequence[str], within: timedelta) -> dict[str, Verification]:
    """Finds the tenant's results for these addresses that are no older than `within`."""
    return {row["email"]: Verification(**dict(row)) for row in await tx.fetch(FRESH, emails, within)}


async def claim(tx: Connection, emails: Sequence[str], asker: UUID, within: timedelta, lease: timedelta) -> set[str]:
    """Claims the addresses that have no fresh result and no other claim, and returns them."""
    return {row["email"] for row in await tx.fetch(CLAIM, emails, asker, within, lease)}


async def renew(tx: Connection, emails: Sequence[str], asker: UUID, lease: timedelta) -> None:
    """Extends the asker's claims by another lease."""
    await tx.execute(RENEW, emails, asker, lease)


async def release(tx: Connection, emails: Sequence[str], asker: UUID) -> None:
    """Ends the asker's claims. May be repeated."""
    await tx.execute(RELEASE, emails, asker)


async def save(tx: Connection, verified: Iterable[Verification], *, now: datetime) -> None:
    """Saves the results; the newest wins."""
    rows = [(it.email, it.status, it.sub_status, it.did_you_mean, it.is_free) for it in verified]
    if rows:
        await tx.execute(SAVE, *zip(*rows, strict=True), now)
