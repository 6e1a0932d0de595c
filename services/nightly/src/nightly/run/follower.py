"""Follows the unfinished runs of all tenants, whichever process started them, so that each end is recorded.

A run whose window has ended is still read at times, for some days: companies that finish late count too.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta

import asyncpg
import structlog

from common.background import in_background
from common.errors import LeadgenError, Unavailable
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from nightly.model import ENDS
from nightly.run.progress import CARRIED_OVER, conclude, look
from nightly.tables import runs, tenants
from nightly.tables.runs import Run

log = structlog.get_logger(__name__)

#: Seconds between looks at runs that are under way, and between looks for others, and at those that are partial.
POLL_S, SEARCH_S = 2.0, 30.0


def following(database: Database, odoo_patience: timedelta) -> "AbstractAsyncContextManager[asyncio.Task[None]]":
    """Follows the runs in the background. Yields the task, which runs until it is cancelled."""
    return in_background(follow_all(database, odoo_patience), "following")


async def follow_all(database: Database, odoo_patience: timedelta) -> None:
    """Follows all unfinished runs until it is cancelled. Waits during an outage of the database.

    A run that cannot be followed is a line in the log at each look, and keeps no other one from its end.
    """
    clock = asyncio.get_running_loop().time
    open_: dict[int, list[Run]] = {}
    searched_at = float("-inf")
    while True:
        try:
            if clock() - searched_at >= SEARCH_S:
                open_, searched_at = await find_unfinished(database, day_in_singapore(datetime.now(UTC))), clock()
                partial = [(tenant, run) for tenant, found in open_.items() for run in found if run.status == "partial"]
                for tenant_id, run in partial:
                    await _try_to_conclude(database, tenant_id, run, odoo_patience)
            for tenant_id, found in open_.items():
                under_way = [run for run in found if run.status != "partial"]
                open_[tenant_id] = [
                    run for run in under_way if not await _try_to_conclude(database, tenant_id, run, odoo_patience)
                ]
        except (LeadgenError, asyncpg.PostgresError) as error:
            log.warning("following_waits", error=repr(error))
        until_search_s = searched_at + SEARCH_S - clock()
        await asyncio.sleep(POLL_S if any(open_.values()) else max(POLL_S, until_search_s))


async def _try_to_conclude(database: Database, tenant_id: int, run: Run, odoo_patience: timedelta) -> bool:
    try:
        return await conclude_if_over(database, tenant_id, run, odoo_patience)
    except Unavailable:
        raise
    except Exception:  # a fault of one run, whatever it is, stops no other: it is logged, and tried again
        log.exception("run_not_followed", tenant_id=tenant_id, run_id=str(run.run_id))
        return False


async def find_unfinished(database: Database, today: date) -> dict[int, list[Run]]:
    """Finds the planned runs of the last nights that are unfinished, by tenant.

    A tenant that was switched off since keeps its runs: what was requested continues, and has an end.
    """
    async with database.without_tenant() as tx:
        numbers = await tenants.numbers(tx)
    found: dict[int, list[Run]] = {}
    for tenant_id in numbers:
        async with database.transaction(tenant_id) as tx:
            its = await runs.unfinished(tx, today - CARRIED_OVER, today + timedelta(days=1))
        if its:
            found[tenant_id] = its
    return found


async def conclude_if_over(database: Database, tenant_id: int, run: Run, odoo_patience: timedelta) -> bool:
    """Reads a run's progress, and concludes the run if it has ended or its window has. Returns whether it did."""
    states = await look(database, tenant_id, run.run_id, odoo_patience)
    is_late = datetime.now(UTC) >= run.window_ends_at
    if not is_late and not states.keys() <= ENDS:
        return False
    if run.status != "partial" or states != run.summary.get("states"):
        await conclude(database, tenant_id, run.run_id, odoo_patience, is_late=is_late)
    return True
