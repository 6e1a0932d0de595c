"""Charges requests to the shared limits (table `request_rates`).

The generic cell rate algorithm (GCRA): `request_rates` has a row for each subject of a tenant, one for the tenant (its
subject is empty), and one for all together (tenant 0). It stores the time at which the next request would be due at a
steady rate. A request is admitted if in each of its three rows that time is no further ahead than the burst allows, and
moves it by one interval. So any period admits at most burst + rate * period requests, and those on credit besides. A
refusal changes nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from common.postgres import Connection
from gateway.rates.rate import Rate

# One result per request, in their order; none for one of which a row is missing. Rows are locked in order of tenant and
# subject, and the clock is read after that: so replicas neither deadlock nor admit a request twice. Times are whole
# microseconds, so a millionth of a request is tolerated. Requests on credit are charged in any case: what exceeds a
# limit then has to be waited for before the next request.
CHARGE = """
    WITH asked AS (
        SELECT * FROM unnest($1::int[], $2::text[], $3::float8[], $4::int[], $5::float8[], $6::int[], $7::bool[])
                      WITH ORDINALITY AS it (tenant_id, subject, own_step, own_burst, step, burst, on_credit, place)
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
               on_credit OR floor(own_burst - own.ahead / own_step + 1e-6)
                   >= row_number() OVER (PARTITION BY asked.tenant_id, asked.subject ORDER BY place) AS is_own_fit
          FROM asked
          JOIN rate own ON own.tenant_id = asked.tenant_id AND own.subject = asked.subject
          JOIN rate its ON its.tenant_id = asked.tenant_id AND its.subject = ''
          JOIN rate everyone ON everyone.tenant_id = 0 AND everyone.subject = ''
    ), by_tenant AS (
        SELECT *, is_own_fit AND (on_credit OR floor(burst - ahead / step + 1e-6)
                   >= count(*) FILTER (WHERE is_own_fit) OVER (PARTITION BY tenant_id ORDER BY place)) AS is_fit
          FROM by_subject
    ), by_all AS MATERIALIZED (
        SELECT *, is_fit AND (on_credit OR floor($9 - all_ahead / $8 + 1e-6)
                   >= count(*) FILTER (WHERE is_fit) OVER (ORDER BY place)) AS is_let_in
          FROM by_tenant
    ), price AS (
        SELECT tenant_id, subject, sum(own_step) AS seconds FROM by_all WHERE is_let_in GROUP BY tenant_id, subject
        UNION ALL
        SELECT tenant_id, '', sum(step) FROM by_all WHERE is_let_in GROUP BY tenant_id
        UNION ALL
        SELECT 0, '', $8 * count(*) FROM by_all WHERE is_let_in HAVING count(*) > 0
    ), charged AS (
        UPDATE request_rates SET due_at = rate.now + make_interval(secs => ahead + seconds)
          FROM price JOIN rate USING (tenant_id, subject)
         WHERE request_rates.tenant_id = price.tenant_id AND request_rates.subject = price.subject
    )
    SELECT is_let_in,
           own_ahead + own_step * (1 - own_burst
               + count(*) FILTER (WHERE is_let_in) OVER (PARTITION BY tenant_id, subject)) AS own_wait_s,
           ahead + step * (1 - burst + count(*) FILTER (WHERE is_let_in) OVER (PARTITION BY tenant_id)) AS wait_s,
           all_ahead + $8 * (1 - $9 + count(*) FILTER (WHERE is_let_in) OVER ()) AS all_wait_s
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


class Request(NamedTuple):
    """A request to count, with the rates of its subject and of its tenant. One on credit was admitted before."""

    tenant_id: int
    subject: str
    own: Rate
    tenant: Rate
    on_credit: bool


class Verdict(NamedTuple):
    """The decision on a request, and the seconds until the subject, its tenant, and all tenants have room for one more.

    They are negative if there is room for several.
    """

    is_admitted: bool
    own_wait_s: float
    wait_s: float
    all_wait_s: float


async def charge(connection: Connection, asked: Sequence[Request], everyone: Rate) -> list[Verdict]:
    """Decides on requests, in their order, and counts those that are admitted. `everyone`: the rate of all tenants."""
    tenants, subjects = [it.tenant_id for it in asked], [it.subject for it in asked]
    own = [it.own.interval_s for it in asked], [it.own.burst for it in asked]
    limits = [it.tenant.interval_s for it in asked], [it.tenant.burst for it in asked]
    of_all = [it.on_credit for it in asked], everyone.interval_s, everyone.burst
    rows = await connection.fetch(CHARGE, tenants, subjects, *own, *limits, *of_all)
    while len(rows) < len(asked):  # a subject's first request, or PostgreSQL crashed and forgot the rates
        await connection.execute(CREATE, tenants, subjects)
        rows = await connection.fetch(CHARGE, tenants, subjects, *own, *limits, *of_all)
    return [Verdict(*row.values()) for row in rows]
