"""Gauges of the newest night, from the runs of all tenants. Every replica reports the same values."""

import asyncio
from collections import Counter
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, get_args

from common.background import in_background, repeated
from common.postgres import Database
from nightly import metrics
from nightly.model import Status
from nightly.tables import progress, runs, tenants

#: Seconds between two looks.
LOOK_EVERY_S = 30.0


class Night(NamedTuple):
    """The newest night: its runs by status, their companies by state, and its times (Unix)."""

    runs: Counter[str]
    companies: Counter[str]
    started_s: float
    window_ends_s: float


def kept_gauges(database: Database) -> "AbstractAsyncContextManager[asyncio.Task[None]]":
    """Sets the gauges every `LOOK_EVERY_S` in the background. Yields the task, which runs until it is cancelled."""

    async def look() -> None:
        show(await newest_night(database))

    looks = repeated(look, every_s=LOOK_EVERY_S, waits="night_gauges_wait_for_database")
    return in_background(looks, "night gauges")


async def newest_night(database: Database) -> Night:
    """Counts the newest night of the active tenants, with a transaction for each. Raises Unavailable."""
    async with database.without_tenant() as tx:
        active = await tenants.active(tx)
    found = []
    for tenant in active:
        async with database.transaction(tenant.tenant_id) as tx:
            if (run := await runs.newest(tx)) is not None:
                found.append((run, await progress.states(tx, run.run_id)))
    night = max((run.night for run, _ in found), default=None)
    of_the_night = [(run, states) for run, states in found if run.night == night]
    companies: Counter[str] = Counter()
    for _, states in of_the_night:
        companies.update(states)
    return Night(
        Counter(run.status for run, _ in of_the_night),
        companies,
        min((run.started_at.timestamp() for run, _ in of_the_night), default=0.0),
        max((run.window_ends_at.timestamp() for run, _ in of_the_night), default=0.0),
    )


def show(night: Night) -> None:
    """Sets the gauges."""
    for status in get_args(Status):
        metrics.runs.labels(status).set(night.runs[status])
    for state in progress.STATES:
        metrics.companies.labels(state).set(night.companies[state])
    metrics.started.set(night.started_s)
    metrics.window_ends.set(night.window_ends_s)
