"""The crawl delay of each site, shared by all replicas: the table `site_turns` has one row per site.

Each request reserves its time, by the database's clock. Rows of past times are deleted from time to time.
"""

from common.postgres import Database

TAKE = """
    INSERT INTO site_turns AS known (site, next_at)
    VALUES ($1, clock_timestamp() + $2::float8 * interval '1 second')
    ON CONFLICT (site) DO UPDATE
       SET next_at = greatest(known.next_at, clock_timestamp()) + $2::float8 * interval '1 second'
     WHERE known.next_at < clock_timestamp() + $3::float8 * interval '1 second'
    RETURNING greatest(extract(epoch FROM next_at - clock_timestamp())::float8 - $2::float8, 0)
"""

SWEEP = """
    DELETE FROM site_turns
     WHERE site IN (SELECT site FROM site_turns WHERE next_at < clock_timestamp() - interval '1 minute'
                       FOR UPDATE SKIP LOCKED)
"""

SWEEP_EVERY = 2000


class CrawlDelay:
    """Reserves the times of requests to sites. Raises Unavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken = 0

    async def reserve(self, site: str, *, gap_s: float, within_s: float) -> float | None:
        """Reserves the time of the site's next request, and `gap_s` after it. Returns the seconds until that time.

        Returns `None` and reserves nothing if that time does not come within `within_s`. Needs no query without a gap.
        """
        if within_s <= 0:
            return None
        if gap_s <= 0:
            return 0.0
        async with self._database.statement() as connection:
            wait: float | None = await connection.fetchval(TAKE, site, gap_s, within_s)
            self._taken += 1
            if self._taken % SWEEP_EVERY == 0:
                await connection.execute(SWEEP)
        return wait
