"""Verifies e-mail addresses in batches. Addresses of one tenant that arrive within a moment share a batch.

An address is paid for once in 30 days: answers are saved at once, and callers that ask for an address under
verification, in any replica, wait for that answer.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from common.handling.group_commit import GroupCommit
from common.postgres import Connection, Database
from enricher.contacts import email_verifications
from enricher.errors import StepSkipped
from enricher.freshness import fresh_within
from enricher.purchases.guarded_call import GuardedCalls
from enricher.purchases.leases import LEASE, WAIT_LIMIT, keep_renewing
from enricher.vendors.zerobounce import Verification, ZeroBounce, verify_cost

FRESH_FOR = timedelta(days=30)
BATCH = 100
LINGER_S = 0.25
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Verified:
    """Verifications by address. `reasons` say why some are missing; `units` were charged now, for new ones."""

    known: Mapping[str, Verification] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    units: int = 0
    is_new: bool = False


class Verifier:
    """Verifies addresses through ZeroBounce, with a queue per tenant. `close` cancels the batches in progress."""

    def __init__(
        self,
        database: Database,
        group_commit: GroupCommit,
        calls: GuardedCalls,
        zerobounce: ZeroBounce | None,
        *,
        linger_s: float = LINGER_S,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._group_commit = group_commit
        self._lease = lease
        self._calls = calls
        self._zerobounce = zerobounce
        self._linger_s = linger_s
        self._under_way: dict[tuple[int, str], asyncio.Future[Verification | str]] = {}
        self._afresh: dict[tuple[int, str], datetime] = {}
        self._waiting: dict[int, list[str]] = defaultdict(list)
        self._senders: set[asyncio.Task[None]] = set()

    async def verify(self, tenant_id: int, emails: Iterable[str], *, afresh: datetime | None = None) -> Verified:
        """Verifies these addresses, from saved results (none from before `afresh`) or by a new request.

        Raises Unavailable.

        Cancelling it does not cancel the batch: others may wait for it, and its answer is saved.
        """
        wanted = list(dict.fromkeys(emails))
        known = await self._group_commit(tenant_id, find_known, (fresh_within(FRESH_FOR, afresh), tuple(wanted)))
        missing = [email for email in wanted if email not in known]
        if not missing:
            return Verified(known)
        if self._zerobounce is None:
            return Verified(known, ("zerobounce: no key",))
        first = [email for email in missing if (tenant_id, email) not in self._under_way]
        if afresh is not None:
            self._afresh |= {(tenant_id, email): afresh for email in first}
        answers = await asyncio.gather(*(self._enqueue(tenant_id, email) for email in missing))
        found = {it.email: it for it in answers if isinstance(it, Verification)}
        reasons = dict.fromkeys(it for it in answers if isinstance(it, str))
        units = sum(found[email].cost for email in first if email in found)
        return Verified(known | found, tuple(reasons), units, is_new=bool(found))

    async def close(self) -> None:
        """Cancels the batches in progress."""
        senders = list(self._senders)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)

    def _enqueue(self, tenant_id: int, email: str) -> "asyncio.Future[Verification | str]":
        """Queues the address unless it is queued already, and returns the future of its result."""
        key = (tenant_id, email)
        if key not in self._under_way:
            self._under_way[key] = asyncio.get_running_loop().create_future()
            waiting = self._waiting[tenant_id]
            waiting.append(email)
            if len(waiting) == 1 or len(waiting) % BATCH == 0:  # at least as many senders as batches
                self._start(tenant_id, self._linger_s if len(waiting) == 1 else 0)
        return asyncio.shield(self._under_way[key])

    def _start(self, tenant_id: int, pause: float) -> None:
        sender = asyncio.create_task(self._send(tenant_id, pause), name=f"verify for tenant {tenant_id}")
        self._senders.add(sender)
        sender.add_done_callback(self._senders.discard)

    async def _send(self, tenant_id: int, pause: float) -> None:
        """Sends one batch of the waiting addresses after `pause`, and resolves the future of each address."""
        await asyncio.sleep(pause)
        waiting = self._waiting[tenant_id]
        batch, self._waiting[tenant_id] = waiting[:BATCH], waiting[BATCH:]
        unanswered, began = set(batch), time.monotonic()
        try:
            while unanswered:
                for email, said in (await self._ask(tenant_id, sorted(unanswered))).items():
                    self._resolve(tenant_id, email, said)
                    unanswered.discard(email)
                if unanswered:
                    if time.monotonic() - began > WAIT_LIMIT.total_seconds():
                        raise StepSkipped("zerobounce: another request for the same answer did not finish")
                    await asyncio.sleep(_POLL_S)
        except BaseException as error:
            for email in unanswered:
                self._resolve(tenant_id, email, error)
            if not isinstance(error, Exception):
                raise

    def _resolve(self, tenant_id: int, email: str, answer: Verification | str | BaseException) -> None:
        future = self._under_way.pop((tenant_id, email))
        self._afresh.pop((tenant_id, email), None)
        if isinstance(answer, StepSkipped):
            future.set_result(answer.reason)
        elif isinstance(answer, BaseException):
            future.set_exception(answer)
            future.exception()  # marks it as retrieved: perhaps nobody waits any more
        else:
            future.set_result(answer)

    async def _ask(self, tenant_id: int, emails: Sequence[str]) -> dict[str, Verification | str]:
        """Returns saved results, and requests results for the addresses that no other caller has claimed."""
        asker, ours = uuid4(), set[str]()
        said: dict[str, Verification | str] = {}
        alike: dict[datetime | None, list[str]] = defaultdict(list)
        for email in emails:
            alike[self._afresh.get((tenant_id, email))].append(email)
        async with self._database.transaction(tenant_id) as tx:
            for afresh, some in alike.items():
                within = fresh_within(FRESH_FOR, afresh)
                said |= await email_verifications.fresh(tx, some, within)
                missing = [it for it in some if it not in said]
                ours |= await email_verifications.claim(tx, missing, asker, within, self._lease)
        return said | (await self._buy(tenant_id, sorted(ours), asker) if ours else {})

    async def _buy(self, tenant_id: int, emails: Sequence[str], asker: UUID) -> dict[str, Verification | str]:
        zerobounce = self._zerobounce
        assert zerobounce is not None  # noqa: S101 # nothing is queued without it
        results: Sequence[Verification] = ()

        async def renew() -> None:
            async with self._database.transaction(tenant_id) as tx:
                await email_verifications.renew(tx, emails, asker, self._lease)

        try:
            async with keep_renewing(renew, self._lease):
                answer = await self._calls.call(
                    "zerobounce",
                    tenant_id,
                    units=verify_cost(len(emails)),
                    make=lambda: zerobounce.verify(emails),
                    charged=lambda said: said.credits,
                )
            results = answer.results
        finally:
            async with self._database.transaction(tenant_id) as tx:
                await email_verifications.save(tx, results, now=datetime.now(UTC))
                await email_verifications.release(tx, emails, asker)
        return {it.email: it for it in results} | {email: f"zerobounce: {why}" for email, why in answer.failed}


async def find_known(
    tx: Connection, wanted: Sequence[tuple[timedelta, tuple[str, ...]]]
) -> list[dict[str, Verification]]:
    """Finds the verifications of each company's addresses that are no older than the company's limit."""
    alike: dict[timedelta, set[str]] = defaultdict(set)
    for within, emails in wanted:
        alike[within].update(emails)
    known = {within: await email_verifications.fresh(tx, sorted(emails), within) for within, emails in alike.items()}
    return [{email: known[within][email] for email in emails if email in known[within]} for within, emails in wanted]
