"""Rate limits per tenant and for all tenants together, shared by all replicas of the gateway.

The generic cell rate algorithm (GCRA): for each tenant, and as tenant 0 for all together, `request_rates` stores the
time at which the next request would be due at a steady rate. A request is admitted if that time is no further ahead
than the burst allows, and moves it by one interval. So any period admits at most burst + rate * period requests. A
refused request changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from common.errors import Unavailable
from common.group_commit import GroupCommit
from common.postgres import Connection, Database
from gateway.problems import Problem

# One result per request, in their order; none for a tenant whose row is missing. Rows are locked in order of tenant,
# and the clock is read after that: so replicas neither deadlock nor admit a request twice. Times are whole
# microseconds, so a millionth of a request is tolerated.
CHARGE = """
    WITH asked AS (
        SELECT * FROM unnest($1::int[], $2::float8[], $3::int[]) WITH ORDINALITY AS it (tenant_id, step, burst, place)
    ), held AS MATERIALIZED (
        SELECT tenant_id, due_at FROM request_rates WHERE tenant_id = ANY(0 || $1) ORDER BY tenant_id FOR UPDATE
    ), moment AS MATERIALIZED (
        SELECT clock_timestamp() AS now, count(*) FROM held
    ), rate AS MATERIALIZED (
        SELECT tenant_id, now, greatest(extract(epoch FROM due_at - now)::float8, 0) AS ahead FROM held, moment
    ), by_own AS (
        SELECT asked.*, own.ahead, everyone.ahead AS all_ahead,
               floor(burst - own.ahead / step + 1e-6) >= row_number() OVER (PARTITION BY asked.tenant_id ORDER BY place)
                   AS fits
          FROM asked JOIN rate own ON own.tenant_id = asked.tenant_id JOIN rate everyone ON everyone.tenant_id = 0
    ), by_both AS MATERIALIZED (
        SELECT *, fits AND floor($5 - all_ahead / $4 + 1e-6) >= count(*) FILTER (WHERE fits) OVER (ORDER BY place)
                   AS is_let_in
          FROM by_own
    ), price AS (
        SELECT tenant_id, sum(step) AS seconds FROM by_both WHERE is_let_in GROUP BY tenant_id
        UNION ALL
        SELECT 0, $4 * count(*) FROM by_both WHERE is_let_in HAVING count(*) > 0
    ), charged AS (
        UPDATE request_rates SET due_at = rate.now + make_interval(secs => ahead + seconds)
          FROM price JOIN rate USING (tenant_id)
         WHERE request_rates.tenant_id = price.tenant_id
    )
    SELECT is_let_in, fits,
           CASE WHEN fits THEN all_ahead + $4 * (count(*) FILTER (WHERE is_let_in) OVER () - $5 + 1)
                ELSE ahead + step * (count(*) FILTER (WHERE is_let_in) OVER (PARTITION BY tenant_id) - burst + 1)
           END AS wait_s
      FROM by_both ORDER BY place
"""

# In order of tenant, like every lock on these rows.
CREATE = """
    INSERT INTO request_rates (tenant_id, due_at)
    SELECT tenant_id, 'epoch' FROM unnest($1::int[]) tenant_id ORDER BY tenant_id
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of requests per minute."""

    per_minute: int

    @property
    def interval_s(self) -> float:
        """Seconds from one request to the next, at a steady rate."""
        return 60 / self.per_minute

    @property
    def burst(self) -> int:
        """Requests at once after a pause: those of ten seconds, but at least ten, and at most those of a minute."""
        return max(self.per_minute // 6, min(self.per_minute, 10))


class Verdict(NamedTuple):
    """The decision on a request: if refused, whether by the tenant's limit or the common one, and for how long."""

    is_admitted: bool
    fits_own: bool
    wait_s: float


class Rates:
    """The limits: `each` for a tenant without a limit of its own, `everyone` for all tenants together."""

    def __init__(self, database: Database, *, each: Rate, everyone: Rate) -> None:
        self._each = each
        self._everyone = everyone
        self._ask = GroupCommit(database, [self._charge], spacing_s=0, crowd=None, autocommit=True)

    async def admit(self, tenant_id: int, own: int | None = None) -> None:
        """Counts a request. Raises Problem 429 above a limit; `own` is the tenant's own limit per minute.

        Without the database every request is admitted: it will fail by itself, and nothing is done then.
        """
        rate = self._each if own is None else Rate(own)
        try:
            verdict = await self._ask(None, self._charge, (tenant_id, rate))
        except Unavailable:
            return
        if verdict.is_admitted:
            return
        wait_s = max(1, math.ceil(verdict.wait_s))
        subject, limit = ("All tenants together", self._everyone) if verdict.fits_own else (f"Tenant {tenant_id}", rate)
        times = "once" if limit.per_minute == 1 else f"{limit.per_minute} times"
        raise Problem(
            429,
            "Too many requests",
            f"{subject} may ask {times} a minute. Nothing was done; try again in {wait_s} s.",
            retry_after_s=wait_s,
        )

    async def _charge(self, connection: Connection, asked: Sequence[tuple[int, Rate]]) -> list[Verdict]:
        tenants = [tenant_id for tenant_id, _ in asked]
        limits = [rate.interval_s for _, rate in asked], [rate.burst for _, rate in asked]
        everyone = self._everyone.interval_s, self._everyone.burst
        rows = await connection.fetch(CHARGE, tenants, *limits, *everyone)
        while len(rows) < len(asked):  # a tenant's first request, or PostgreSQL crashed and forgot the rates
            await connection.execute(CREATE, [0, *set(tenants)])
            rows = await connection.fetch(CHARGE, tenants, *limits, *everyone)
        return [Verdict(*row.values()) for row in rows]
