"""A tenant's run of a night: started or resumed, planned, followed until it or its window ends, and concluded.

One process at a time plans a run, under an advisory lock. Following and concluding only record what the stages' inboxes
say; they may be done by several processes, and again after the run has ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import asyncpg
import structlog

from common.errors import LeadgenError, Permanent, Unavailable
from common.postgres import Database
from nightly import planning
from nightly.model import ENDS, ENRICHING, Tenant, run_id_of
from nightly.plan.given_manifests import GivenManifest
from nightly.planning import Commands
from nightly.rules import Rules
from nightly.run.progress import conclude, look, look_back
from nightly.summary import TenantOutcome
from nightly.tables import runs
from nightly.tables.runs import Run, Start

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Seconds between two looks at a run.
POLL_S = 1.0
#: Seconds between two attempts while the database is away.
RETRY_S = 1.0
#: A tenant whose companies stay where they are for so long, such as at a vendor's outage, keeps no other one waiting.
STANDSTILL = timedelta(minutes=5)
#: Statements of a plan that may time out before the run fails.
MOST_TIMEOUTS = 3
#: How long the end of a run may wait for the database.
LAST_PATIENCE = timedelta(minutes=10)


class PlanTooSlow(Permanent):
    """The database answers, but a statement of the plan exceeds its time limit at each attempt."""


@dataclass(frozen=True)
class Options:
    """Options of a start: the requester, whether it waits for the end, and a manifest instead of a selection.

    `commands` are those that the upserter has been given for the run already; without them the plan announces them.
    """

    start: Start
    wait: bool = True
    given: GivenManifest | None = None
    commands: Commands | None = None


async def run_tenant(
    database: Database, tenant: Tenant, rules: Rules, options: Options, slots: asyncio.Semaphore
) -> TenantOutcome:
    """Runs the tenant's night and returns its outcome. An error is recorded with the run and returned.

    A slot is held until the tenant's companies are enriched, so that the others do not wait for its Odoo; or until none
    of them has moved for a while.
    """
    clock = asyncio.get_running_loop().time
    await slots.acquire()
    with ExitStack() as slot:
        slot.callback(slots.release)
        began = clock()
        try:
            run = await ensure_planned(database, tenant, rules, options)
            if options.wait:
                run = await follow(database, tenant.tenant_id, run, rules, slot.close)
            return _outcome(tenant, run, clock() - began)
        except Exception as error:  # a fault of one tenant's run, whatever it is, ends no other one: it is recorded
            is_known = isinstance(error, LeadgenError | asyncpg.PostgresError)
            log.warning(
                "run_failed",
                tenant_id=tenant.tenant_id,
                night=str(rules.night),
                error=repr(error),
                exc_info=None if is_known else error,
            )
            return TenantOutcome(
                tenant.tenant_id,
                tenant.name,
                run_id=str(run_id_of(rules.night, tenant.tenant_id)),
                status="failed",
                error=f"{type(error).__name__}: {error}",
                seconds=round(clock() - began, 1),
            )


async def ensure_planned(database: Database, tenant: Tenant, rules: Rules, options: Options) -> Run:
    """Returns the tenant's run with its manifest written and its requests in the outbox. May be repeated.

    While the database is away, tries again until the window ends. Another error ends the run as failed, and is raised;
    so does a statement that takes longer than the database's clients wait, `MOST_TIMEOUTS` times.
    """
    run_id, timeouts = run_id_of(rules.night, tenant.tenant_id), 0

    async def fail(error: Exception) -> None:
        async with database.transaction(tenant.tenant_id) as tx:
            await runs.fail(tx, run_id, f"{type(error).__name__}: {error}")

    async def planned() -> Run:
        nonlocal timeouts
        async with database.lock(f"night {run_id}", wait=True):
            try:
                return await _planned(database, tenant, rules, options)
            except Unavailable as error:
                # The server answers: it has just given us the lock.
                timeouts += isinstance(error.__cause__, TimeoutError)
                if timeouts < MOST_TIMEOUTS:
                    raise
                slow = PlanTooSlow(f"a statement of the plan did not end in time, {timeouts} times: {error}")
                await fail(slow)
                raise slow from error
            except Exception as error:  # whatever it is, the run says so
                await fail(error)
                raise

    try:
        return await patiently(planned, options.start.window_ends_at)
    except Unavailable as error:
        await patiently(partial(fail, error), datetime.now(UTC) + LAST_PATIENCE)
        raise


async def _planned(database: Database, tenant: Tenant, rules: Rules, options: Options) -> Run:
    tenant_id = tenant.tenant_id
    async with database.transaction(tenant_id) as tx:
        run = await runs.begin(tx, tenant_id, rules.night, options.start)
    if run.is_planned:
        if options.given is not None:
            made = await planning.plan(database, tenant, rules, datetime.now(UTC), options.given)
            await planning.require_same(database, made, rules.night)
        return run
    carried = await look_back(database, tenant_id, rules)
    commands = options.commands or await planning.announce_upserts(database, tenant, rules)
    upsert = await planning.wait_for_upserts(database, tenant, commands, rules, options.start.upserts_until)
    made = await planning.plan(database, tenant, rules, datetime.now(UTC), options.given)
    summary = {"upsert": upsert.counts, "late_commands": [str(it) for it in upsert.late], "carried_over": carried}
    await planning.publish(database, made, rules, options.given, summary)
    async with database.transaction(tenant_id) as tx:
        found = await runs.find(tx, run.run_id)
    assert found is not None  # noqa: S101 # it was begun above
    return found


async def follow(
    database: Database, tenant_id: int, run: Run, rules: Rules, enriched: Callable[[], None] = lambda: None
) -> Run:
    """Reads the run's progress every second until it or its window ends, then concludes it.

    `enriched` is called as soon as no company waits for its enrichment any more, or none has moved for `STANDSTILL`.
    """
    clock = asyncio.get_running_loop().time
    states, moved_at = dict[str, int](), clock()
    while True:
        before = states
        try:
            states = await look(database, tenant_id, run.run_id, rules.odoo_patience, before)
        except Unavailable as error:
            log.warning("progress_waits_for_database", error=str(error))
            states = {"requested": 1}
        if states != before:
            moved_at = clock()
        if not ENRICHING & states.keys() or clock() - moved_at >= STANDSTILL.total_seconds():
            enriched()
        is_late = datetime.now(UTC) >= run.window_ends_at
        if is_late or states.keys() <= ENDS:
            until = datetime.now(UTC) + LAST_PATIENCE
            end = partial(conclude, database, tenant_id, run.run_id, rules.odoo_patience, is_late=is_late)
            return await patiently(end, until)
        await asyncio.sleep(POLL_S)


async def patiently(step: Callable[[], Awaitable[T]], until: datetime) -> T:
    """Runs the step, and repeats it while the database is away; after `until` raises Unavailable."""
    while True:
        try:
            return await step()
        except Unavailable as error:
            if datetime.now(UTC) >= until:
                raise
            log.warning("night_waits_for_database", error=str(error))
            await asyncio.sleep(RETRY_S)


def _outcome(tenant: Tenant, run: Run, seconds: float) -> TenantOutcome:
    summary = run.summary
    return TenantOutcome(
        tenant.tenant_id,
        tenant.name,
        run_id=str(run.run_id),
        status=run.status,
        jobs=summary.get("upsert", {}).get("jobs", 0),
        planned=summary.get("planned", 0),
        states=summary.get("states", {}),
        considered=summary.get("considered", {}),
        upsert=summary.get("upsert", {}),
        spend=summary.get("spend", {}),
        degraded=summary.get("degraded", {}),
        carried_over=summary.get("carried_over", []),
        note=run.error,
        seconds=round(seconds, 1),
    )
