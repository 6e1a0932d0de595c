"""Runs (`enrichment_runs`): one per tenant and night."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from common.postgres import Connection
from nightly.model import Caps, Status, Trigger, run_id_of

_RUN = "run_id, night, trigger, status, cap, skip, started_at, published_at, ended_at, window_ends_at, error, summary"

# A run that was not planned to its end, or failed, is planned again, with the window of the start that does so.
BEGIN = f"""
    INSERT INTO enrichment_runs AS run (tenant_id, run_id, night, trigger, requested_by, status, cap, skip,
                                        requested_at, started_at, window_ends_at)
    VALUES (tenant(), $1, $2, $3, $4, 'planning', $5, $6, $7, now(), $8)
    ON CONFLICT (tenant_id, run_id) DO UPDATE
       SET status = 'planning', cap = excluded.cap, skip = excluded.skip, window_ends_at = excluded.window_ends_at,
           error = NULL, ended_at = NULL
     WHERE run.status IN ('planning', 'failed')
       AND NOT EXISTS (SELECT FROM run_manifests AS made
                        WHERE made.tenant_id = run.tenant_id AND made.run_id = run.run_id)
 RETURNING {_RUN}
"""
FIND = f"SELECT {_RUN} FROM enrichment_runs WHERE tenant_id = tenant() AND run_id = $1"
PUBLISHING = """
    UPDATE enrichment_runs
       SET status = 'publishing', summary = (summary - 'is_reported') || $2::jsonb, error = NULL, ended_at = NULL
     WHERE tenant_id = tenant() AND run_id = $1
"""
REPORTED = """
    UPDATE enrichment_runs SET summary = summary || '{"is_reported": true}' WHERE tenant_id = tenant() AND run_id = $1
"""
PUBLISHED = """
    UPDATE enrichment_runs SET status = 'running', published_at = now()
     WHERE tenant_id = tenant() AND run_id = $1 AND status = 'publishing'
"""
FAIL = """
    UPDATE enrichment_runs SET status = 'failed', error = $2, ended_at = now()
     WHERE tenant_id = tenant() AND run_id = $1 AND status = 'planning'
"""
#: A later look at a run that has ended leaves the end's time, unless it is over only now. How many companies were open
#: when it was recorded as ended for the first time, `open_at_end`, stays.
END = f"""
    UPDATE enrichment_runs
       SET status = $2, summary = jsonb_build_object('open_at_end', $5::int) || summary || $3::jsonb, error = $4,
           ended_at = CASE WHEN status = $2 THEN coalesce(ended_at, now()) ELSE now() END
     WHERE tenant_id = tenant() AND run_id = $1 AND status NOT IN ('planning', 'failed')
 RETURNING {_RUN}
"""
UNFINISHED = f"""
    SELECT {_RUN} FROM enrichment_runs
     WHERE tenant_id = tenant() AND night >= $1 AND night < $2 AND status IN ('publishing', 'running', 'partial')
     ORDER BY night
"""
# Later nights reported on a run: the latest of them, how many of its companies were open then.
TO_REPORT = f"""
    SELECT {_RUN}, coalesce(reported.unfinished, (summary ->> 'open_at_end')::int) AS known_open
      FROM enrichment_runs AS run
      LEFT JOIN LATERAL (
           SELECT (each ->> 'unfinished')::int AS unfinished
             FROM enrichment_runs AS later
            CROSS JOIN LATERAL jsonb_array_elements(later.summary -> 'carried_over') AS each
            WHERE later.tenant_id = run.tenant_id AND later.night > run.night AND later.night < $2
              AND each ->> 'run_id' = run.run_id::text
            ORDER BY later.night DESC LIMIT 1) AS reported ON true
     WHERE run.tenant_id = tenant() AND run.night >= $1 AND run.night < $2
       AND (status IN ('publishing', 'running', 'partial')
            OR coalesce(reported.unfinished, (summary ->> 'open_at_end')::int) > 0)
     ORDER BY run.night
