"""The table `vendor_answers`: answers by tenant, vendor and request. A caller that asks holds the row for a lease.

Rows of tenant 0 are public. All statements work on the rows of the transaction's tenant.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from common.postgres import Connection
from enricher.vendors.errors import Vendor

K = TypeVar("K")

#: Returns fresh answers and requests that others have claimed (`known`), and claims the rest (`claimed`). A request in
#: neither was claimed by others meanwhile. Only rows without a lease are updated.
FIND_OR_CLAIM = """
    WITH wanted AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[]) AS wanted (vendor, request_hash, asker)),
    known AS (
        SELECT wanted.vendor, wanted.request_hash, found.answer, found.is_being_asked
          FROM wanted
         CROSS JOIN LATERAL (
               SELECT answer, asking_until > clock_timestamp() AS is_being_asked FROM vendor_answers AS answers
                WHERE answers.tenant_id = tenant() AND answers.vendor = wanted.vendor
                  AND answers.request_hash = wanted.request_hash
                  AND (answered_at > clock_timestamp() - $4::interval OR asking_until > clock_timestamp())
                LIMIT 1) AS found),
    claimed AS (
        INSERT INTO vendor_answers AS known_ (tenant_id, vendor, request_hash, asker, asking_until)
        SELECT tenant(), vendor, request_hash, asker, clock_timestamp() + $5::interval FROM wanted
         WHERE NOT EXISTS (SELECT FROM known WHERE (known.vendor, known.request_hash)
                                                 = (wanted.vendor, wanted.request_hash))
         ORDER BY vendor, request_hash
        ON CONFLICT (tenant_id, vendor, request_hash) DO UPDATE
           SET asker = excluded.asker, asking_until = excluded.asking_until
         WHERE known_.asking_until <= clock_timestamp()
           AND (known_.answered_at IS NULL OR known_.answered_at <= clock_timestamp() - $4::interval)
        RETURNING vendor, request_hash)
    SELECT vendor, request_hash, answer, is_being_asked, false AS is_ours FROM known
     UNION ALL
    SELECT vendor, request_hash, NULL, false, true FROM claimed
"""
RENEW = """
    UPDATE vendor_answers SET asking_until = clock_timestamp() + $4::interval
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asker = $3 AND asking_until > '-infinity'
"""
SAVE = """
    UPDATE vendor_answers AS known
       SET answer = fresh.answer::json, answered_at = clock_timestamp(), asking_until = '-infinity'
      FROM unnest($1::text[], $2::text[], $3::text[]) AS fresh (vendor, request_hash, answer)
     WHERE known.tenant_id = tenant() AND known.vendor = fresh.vendor AND known.request_hash = fresh.request_hash
"""
RELEASE = """
    UPDATE vendor_answers SET asking_until = '-infinity'
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asker = $3
"""
DELETE_ANSWER = """
    UPDATE vendor_answers SET answer = NULL, answered_at = NULL
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asking_until <= clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A request to a vendor: `digest` is its SHA-256, `asker` identifies the caller, `answer` is JSON text to save.

    Answers younger than `within` are fresh. A claim holds for `lease`.
    """

    vendor: Vendor
    digest: str
    asker: UUID
    within: timedelta
    lease: timedelta
    answer: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.vendor, self.digest


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The result of `find_or_claim`: the answer as JSON text, a claim (`is_ours`), or neither while another asks."""

    answer: str | None = None
    is_ours: bool = False


async def find_or_claim(tx: Connection, questions: Sequence[Question]) -> list[ClaimResult]:
    """Finds fresh answers, and claims the requests that have none and are not claimed.

    Of equal requests, the first gets the claim.
    """
    found: list[ClaimResult] = [ClaimResult()] * len(questions)
    for (within, lease), places in _alike(questions, lambda it: (it.within, it.lease)).items():
        firsts = {questions[place].key: place for place in reversed(places)}
        wanted = [(*key, questions[place].asker) for key, place in firsts.items()]
        for row in await tx.fetch(FIND_OR_CLAIM, *zip(*wanted, strict=True), within, lease):
            key = row["vendor"], row["request_hash"]
            if row["is_ours"]:
                found[firsts[key]] = ClaimResult(is_ours=True)
            elif not row["is_being_asked"]:
                for place in places:
                    if questions[place].key == key:
                        found[place] = ClaimResult(row["answer"])
    return found


async def save(tx: Connection, questions: Sequence[Question]) -> list[None]:
    """Saves the answers and ends their claims."""
    rows = sorted({it.key: (*it.key, it.answer) for it in questions}.values())
    await tx.execute(SAVE, *zip(*rows, strict=True))
    return [None] * len(questions)


async def renew(tx: Connection, questions: Sequence[Question]) -> list[None]:
    """Extends the claims by another lease."""
    for it in sorted(questions, key=lambda it: it.key):
        await tx.execute(RENEW, it.vendor, it.digest, it.asker, it.lease)
    return [None] * len(questions)


async def release(tx: Connection, questions: Sequence[Question]) -> list[None]:
    """Ends the claims without an answer."""
    for it in sorted(questions, key=lambda it: it.key):
        await tx.execute(RELEASE, it.vendor, it.digest, it.asker)
    return [None] * len(questions)


async def delete_answers(tx: Connection, questions: Sequence[Question]) -> list[None]:
    """Deletes answers that this version of the program cannot read."""
    for it in sorted(questions, key=lambda it: it.key):
        await tx.execute(DELETE_ANSWER, it.vendor, it.digest)
    return [None] * len(questions)


def _alike(questions: Sequence[Question], by: Callable[[Question], K]) -> dict[K, list[int]]:
    """Groups the positions of the questions by a key."""
    alike: dict[K, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        alike[by(question)].append(place)
    return alike
