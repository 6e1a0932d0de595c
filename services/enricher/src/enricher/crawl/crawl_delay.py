"""The crawl delay of each site, shared by all replicas: the table `site_turns` has one row per site.

A turn is reserved by the database's clock. Rows of past turns are deleted from time to time.
"""

from common.postgres import Database

TAKE = """
    INSERT INTO site_turns AS turn (site, next_at)
    VALUES ($1, clock_timestamp() + $2::float8 * interval '1 second')
    ON CONFLICT (site) DO UPDATE
       SET next_at = greatest(turn.next_at, clock_timestamp()) + $2::float8 * interval '1 second'
     WHERE turn.next_at < clock_timestamp() + $3::float8 * interval '1 second'
    RETURNING greatest(extract(epoch FROM next_at - clock_timestamp())::float8 - $2::float8, 0)
"""

SWEEP = """
    DELETE FROM site_turns
     WHERE site IN (SELECT site FROM site_turns WHERE next_at < clock_timestamp() - interval '1 minute'
                       FOR UPDATE SKIP LOCKED)
"""

SWEEP_EVERY = 2000


class CrawlDelay:
    """Reserves turns at sites. Raises Unavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken = 0

    async def reserve(self, site: str, *, gap_s: float, within_s: float) -> float | None:
        """Reserves the site's next turn, with a pause of `gap_s` after it. Returns the seconds to wait for it.

        Returns `None` and reserves nothing if the turn does not come within `within_s`. Needs no query without a gap.
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
