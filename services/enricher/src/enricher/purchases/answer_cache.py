"""Answers that cost something, each kept under what was asked: while it is fresh nobody pays for it again.

Who asks holds a lease on the row, and renews it, but no transaction; who wants the same meanwhile waits for the answer.
It is kept before anything is made of it, so that a killed replica has at most the calls lost that were under way.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import uuid4

from common.errors import Unavailable
from common.group_commit import GroupCommit
from enricher.errors import StepSkipped
from enricher.purchases import vendor_answers
from enricher.purchases.guarded_call import Calls
from enricher.purchases.leases import LEASE, PATIENCE, renewed
from enricher.purchases.vendor_answers import Found, Question
from enricher.vendors.errors import Vendor

T = TypeVar("T")

#: Whose answers are everybody's.
PUBLIC = 0

_POLL_S = 0.1


class Form(NamedTuple, Generic[T]):
    """How an answer becomes JSON, and back. `load` raises ValueError, LookupError or TypeError for what is none."""

    dump: Callable[[T], Any]
    load: Callable[[Any], T]


class Paid(NamedTuple, Generic[T]):
    """An answer, and what it cost just now: nothing, if it had been bought before and is not new."""

    answer: T
    units: int = 0
    is_new: bool = False


class Bought:
    """Asks vendors through `calls`, once for the same while that is fresh."""

    def __init__(self, group_commit: GroupCommit, calls: Calls, *, lease: timedelta = LEASE) -> None:
        self._group_commit = group_commit
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
        question = Question(vendor, digest, uuid4(), fresh_for, self._lease)
        began = time.monotonic()
        while True:
            waited = timedelta(seconds=time.monotonic() - began)
            # What came while we waited was not there before.
            found = await self._find_or_claim(owner, replace(question, within=max(fresh_for, waited)))
            if found.is_ours:
                break
            if found.answer is not None:
                with suppress(ValueError, LookupError, TypeError):  # another version of the program left it
                    return Paid(form.load(json.loads(found.answer)))
                await self._group_commit(owner, vendor_answers.forget, question)
            elif waited > PATIENCE:
                raise StepSkipped(f"{vendor}: somebody else asks the same, and gets no answer")
            else:
                await asyncio.sleep(_POLL_S)
        answer = await self._buy(
            owner, question, form, lambda: self._calls.call(vendor, tenant_id, units=units, make=make, charged=charged)
        )
        return Paid(answer, charged(answer), is_new=True)

    async def _find_or_claim(self, owner: int, question: Question) -> Found:
        """As `vendor_answers` has it; cancelled, it leaves nothing claimed."""
        try:
            return await self._group_commit(owner, vendor_answers.find_or_claim, question)
        except asyncio.CancelledError:
            await self._leave(owner, question)
            raise

    async def _buy(self, owner: int, question: Question, form: Form[T], call: Callable[[], Awaitable[T]]) -> T:
        """The answer, kept; where there is none, the next one may ask at once."""

        async def renew() -> None:
            await self._group_commit(owner, vendor_answers.renew, question)

        is_kept = False
        try:
            async with renewed(renew, self._lease):
                answer = await call()
            text = json.dumps(form.dump(answer))
            await self._group_commit(owner, vendor_answers.keep, replace(question, answer=text))
            is_kept = True
        finally:
            if not is_kept:
                await self._leave(owner, question)
        return answer

    async def _leave(self, owner: int, question: Question) -> None:
        with suppress(Unavailable):  # the lease runs out by itself
            await self._group_commit(owner, vendor_answers.leave, question)
