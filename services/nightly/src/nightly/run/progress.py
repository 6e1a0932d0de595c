"""The progress of runs: records the states of their companies, and the outcome of the runs.

Several processes may do so, and again after a run has ended: the stages' inboxes say the same to all.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from common.postgres import Database
from nightly.model import ENDS, GOOD_ENDS, Status
from nightly.rules import Rules
from nightly.tables import inboxes, progress, runs, shortlists, stage_stats
from nightly.tables.runs import Run

#: Nights before this one whose unfinished runs are looked at again.
CARRIED_OVER = timedelta(days=7)


async def look(
    database: Database,
    tenant_id: int,
    run_id: UUID,
    odoo_patience: timedelta,
    before: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Records the states of the run's companies, and whether Kafka has its requests. Returns the number in each state.

    Keeps what is new on the shortlist, unless all is as it was at the last look, `before`.
    """
    async with database.transaction(tenant_id) as tx:
        states = await progress.observe(tx, run_id, odoo_patience)
        if states != before:
            await shortlists.keep_shortlist(tx, run_id)
        if await inboxes.is_sent(tx):  # after the look: companies that have an end were sent
            await runs.mark_published(tx, run_id)
        return states


async def conclude(
    database: Database, tenant_id: int, run_id: UUID, odoo_patience: timedelta, *, is_late: bool = False
) -> Run:
    """Records and returns the run's outcome by the states of its companies. May be repeated, also after changes."""
    async with database.transaction(tenant_id) as tx:
        states = await progress.observe(tx, run_id, odoo_patience)
        await shortlists.keep_shortlist(tx, run_id)
        stages = await stage_stats.summarise(tx, run_id)
        upsert = stages.get("upsert", {}).get("counts", {})
        status, error = verdict(states, upsert, is_late=is_late)
        enrich = stages.get("enrich", {})
        summary = {"states": states, "spend": enrich.get("spend", {}), "degraded": enrich.get("degraded", {})}
        return await runs.end(tx, run_id, status, summary, error, open_at_end=_not_good(states))


def verdict(states: Mapping[str, int], upsert: Mapping[str, int], *, is_late: bool) -> tuple[Status, str | None]:
    """Decides a run's status, and describes why it is not done. Pure.

    Commands to the upserter that were late do not: the selection went on without them.
    """
    words = {
        "dead": "became dead letters",
        "odoo_waiting": "wait for an Odoo that does not answer",
        "held_back": "were not taken by Odoo",
    }
    said = [f"{count} {words[state]}" for state, count in states.items() if state in words]
    under_way = sum(count for state, count in states.items() if state not in ENDS)
    if under_way:
        said.append(f"{under_way} are in progress" + (" at the end of the window and continue by themselves" * is_late))
    if dead := max(upsert.get("dead", 0), upsert.get("jobs_failed", 0)):  # a job that fails is a dead letter too
        said.append(f"{dead} commands to the upserter became dead letters")
    return ("partial", "; ".join(said)) if said or states.keys() - GOOD_ENDS else ("done", None)


async def look_back(database: Database, tenant_id: int, rules: Rules) -> list[dict[str, Any]]:
    """Updates the tenant's unfinished runs of earlier nights, and counts the companies that have finished since.

    The count begins at the run's end or at the last night that reported on it. Runs whose window is open are not ended.
    """
    async with database.transaction(tenant_id) as tx:
        earlier = await runs.to_report(tx, rules.night - CARRIED_OVER, rules.night)
    found = []
    for run, known_open in earlier:
        states = await look(database, tenant_id, run.run_id, rules.odoo_patience)
        is_late, status = datetime.now(UTC) >= run.window_ends_at, run.status
        if is_late or states.keys() <= ENDS:
            now = await conclude(database, tenant_id, run.run_id, rules.odoo_patience, is_late=is_late)
            states, status = now.summary["states"], now.status
            before = run.summary.get("states")
            never_announced = sum(states.values()) if before is None else _not_good(before)
            was_open = never_announced if known_open is None else known_open
        else:
            was_open = 0
        open_ = _not_good(states)
        counts = {"unfinished": open_, "finished_since": max(0, was_open - open_)}
        if any(counts.values()):
            found.append({"night": str(run.night), "run_id": str(run.run_id), "status": status, **counts})
    return found


def _not_good(states: Mapping[str, int]) -> int:
    return sum(count for state, count in states.items() if state not in GOOD_ENDS)
