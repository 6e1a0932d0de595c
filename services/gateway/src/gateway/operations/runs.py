"""Reads nightly runs (tables `enrichment_runs`, `run_companies`, `run_stage_stats`). The nightly run writes them."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple
from uuid import UUID

import asyncpg
from pydantic import BaseModel, Field

from common.ids import is_night_of
from common.postgres import Connection, Database
from gateway.leads.shortlists import RunStatus

TENANTS = "SELECT tenant_id, name FROM tenants ORDER BY tenant_id"

# One more than the page: then there is another page.
PAGE = """
    SELECT tenant_id, tenant, run_id, night FROM runs_of_all_tenants($1, $2, $3, $4, $5, $6)
     ORDER BY night DESC, tenant_id LIMIT $6
"""

ACTIVE = "SELECT EXISTS (SELECT FROM tenants WHERE tenant_id = $1 AND active)"

RUNS = """
    SELECT run_id, night, trigger, requested_by, status, cap, requested_at, started_at, published_at, ended_at,
           window_ends_at, error,
           (SELECT json_object_agg(state, companies)
              FROM (SELECT state, count(*) AS companies FROM run_companies company
                     WHERE company.tenant_id = run.tenant_id AND company.run_id = run.run_id
                     GROUP BY state ORDER BY state) counted)::text AS companies
      FROM enrichment_runs run
     WHERE tenant_id = tenant() AND run_id = ANY($1::uuid[])
"""

STAGES = """
    SELECT stage, counts::text, p50_ms, p95_ms, p99_ms, spend::text, degraded::text, errors::text, updated_at
      FROM run_stage_stats WHERE tenant_id = tenant() AND run_id = $1
     ORDER BY array_position(ARRAY['upsert', 'enrich', 'score', 'sync'], stage)
"""


class Run(BaseModel):
    """A tenant's run of one night."""

    tenant_id: int
    tenant: str
    run_id: UUID
    night: date
    trigger: Literal["command", "request"]
    requested_by: str | None
    status: RunStatus
    cap: int
    requested_at: datetime
    started_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    window_ends_at: datetime
    error: str | None
    companies: dict[str, int] = Field(description="companies per state, such as enriching, synced, no_connection, dead")


class Stage(BaseModel):
    """The sums of one stage of a run; durations in milliseconds."""

    stage: Literal["upsert", "enrich", "score", "sync"]
    counts: dict[str, int]
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    spend: dict[str, int] = Field(description="units per vendor")
    degraded: dict[str, int] = Field(description="companies per reason")
    errors: dict[str, int] = Field(description="companies per error")
    updated_at: datetime


class RunDetails(Run):
    """A run with its stages."""

    stages: list[Stage]


class Place(NamedTuple):
    """A position in the list of runs: after this night's run of this tenant."""

    night: date
    tenant_id: int


async def page(
    database: Database,
    *,
    tenant_id: int | None,
    night: date | None,
    statuses: Sequence[RunStatus] | None,
    after: Place | None,
    limit: int,
) -> tuple[list[Run], Place | None]:
    """Finds the runs after a position, of one tenant or of all: the latest night first, then by tenant.

    Returns them with the place of the next page. Companies are counted for the runs of the page alone.
    """
    asked = tenant_id, night, statuses, *(after or (None, None)), limit + 1
    async with database.without_tenant() as tx:
        rows = await tx.fetch(PAGE, *asked)
    listed = rows[:limit]
    found: dict[UUID, Run] = {}
    for (number, name), its in groupby(
        sorted(listed, key=lambda row: int(row["tenant_id"])), lambda row: (row["tenant_id"], row["tenant"])
    ):
        async with database.transaction(number) as tx:
            for row in await tx.fetch(RUNS, [it["run_id"] for it in its]):
                found[row["run_id"]] = Run(**_columns(row), tenant_id=number, tenant=name)
    last = Place(listed[-1]["night"], listed[-1]["tenant_id"]) if len(rows) > limit else None
    return [found[row["run_id"]] for row in listed], last


async def find(database: Database, run_id: UUID) -> RunDetails | None:
    """Finds a run of any tenant. Its id is derived from the night and the tenant, so it tells the tenant."""
    async with database.without_tenant() as tx:
        tenants = await tx.fetch(TENANTS)
    for number, name in tenants:
        if is_night_of(run_id, number):
            async with database.transaction(number) as tx:
                if (row := await tx.fetchrow(RUNS, [run_id])) is not None:
                    stages = await _stages(tx, run_id)
                    return RunDetails(**_columns(row), tenant_id=number, tenant=name, stages=stages)
    return None


async def is_active(database: Database, tenant_id: int) -> bool:
    """Returns whether the tenant exists and is active."""
    async with database.without_tenant() as tx:
        return bool(await tx.fetchval(ACTIVE, tenant_id))


def _columns(row: asyncpg.Record) -> dict[str, Any]:
    return {**row, "companies": json.loads(row["companies"] or "{}")}


async def _stages(tx: Connection, run_id: UUID) -> list[Stage]:
    texts = ("counts", "spend", "degraded", "errors")
    return [
        Stage(**{**row, **{name: json.loads(row[name]) for name in texts}}) for row in await tx.fetch(STAGES, run_id)
    ]
