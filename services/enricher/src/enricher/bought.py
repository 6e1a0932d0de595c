"""Answers that cost something, each kept under what was asked: while it is fresh nobody pays for it again.

Who asks holds a lease on the row, no transaction; who wants the same meanwhile waits for the answer. It is kept before
anything is made of it, so that a killed replica has at most the calls lost that were under way.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import uuid4

from common.errors import Unavailable
from common.postgres import Database
from enricher.calling import Calls, StepSkipped
from enricher.vendors.errors import Vendor

T = TypeVar("T")

#: Whose answers are everybody's.
PUBLIC = 0

FRESH = """
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
KEEP = """
    UPDATE vendor_answers SET answer = $3::json, answered_at = clock_timestamp(), asking_until = '-infinity'
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2
"""
LEAVE = """
    UPDATE vendor_answers SET asking_until = '-infinity'
     WHERE tenant_id = tenant() AND vendor = $1 AND request_hash = $2 AND asker = $3
"""

_POLL_S = 0.1


class Form(NamedTuple, Generic[T]):
    """How an answer becomes JSON, and back."""

    dump: Callable[[T], Any]
    load: Callable[[Any], T]


class Paid(NamedTuple, Generic[T]):
    """An answer, and what it cost just now: nothing, if it had been bought before."""

    answer: T
    units: int


class Bought:
    """Asks vendors through `calls`, once for the same while that is fresh. `lease` is longer than any call takes."""

    def __init__(self, database: Database, calls: Calls, *, lease: timedelta = timedelta(minutes=3)) -> None:
        self._database = database
        self._calls = calls
        self._lease = lease

    async def ask(
        self,
        vendor: Vendor,
        tenant_id: int,
        request: object,
        *,
        is_public: bool,
        fresh_for: timedelta,
        units: int,
        make: Callable[[], Awaitable[T]],
        charged: Callable[[T], int],
        form: Form[T],
    ) -> Paid[T]:
        """The answer to `request` (whatever JSON can hold), kept or from the vendor, at `tenant_id`'s cost.

        `units` is the most that it can cost. Raises StepSkipped where there is none to be had, Unavailable.
        """
        owner = PUBLIC if is_public else tenant_id
        digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        asker = uuid4()
        waiting_until = time.monotonic() + self._lease.total_seconds()
        while True:
            async with self._database.transaction(owner) as tx:
                row = await tx.fetchrow(FRESH, vendor, digest, fresh_for)
                if row is not None and row["answer"] is not None and not row["is_being_asked"]:
                    return Paid(form.load(json.loads(row["answer"])), 0)
                is_ours = row is None and await tx.fetchval(CLAIM, vendor, digest, fresh_for, asker, self._lease)
            if is_ours:
                break
            if time.monotonic() > waiting_until:
                raise StepSkipped(f"{vendor}: somebody else asks the same, and gets no answer")
            await asyncio.sleep(_POLL_S)
        is_kept = False
        try:
            answer = await self._calls.call(vendor, tenant_id, units=units, make=make, charged=charged)
            async with self._database.transaction(owner) as tx:
                await tx.execute(KEEP, vendor, digest, json.dumps(form.dump(answer)))
            is_kept = True
        finally:
            if not is_kept:
                with suppress(Unavailable):  # the lease runs out by itself
                    async with self._database.transaction(owner) as tx:
                        await tx.execute(LEAVE, vendor, digest, asker)
        return Paid(answer, charged(answer))
