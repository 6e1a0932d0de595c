"""Verifies e-mail addresses in batches across companies: those of one tenant that come within a moment go together.

An address is paid for once in 30 days: answers are kept the moment that they come, and who asks for an address that is
under way waits for that answer.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from common.postgres import Database
from enricher import verifications
from enricher.calling import Calls, StepSkipped
from enricher.vendors.zerobounce import Verification, ZeroBounce, verify_cost

FRESH_FOR = timedelta(days=30)
BATCH = 100
LINGER_S = 0.25


@dataclass(frozen=True, slots=True)
class Verified:
    """What is known of each address, and why of others nothing is. `units` were charged for them just now."""

    known: dict[str, Verification] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    units: int = 0


class Verifier:
    """ZeroBounce behind a queue per tenant. Its tasks end with the calls that wait for them."""

    def __init__(
        self, database: Database, calls: Calls, zerobounce: ZeroBounce | None, *, linger_s: float = LINGER_S
    ) -> None:
        self._database = database
        self._calls = calls
        self._zerobounce = zerobounce
        self._linger_s = linger_s
        self._under_way: dict[tuple[int, str], asyncio.Future[Verification | str]] = {}
        self._waiting: dict[int, list[str]] = defaultdict(list)
        self._senders: set[asyncio.Task[None]] = set()

    async def verify(self, tenant_id: int, emails: Iterable[str]) -> Verified:
        """What a verifier says of these addresses, from what is kept or asked now. Raises StepSkipped without a key."""
        wanted = list(dict.fromkeys(emails))
        async with self._database.transaction(tenant_id) as tx:
            known = await verifications.fresh(tx, wanted, FRESH_FOR)
        missing = [email for email in wanted if email not in known]
        if not missing:
            return Verified(known)
        if self._zerobounce is None:
            raise StepSkipped("zerobounce: no key")
        answers = await asyncio.gather(*(self._enqueue(tenant_id, email) for email in missing))
        found = {it.email: it for it in answers if isinstance(it, Verification)}
        reasons = dict.fromkeys(it for it in answers if isinstance(it, str))
        return Verified(known | found, tuple(reasons), units=len(found))

    def _enqueue(self, tenant_id: int, email: str) -> "asyncio.Future[Verification | str]":
        """The answer to come; asked for together with others, once."""
        key = (tenant_id, email)
        if key not in self._under_way:
            self._under_way[key] = asyncio.get_running_loop().create_future()
            waiting = self._waiting[tenant_id]
            waiting.append(email)
            if len(waiting) == 1 or len(waiting) == BATCH:
                pause = self._linger_s if len(waiting) == 1 else 0
                sender = asyncio.create_task(self._send(tenant_id, pause), name=f"verify for tenant {tenant_id}")
                self._senders.add(sender)
                sender.add_done_callback(self._senders.discard)
        return asyncio.shield(self._under_way[key])

    async def _send(self, tenant_id: int, pause: float) -> None:
        """One batch of what waits by then; whoever waits for it learns what came of it, whatever that is."""
        await asyncio.sleep(pause)
        waiting = self._waiting[tenant_id]
        batch, self._waiting[tenant_id] = waiting[:BATCH], waiting[BATCH:]
        if not batch:
            return
        try:
            answers = await self._ask(tenant_id, batch)
        except BaseException as error:
            for email in batch:
                self._end(tenant_id, email, error)
            if not isinstance(error, Exception):
                raise
        else:
            for email in batch:
                self._end(tenant_id, email, answers[email])

    def _end(self, tenant_id: int, email: str, answer: Verification | str | BaseException) -> None:
        future = self._under_way.pop((tenant_id, email))
        if isinstance(answer, StepSkipped):
            future.set_result(answer.reason)
        elif isinstance(answer, BaseException):
            future.set_exception(answer)
            future.exception()  # retrieved: nobody may be waiting any more
        else:
            future.set_result(answer)

    async def _ask(self, tenant_id: int, emails: Sequence[str]) -> dict[str, Verification | str]:
        zerobounce = self._zerobounce
        assert zerobounce is not None  # noqa: S101 # nothing is queued without it
        answer = await self._calls.call(
            "zerobounce",
            tenant_id,
            units=verify_cost(len(emails)),
            make=lambda: zerobounce.verify(emails),
            charged=lambda said: said.credits,
        )
        async with self._database.transaction(tenant_id) as tx:
            await verifications.save(tx, answer.results, now=datetime.now(UTC))
        said: dict[str, Verification | str] = {it.email: it for it in answer.results}
        return said | {email: f"zerobounce: {why}" for email, why in answer.failed}
