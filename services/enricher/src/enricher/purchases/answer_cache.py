"""A cache of paid answers, by vendor and request: a fresh answer is never paid for again.

The caller that asks the vendor holds a renewed lease on the row, not a transaction. Others that want the same answer
wait for it. An answer is saved before it is used, so a killed replica loses only the calls that were under way.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import uuid4

from common.errors import Unavailable
from common.forgotten.redaction import Redaction
from common.forgotten.suppression import Suppression
from common.handling.group_commit import GroupCommit
from enricher.errors import StepSkipped
from enricher.freshness import fresh_within
from enricher.purchases import vendor_answers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.purchases.leases import LEASE, WAIT_LIMIT, keep_renewing
from enricher.purchases.vendor_answers import ClaimResult, Question
from enricher.vendors.errors import Vendor

T = TypeVar("T")

#: The tenant id under which public answers are kept, for all tenants.
PUBLIC = 0

_POLL_S = 0.1


class Codec(NamedTuple, Generic[T]):
    """Converts an answer to JSON and back. `load` raises ValueError, LookupError or TypeError for other values."""

    dump: Callable[[T], Any]
    load: Callable[[Any], T]


class PaidAnswer(NamedTuple, Generic[T]):
    """An answer with the units charged now; a cached one (`is_new` is False) costs nothing."""

    answer: T
    units: int = 0
    is_new: bool = False


class AnswerCache:
    """Returns cached answers, and asks vendors through `calls` for the others. Forgotten values are in no answer."""

    def __init__(
        self, group_commit: GroupCommit, calls: GuardedCalls, suppression: Suppression, *, lease: timedelta = LEASE
    ) -> None:
        self._group_commit = group_commit
        self._calls = calls
        self._suppression = suppression
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
        codec: Codec[T],
        afresh: datetime | None = None,
        scopes: Collection[str] = (),
    ) -> PaidAnswer[T]:
        """Returns the answer to `request` (any JSON value), cached or from the vendor, at `tenant_id`'s cost.

        `scopes` are the UEN and the domains of the company that is asked about. `units` is the most that the call can
        cost. Answers from before `afresh` are not used. Raises StepSkipped if no answer can be had, and Unavailable.
        """
        owner = PUBLIC if is_public else tenant_id
        fresh_for = fresh_within(fresh_for, afresh)
        digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
        question = Question(vendor, digest, uuid4(), fresh_for, self._lease)
        began = time.monotonic()
        while True:
            waited = timedelta(seconds=time.monotonic() - began)
            # An answer that came while we waited counts as fresh.
            found = await self._find_or_claim(owner, replace(question, within=max(fresh_for, waited)))
            if found.is_ours:
                break
            if found.answer is not None:
                with suppress(ValueError, LookupError, TypeError):  # written by another version of the program
                    return PaidAnswer(codec.load(await self._allowed(json.loads(found.answer), scopes)))
                await self._group_commit(owner, vendor_answers.delete_answers, question)
            elif waited > WAIT_LIMIT:
                raise StepSkipped(f"{vendor}: another request for the same answer did not finish")
            else:
                await asyncio.sleep(_POLL_S)
        answer = await self._buy(
            owner,
            question,
            codec,
            lambda: self._calls.call(vendor, tenant_id, units=units, make=make, charged=charged),
            scopes,
        )
        return PaidAnswer(answer, charged(answer), is_new=True)

    async def _find_or_claim(self, owner: int, question: Question) -> ClaimResult:
        """Finds the answer or claims the request. When cancelled, releases the claim."""
        try:
            return await self._group_commit(owner, vendor_answers.find_or_claim, question)
        except asyncio.CancelledError:
            await self._release(owner, question)
            raise

    async def _buy(
        self,
        owner: int,
        question: Question,
        codec: Codec[T],
        call: Callable[[], Awaitable[T]],
        scopes: Collection[str],
    ) -> T:
        """Calls the vendor and saves the answer. On failure it releases the claim, so that others may ask at once."""

        async def renew() -> None:
            await self._group_commit(owner, vendor_answers.renew, question)

        is_kept = False
        try:
            async with keep_renewing(renew, self._lease):
                answer = await call()
            dumped = codec.dump(answer)
            allowed = await self._allowed(dumped, scopes)
            await self._group_commit(owner, vendor_answers.save, replace(question, answer=json.dumps(allowed)))
            is_kept = True
        finally:
            if not is_kept:
                await self._release(owner, question)
        return answer if allowed == dumped else codec.load(allowed)

    async def _allowed(self, answer: Any, scopes: Collection[str]) -> Any:
        forgotten = await self._suppression.current()
        return Redaction(forgotten, scopes).value(answer) if forgotten else answer

    async def _release(self, owner: int, question: Question) -> None:
        with suppress(Unavailable):  # the lease runs out by itself
            await self._group_commit(owner, vendor_answers.release, question)
