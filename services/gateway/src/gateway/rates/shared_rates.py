"""Rate limits per user or key, per tenant, and for all tenants together, shared by all replicas of the gateway.

The table `request_rates` counts (charges.py). A request that has room, by what this replica knows, is charged in the
background: it does not wait (credit.py). Where there is no room, or too much is not charged yet, the table decides.
"""

import asyncio
import math
from collections.abc import Sequence
from functools import partial

import structlog

from common.errors import Unavailable
from common.handling.group_commit import GroupCommit
from common.postgres import Connection, Database
from gateway.http.problems import Problem
from gateway.rates.charges import Request, Verdict, charge
from gateway.rates.credit import Credit, Limited
from gateway.rates.rate import Rate

log = structlog.get_logger(__name__)

#: Seconds that `close` waits for charges.
CLOSE_WITHIN_S = 5.0


class Rates:
    """The limits: `each` for a tenant without a limit of its own, `everyone` for all tenants together.

    `per_subject` is for a user or key; without it, that is half of its tenant's limit. `close` it before the database.
    """

    def __init__(self, database: Database, *, each: Rate, everyone: Rate, per_subject: Rate | None = None) -> None:
        self._each = each
        self._everyone = everyone
        self._per_subject = per_subject
        self._credit = Credit()
        self._charging: set[asyncio.Task[Verdict | None]] = set()
        self._ask = GroupCommit(database, [self._charge], spacing_s=0, crowd=None, autocommit=True)

    async def admit(self, tenant_id: int, subject: str, own: int | None = None) -> None:
        """Counts a request. Raises Problem 429 above a limit; `own` is the tenant's own limit per minute.

        Without the database every request is admitted: it will fail by itself, and nothing is done then.
        """
        tenant = self._each if own is None else Rate(own)
        per_subject = self._per_subject or Rate(math.ceil(tenant.per_minute / 2))
        limits = {(tenant_id, subject): per_subject, (tenant_id, ""): tenant, (0, ""): self._everyone}
        request = Request(tenant_id, subject, per_subject, tenant, self._credit.take(limits))
        # A task in any case: so the table is asked in the order in which requests came, as their credit was counted.
        charging = asyncio.create_task(self._verdict(request), name="charge")
        charging.add_done_callback(partial(self._answered, limits))  # also if it is cancelled before it begins
        if request.on_credit:
            self._charging.add(charging)
            charging.add_done_callback(self._charged)
            return
        verdict = await charging
        if verdict is None or verdict.is_admitted:
            return
        longest_s, who, limit = max(
            (verdict.all_wait_s, "All tenants together", self._everyone),
            (verdict.wait_s, f"Tenant {tenant_id}", tenant),
            (verdict.own_wait_s, f"{subject} of tenant {tenant_id}", per_subject),
            key=lambda it: it[0],
        )
        wait_s = max(1, math.ceil(longest_s))
        requests = "1 request" if limit.per_minute == 1 else f"{limit.per_minute} requests"
        raise Problem(
            429,
            "Too many requests",
            f"{who} may send {requests} per minute. Nothing was done; try again in {wait_s} s.",
            retry_after_s=wait_s,
        )

    async def close(self) -> None:
        """Waits until the requests that were admitted on credit are charged, at most `CLOSE_WITHIN_S`."""
        if not self._charging:
            return
        _, late = await asyncio.wait(self._charging, timeout=CLOSE_WITHIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _verdict(self, request: Request) -> Verdict | None:
        """Asks the table; `None` without the database."""
        try:
            verdict: Verdict = await self._ask(None, self._charge, request)
        except Unavailable:
            return None
        else:
            return verdict

    def _answered(self, limits: dict[Limited, Rate], task: "asyncio.Task[Verdict | None]") -> None:
        """Stores the table's answer, or that there is none."""
        verdict = None if task.cancelled() or task.exception() is not None else task.result()
        waits_s = verdict and dict(zip(limits, (verdict.own_wait_s, verdict.wait_s, verdict.all_wait_s), strict=True))
        self._credit.answered(limits, waits_s)

    async def _charge(self, connection: Connection, asked: Sequence[Request]) -> list[Verdict]:
        return await charge(connection, asked, self._everyone)

    def _charged(self, task: "asyncio.Task[Verdict | None]") -> None:
        self._charging.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("request_not_charged", exc_info=error)
