"""A tenant's own figures: jobs, leads, and the times to the first byte that its chat clients measured (`chat_ttfb`).

Percentiles are of all samples of their window, interpolated between neighbours; null if there are none.
"""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field

from common.postgres import Connection

#: The windows of jobs and of times to the first byte. Older times are deleted.
JOBS_WINDOW = timedelta(hours=24)
TTFB_WINDOW = timedelta(hours=1)

KEEP_TTFB = "INSERT INTO chat_ttfb (tenant_id, ttfb_ms) VALUES (tenant(), $1)"
#: More than one: they never pile up.
FORGET_TTFB = """
    DELETE FROM chat_ttfb USING (
        SELECT at FROM chat_ttfb WHERE tenant_id = tenant() AND at < clock_timestamp() - $1::interval
         ORDER BY at LIMIT 10) AS old
     WHERE chat_ttfb.tenant_id = tenant() AND chat_ttfb.at = old.at
"""
JOBS = """
    SELECT count(*) FILTER (WHERE status IN ('queued', 'running')) AS depth,
           count(*) FILTER (WHERE status IN ('done', 'error')) AS ended
      FROM background_jobs WHERE tenant_id = tenant()
"""
LEADS = "SELECT count(*) FROM lead_scores WHERE tenant_id = tenant()"
ENDED_LATELY = """
    SELECT count(*) AS samples, 60 * sum(processed) / nullif(sum(seconds), 0) AS rows_per_min,
           percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY 1000 * seconds) AS percentiles
      FROM (SELECT processed, extract(epoch FROM ended_at - started_at)::float8 AS seconds
              FROM background_jobs
             WHERE tenant_id = tenant() AND ended_at > now() - $1::interval AND started_at IS NOT NULL) AS ended
"""
TTFB = """
    SELECT count(*) AS samples,
           percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ttfb_ms::float8) AS percentiles
      FROM chat_ttfb WHERE tenant_id = tenant() AND at > clock_timestamp() - $1::interval
"""


class Percentiles(BaseModel):
    """Milliseconds; null if there is no sample in the window."""

    samples: int
    window_s: int
    p50: float | None = Field(examples=[38.2])
    p95: float | None = Field(examples=[90.1])
    p99: float | None = Field(examples=[120.7])


class Figures(BaseModel):
    """Figures of one tenant."""

    job_queue_depth: int = Field(description="jobs that are queued or running")
    jobs_processed_total: int = Field(description="jobs that are done or failed")
    lead_scores_total: int = Field(description="leads")
    rows_per_min: float | None = Field(description="companies per minute of running time, of the jobs in `job_ms`")
    job_ms: Percentiles = Field(description="running times of the jobs that ended in the window")
    chat_ttfb_ms: Percentiles = Field(description="times to a chat's first byte, as clients reported them")


async def keep_ttfb(tx: Connection, ttfb_ms: float) -> None:
    """Saves a sample for the length of its window."""
    await tx.execute(FORGET_TTFB, TTFB_WINDOW)
    await tx.execute(KEEP_TTFB, ttfb_ms)


async def find(tx: Connection) -> Figures:
    """Finds the figures of the transaction's tenant."""
    (jobs,) = await tx.fetch(JOBS)
    (lately,) = await tx.fetch(ENDED_LATELY, JOBS_WINDOW)
    (ttfb,) = await tx.fetch(TTFB, TTFB_WINDOW)
    return Figures(
        job_queue_depth=jobs["depth"],
        jobs_processed_total=jobs["ended"],
        lead_scores_total=await tx.fetchval(LEADS),
        rows_per_min=lately["rows_per_min"],
        job_ms=_percentiles(lately, JOBS_WINDOW),
        chat_ttfb_ms=_percentiles(ttfb, TTFB_WINDOW),
    )


def _percentiles(row: Any, window: timedelta) -> Percentiles:
    p50, p95, p99 = row["percentiles"] or (None, None, None)
    return Percentiles(samples=row["samples"], window_s=int(window.total_seconds()), p50=p50, p95=p95, p99=p99)
