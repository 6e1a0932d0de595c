"""A known night of two tenants: twelve companies that stand everywhere, and three without an Odoo; its report."""

from datetime import timedelta
from typing import TypeAlias

import asyncpg

from common.postgres import Database
from nightly.report.night import Night
from nightly.report.night_queries import read_night
from nightly.tables.shortlists import keep_shortlist
from testkit.nights.runs import NIGHT, Run, a_run

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

BUDGET = {"tavily": {"cap": 800, "used": 3}, "lusha": {"cap": 5, "used": 0}}
SPENT = "INSERT INTO vendor_usage (tenant_id, day, vendor, used) VALUES ($1, $2, $3, $4)"


def steps(*, crawl_ms: int, tavily: int = 0, lusha: int = 0) -> list[dict[str, object]]:
    """The steps of a visit, with the units that they cost."""
    return [
        {"step": "find_site", "outcome": "done", "duration_ms": 30, "units": tavily, "reason": None},
        {"step": "crawl", "outcome": "done", "duration_ms": crawl_ms, "units": 0, "reason": None},
        {"step": "lusha", "outcome": "not_needed", "duration_ms": 0, "units": lusha, "reason": None},
    ]


async def the_known_night(owner: Owner) -> tuple[Run, Run]:
    """Twelve companies of tenant 1 that stand everywhere, and three of tenant 2, which has no Odoo."""
    await (await a_run(owner, 1, night=NIGHT - timedelta(days=1))).company(
        1, reached="linked", state="synced", link="synced", score=0.2
    )
    first = await a_run(owner, 1, status="partial", budget=BUDGET)
    for company_id, score in ((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.5)):
        visit = steps(crawl_ms=100 * company_id, tavily=1, lusha=2 if company_id == 1 else 0)
        await first.company(company_id, reached="linked", state="synced", link="synced", score=score, steps=visit)
    too_long = "lusha: out of budget"
    await first.company(5, reached="linked", state="held_back", link="refused", reason="No x_uen", degraded=[too_long])
    await first.company(6, reached="linked", state="held_back", link="deleted", degraded=[too_long, "/a: HTTP 404"])
    await first.company(7, reached="scored", state="odoo_waiting", score=0.1, degraded=["/b: HTTP 404"])
    await first.company(8, reached="visited", state="scoring")
    await first.company(9, reached="visited", state="dead", dead_at="score", error="KeyError: 'title'\nmore")
    await first.company(10, reached="taken over", state="enriching")
    await first.company(11, reached="taken over", state="dead", dead_at="enrich", error="Boom")
    await first.company(12, reached="published", state="requested")
    await first.contact(1, "info@one.example", is_role=True)
    await first.contact(1, "ann@one.example", name="Ann Tan", title="CEO", status="valid")
    await first.contact(2, "gone@two.example", status="invalid")
    await first.contact(2, "+6561234567", kind="phone")
    second = await a_run(owner, 2)
    for company_id in (21, 22, 23):
        await second.company(company_id, reached="linked", state="no_connection", link="no_connection", score=0.7)
    await owner.execute(SPENT, 1, NIGHT, "tavily", 9)
    await owner.execute(SPENT, 1, NIGHT, "lusha", 5)
    await owner.execute(SPENT, 1, NIGHT - timedelta(days=1), "lusha", 400)
    return first, second


async def report(database: Database, *runs: Run) -> Night:
    """The report on the night, after nightly has looked at the runs' progress."""
    for run in runs:
        async with database.transaction(run.tenant_id) as tx:
            await keep_shortlist(tx, run.run_id)
    return await read_night(database, NIGHT, {})
