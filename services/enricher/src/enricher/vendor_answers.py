"""`vendor_answers`: what vendors answered, by what was asked; who asks now holds the row for a lease.

Of the transaction's tenant; tenant 0's are everybody's.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.postgres import Connection
from enricher.vendors.errors import Vendor

FIND = """
    SELECT answer, asking_until > clock_timestamp() AS is_being_asked FROM vendor_answers
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2
       AND (answered_at > clock_timestamp() - $3::interval OR asking_until > clock_timestamp())
"""
CLAIM = """
    INSERT INTO vendor_answers AS known (tenant_id, vendor, request_hash, asker, asking_until)
    VALUES (tenant(), $1, $2, $4, clock_timestamp() + $5::interval)
    ON CONFLICT (tenant_id, vendor, request_hash) DO UPDATE
       SET asker = excluded.asker, asking_until = excluded.asking_until
     WHERE known.asking_until <= clock_timestamp()
       AND (known.answered_at IS NULL OR known.answered_at <= clock_timestamp() - $3::interval)
 RETURNING true
"""
RENEW = """
    UPDATE vendor_answers SET asking_until = clock_timestamp() + $4::interval
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asker = $3 AND asking_until > '-infinity'
"""
KEEP = """
    UPDATE vendor_answers SET answer = $3::json, answered_at = clock_timestamp(), asking_until = '-infinity'
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2
"""
LEAVE = """
    UPDATE vendor_answers SET asking_until = '-infinity'
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asker = $3
"""
FORGET = """
    UPDATE vendor_answers SET answer = NULL, answered_at = NULL
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asking_until <= clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, `digest` being the SHA-256 of it, and by whom."""

    vendor: Vendor
    digest: str
    asker: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """Either `is_ours` to ask, or somebody's: the answer as JSON text, None while it is under way."""

    answer: str | None = None
    is_ours: bool = False


async def find_or_claim(tx: Connection, question: Question, within: timedelta, lease: timedelta) -> Found:
    """The answer no older than `within`; the right to ask, where there is none and nobody asks."""
    key = question.vendor, question.digest
    row = await tx.fetchrow(FIND, *key, within)
    if row is None:
        return Found(is_ours=bool(await tx.fetchval(CLAIM, *key, within, question.asker, lease)))
    return Found(None if row["is_being_asked"] else row["answer"])


async def renew(tx: Connection, question: Question, lease: timedelta) -> None:
    """Holds on to the right to ask for another lease."""
    await tx.execute(RENEW, question.vendor, question.digest, question.asker, lease)


async def keep(tx: Connection, question: Question, answer: str) -> None:
    """Keeps the answer, for all who wait for it."""
    await tx.execute(KEEP, question.vendor, question.digest, answer)


async def leave(tx: Connection, question: Question) -> None:
    """Gives the right to ask back, without an answer."""
    await tx.execute(LEAVE, question.vendor, question.digest, question.asker)


async def forget(tx: Connection, question: Question) -> None:
    """Drops an answer that nobody can read."""
    await tx.execute(FORGET, question.vendor, question.digest)