"""
NEWEST = f"SELECT {_RUN} FROM enrichment_runs WHERE tenant_id = tenant() ORDER BY night DESC LIMIT 1"


class Run(NamedTuple):
    """A run in its present state."""

    run_id: UUID
    night: date
    trigger: Trigger
    status: Status
    cap: int
    skip: list[str]
    started_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    window_ends_at: datetime
    error: str | None
    summary: Mapping[str, Any]

    @property
    def is_planned(self) -> bool:
        """Whether the manifest is written."""
        return self.status not in ("planning", "failed")


class Earlier(NamedTuple):
    """A run of an earlier night, and its number of open companies in the last report on it; `None`: in none."""

    run: Run
    known_open: int | None


class Start(NamedTuple):
    """Circumstances of a run's start: the requester, the caps, the steps left out, and how long it waits.

    The moments are those of the start, equal for all its tenants: a tenant whose turn comes late has less time.
    """

    trigger: Trigger
    caps: Caps
    skip: tuple[str, ...]
    requested_at: datetime
    window_ends_at: datetime
    upserts_until: datetime
    requested_by: str | None = None


async def begin(tx: Connection, tenant_id: int, night: date, start: Start) -> Run:
    """Creates the tenant's run of the night, or returns the existing one; one without a manifest begins again."""
    run_id = run_id_of(night, tenant_id)
    given = (start.trigger, start.requested_by, start.caps.cap, list(start.skip), start.requested_at)
    row = await tx.fetchrow(BEGIN, run_id, night, *given, start.window_ends_at)
    found = await find(tx, run_id) if row is None else _run(row)
    assert found is not None  # noqa: S101 # it was there, or is now; runs are never deleted
    return found


async def find(tx: Connection, run_id: UUID) -> Run | None:
    """Reads a run of the transaction's tenant."""
    row = await tx.fetchrow(FIND, run_id)
    return None if row is None else _run(row)


async def mark_publishing(tx: Connection, run_id: UUID, summary: Mapping[str, Any]) -> None:
    """Records that the manifest is written and all requests are in the outbox, in the transaction that writes them.

    Adds to the summary what the plan was made from.
    """
    await tx.execute(PUBLISHING, run_id, json.dumps(summary))


async def mark_published(tx: Connection, run_id: UUID) -> None:
    """Records that Kafka has all requests. May be repeated."""
    await tx.execute(PUBLISHED, run_id)


async def fail(tx: Connection, run_id: UUID, error: str) -> None:
    """Ends a run that could not be planned. The next start plans it again."""
    await tx.execute(FAIL, run_id, error)


async def end(
    tx: Connection, run_id: UUID, status: Status, summary: Mapping[str, Any], error: str | None, *, open_at_end: int
) -> Run:
    """Ends a planned run, or corrects the end of a run that continued after its window."""
    row = await tx.fetchrow(END, run_id, status, json.dumps(summary), error, open_at_end)
    assert row is not None  # noqa: S101 # the caller has read it as a planned one
    return _run(row)


async def mark_reported(tx: Connection, run_id: UUID) -> None:
    """Records that the report on the run has been sent."""
    await tx.execute(REPORTED, run_id)


async def unfinished(tx: Connection, since: date, before: date) -> list[Run]:
    """Lists the tenant's runs of these nights that are planned, but unfinished."""
    return [_run(row) for row in await tx.fetch(UNFINISHED, since, before)]


async def to_report(tx: Connection, since: date, before: date) -> list[Earlier]:
    """Lists the tenant's runs of these nights that the report on the night `before` has to mention.

    These are the planned ones that are not done, and those that were not when a night last reported on them.
    """
    rows = [dict(row) for row in await tx.fetch(TO_REPORT, since, before)]
    return [Earlier(known_open=row.pop("known_open"), run=_run(row)) for row in rows]


async def newest(tx: Connection) -> Run | None:
    """Reads the tenant's run of its newest night."""
    row = await tx.fetchrow(NEWEST)
    return None if row is None else _run(row)


def _run(row: Any) -> Run:
    return Run(**{**row, "summary": json.loads(row["summary"])})
