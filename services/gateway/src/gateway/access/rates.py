"""Rate limits per user or key, per tenant, and for all tenants together, shared by all replicas of the gateway.

The generic cell rate algorithm (GCRA): `request_rates` has a row for each subject of a tenant, one for the tenant (its
subject is empty), and one for all together (tenant 0). It stores the time at which the next request would be due at a
steady rate. A request is admitted if in each of its three rows that time is no further ahead than the burst allows, and
moves it by one interval. So any period admits at most burst + rate * period requests. A refusal changes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from common.errors import Unavailable
from common.handling.group_commit import GroupCommit
from common.postgres import Connection, Database
from gateway.http.problems import Problem

# One result per request, in their order; none for one of which a row is missing. Rows are locked in order of tenant and
# subject, and the clock is read after that: so replicas neither deadlock nor admit a request twice. Times are whole
# microseconds, so a millionth of a request is tolerated. A refusal names the limit that lasts longest.
CHARGE = """
    WITH asked AS (
        SELECT * FROM unnest($1::int[], $2::text[], $3::float8[], $4::int[], $5::float8[], $6::int[])
                      WITH ORDINALITY AS it (tenant_id, subject, own_step, own_burst, step, burst, place)
    ), wanted AS (
        SELECT 0 AS tenant_id, '' AS subject UNION SELECT tenant_id, '' FROM asked
         UNION SELECT tenant_id, subject FROM asked
    ), held AS MATERIALIZED (
        SELECT tenant_id, subject, due_at FROM wanted JOIN request_rates USING (tenant_id, subject)
         ORDER BY tenant_id, subject FOR UPDATE OF request_rates
    ), moment AS MATERIALIZED (
        SELECT clock_timestamp() AS now, count(*) FROM held
    ), rate AS MATERIALIZED (
        SELECT tenant_id, subject, now, greatest(extract(epoch FROM due_at - now)::float8, 0) AS ahead FROM held, moment
    ), by_subject AS (
        SELECT asked.*, own.ahead AS own_ahead, its.ahead, everyone.ahead AS all_ahead,
               floor(own_burst - own.ahead / own_step + 1e-6)
                   >= row_number() OVER (PARTITION BY asked.tenant_id, asked.subject ORDER BY place) AS is_own_fit
          FROM asked
          JOIN rate own ON own.tenant_id = asked.tenant_id AND own.subject = asked.subject
          JOIN rate its ON its.tenant_id = asked.tenant_id AND its.subject = ''
          JOIN rate everyone ON everyone.tenant_id = 0 AND everyone.subject = ''
    ), by_tenant AS (
        SELECT *, is_own_fit AND floor(burst - ahead / step + 1e-6)
                   >= count(*) FILTER (WHERE is_own_fit) OVER (PARTITION BY tenant_id ORDER BY place) AS is_fit
          FROM by_subject
    ), by_all AS MATERIALIZED (
        SELECT *, is_fit AND floor($8 - all_ahead / $7 + 1e-6)
                   >= count(*) FILTER (WHERE is_fit) OVER (ORDER BY place) AS is_let_in
          FROM by_tenant
    ), price AS (
        SELECT tenant_id, subject, sum(own_step) AS seconds FROM by_all WHERE is_let_in GROUP BY tenant_id, subject
        UNION ALL
        SELECT tenant_id, '', sum(step) FROM by_all WHERE is_let_in GROUP BY tenant_id
        UNION ALL
        SELECT 0, '', $7 * count(*) FROM by_all WHERE is_let_in HAVING count(*) > 0
    ), charged AS (
        UPDATE request_rates SET due_at = rate.now + make_interval(secs => ahead + seconds)
          FROM price JOIN rate USING (tenant_id, subject)
         WHERE request_rates.tenant_id = price.tenant_id AND request_rates.subject = price.subject
    )
    SELECT is_let_in,
           own_ahead + own_step * (1 - own_burst
               + count(*) FILTER (WHERE is_let_in) OVER (PARTITION BY tenant_id, subject)) AS own_wait_s,
           ahead + step * (1 - burst + count(*) FILTER (WHERE is_let_in) OVER (PARTITION BY tenant_id)) AS wait_s,
           all_ahead + $7 * (1 - $8 + count(*) FILTER (WHERE is_let_in) OVER ()) AS all_wait_s
      FROM by_all ORDER BY place
"""

# In order of tenant and subject, like every lock on these rows.
CREATE = """
    INSERT INTO request_rates (tenant_id, subject, due_at)
    SELECT tenant_id, subject, 'epoch' FROM (
        SELECT 0 AS tenant_id, '' AS subject
        UNION SELECT unnest($1::int[]), ''
        UNION SELECT * FROM unnest($1, $2::text[])
    ) wanted ORDER BY tenant_id, subject
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


class _Request(NamedTuple):
    """A request to be counted, with the rates of its subject and of its tenant."""

    tenant_id: int
    subject: str
    own: Rate
    tenant: Rate


class Verdict(NamedTuple):
    """The decision on a request, and the seconds until the subject, its tenant, and all tenants have room for it."""

    is_admitted: bool
    own_wait_s: float
    wait_s: float
    all_wait_s: float


class Rates:
    """The limits: `each` for a tenant without a limit of its own, `everyone` for all tenants together.

    `per_subject` is for a user or key; without it, that is half of its tenant's limit.
    """

    def __init__(self, database: Database, *, each: Rate, everyone: Rate, per_subject: Rate | None = None) -> None:
        self._each = each
        self._everyone = everyone
        self._per_subject = per_subject
        self._ask = GroupCommit(database, [self._charge], spacing_s=0, crowd=None, autocommit=True)

    async def admit(self, tenant_id: int, subject: str, own: int | None = None) -> None:
        """Counts a request. Raises Problem 429 above a limit; `own` is the tenant's own limit per minute.

        Without the database every request is admitted: it will fail by itself, and nothing is done then.
        """
        tenant = self._each if own is None else Rate(own)
        per_subject = self._per_subject or Rate(math.ceil(tenant.per_minute / 2))
        try:
            verdict = await self._ask(None, self._charge, _Request(tenant_id, subject, per_subject, tenant))
        except Unavailable:
            return
        if verdict.is_admitted:
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

    async def _charge(self, connection: Connection, asked: Sequence[_Request]) -> list[Verdict]:
        tenants, subjects = [it.tenant_id for it in asked], [it.subject for it in asked]
        own = [it.own.interval_s for it in asked], [it.own.burst for it in asked]
        limits = [it.tenant.interval_s for it in asked], [it.tenant.burst for it in asked]
        everyone = self._everyone.interval_s, self._everyone.burst
        rows = await connection.fetch(CHARGE, tenants, subjects, *own, *limits, *everyone)
        while len(rows) < len(asked):  # a subject's first request, or PostgreSQL crashed and forgot the rates
            await connection.execute(CREATE, tenants, subjects)
            rows = await connection.fetch(CHARGE, tenants, subjects, *own, *limits, *everyone)
        return [Verdict(*row.values()) for row in rows]
