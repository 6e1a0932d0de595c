"""Rate limits per tenant and per user or API key for all requests, also for reads. Each replica counts for itself.

They are counted in memory (GCRA, as in charges.py), so that a list's page costs no round trip for them. Replicas do not
share them: together they admit the limit times their number. What causes work besides has limits of its own
(shared_rates.py).
"""

import math
import time
from collections.abc import Callable

from gateway.http.problems import Problem
from gateway.rates.moments import MOST, Moments
from gateway.rates.rate import Rate


class ReplicaRates:
    """Counts requests: `each` per minute of a tenant, and half of it of a subject."""

    def __init__(self, each: Rate, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._tenant = each
        self._subject = Rate(math.ceil(each.per_minute / 2))
        self._clock = clock
        #: When each tenant's and subject's next request would be due at a steady rate.
        self._due = Moments[tuple[int | None, str]](most)

    def __len__(self) -> int:
        """Counts the tenants and subjects that are remembered."""
        return len(self._due.keys())

    def admit(self, tenant_id: int | None, subject: str) -> None:
        """Counts a request; without a tenant, for its subject only. Raises Problem 429, which counts nothing."""
        now = self._clock()
        counted = [((tenant_id, subject), self._subject, subject)]
        if tenant_id is not None:
            counted.append(((tenant_id, ""), self._tenant, f"Tenant {tenant_id}"))
        due = [(key, self._due.of(key, now), rate, who) for key, rate, who in counted]
        for _, at, rate, who in due:
            wait_s = at - now - (rate.burst - 1) * rate.interval_s
            if wait_s > 1e-6:
                raise Problem(
                    429,
                    "Too many requests",
                    f"{who} may send {rate.per_minute} requests per minute. Nothing was done; try again later.",
                    retry_after_s=max(1, math.ceil(wait_s)),
                )
        self._due.keep({key: at + rate.interval_s for key, at, rate, _ in due}, now)
