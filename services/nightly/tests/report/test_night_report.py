"""The report on a known night: every number, as the tables have it."""

from datetime import date
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import pytest

from common.postgres import Database
from nightly.report.night import Rest
from nightly.report.night_queries import NoSuchNight, read_night
from nightly.report.page import render_page
from nightly.report.terminal import as_text
from testkit.nights.known_night import report, the_known_night
from testkit.nights.runs import NIGHT

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_every_company_of_a_night_is_accounted_for(database: Database, owner: Owner) -> None:
    """Each stage is the one before it, less the rest; and each rest has its cause."""
    night = await report(database, *await the_known_night(owner))

    first, second = night.tenants
    assert first.balance.reached == (12, 11, 9, 7, 4)
    assert first.balance.rests == (
        Rest("published", "not taken over yet", 1),
        Rest("taken over", "dead letter in the enricher", 1),
        Rest("taken over", "visit not finished", 1),
        Rest("visited", "dead letter in the scorer", 1),
        Rest("visited", "score not ready", 1),
        Rest("scored", "Odoo does not answer", 1),
        Rest("scored", "deleted in Odoo by people", 1),
        Rest("scored", "refused by Odoo", 1),
    )
    assert second.balance.reached == (3, 3, 3, 3, 0)
    assert second.balance.rests == (Rest("scored", "no Odoo is connected", 3),)
    assert night.balance.reached == (15, 14, 12, 10, 4)
    assert night.is_balanced
    assert night.balance.differences == (0, 0, 0, 0)


async def test_a_company_that_the_tables_disagree_about_is_unexplained(database: Database, owner: Owner) -> None:
    """`run_companies` says synced, and there is no link: the report says so, and how to find it."""
    first, second = await the_known_night(owner)
    await owner.execute("DELETE FROM odoo_links WHERE tenant_id = 1 AND company_id = 2")

    night = await report(database, first, second)

    assert night.tenants[0].balance.differences == (0, 0, 0, 1)
    assert not night.is_balanced
    assert "1 company is not accounted for" in as_text(night)
    (issue,) = [it for it in night.tenants[0].issues if "not accounted for" in it.words]
    assert issue.urgency == "act"
    assert f"--run {first.run_id}" in issue.advice


async def test_a_company_that_was_published_and_stands_nowhere_is_unexplained(database: Database, owner: Owner) -> None:
    """The manifest has it, `run_companies` does not."""
    first, second = await the_known_night(owner)
    await owner.execute("DELETE FROM run_companies WHERE tenant_id = 1 AND company_id = 12")

    night = await report(database, first, second)

    assert night.tenants[0].balance.differences == (1, 0, 0, 0)


async def test_spend_steps_and_reasons_are_those_of_the_night(database: Database, owner: Owner) -> None:
    """Used is the day's, the night's part is the units of its visits, and a reason counts each company once."""
    night = await report(database, *await the_known_night(owner))

    assert [(it.vendor, it.used, it.cap, it.by_night) for it in night.spend] == [
        ("tavily", 9, 800, 4),
        ("lusha", 5, 5, 2),
    ]
    assert [it.is_used_up for it in night.spend] == [False, True]
    assert night.per_lead(night.spend[0]) == 4 / 10
    measured = {it.step: it for it in night.durations}
    assert set(measured) == {"find_site", "crawl", "score", "sync"}, "a step that was not needed took no time"
    crawl = measured["crawl"]
    assert [crawl.percentile(share) for share in (0.25, 0.5, 0.95, 0.99)] == [100, 200, 400, 400]
    assert night.durations[0].step == "crawl"
    assert night.degraded == (("a page: HTTP 404", 2), ("lusha: out of budget", 2))


async def test_the_cost_of_a_lead_is_said_if_every_vendor_has_a_price(database: Database, owner: Owner) -> None:
    """4 credits of Tavily and 2 of Lusha for 10 leads."""
    await report(database, *await the_known_night(owner))

    priced = await read_night(database, NIGHT, {"tavily": 0.01, "lusha": 0.5})

    assert priced.cost_per_lead == pytest.approx(0.104)
    assert "0.104" in render_page(priced)
    assert (await read_night(database, NIGHT, {"tavily": 0.01})).cost_per_lead is None


async def test_one_run_can_be_reported_alone_and_the_latest_night_is_the_default(
    database: Database, owner: Owner
) -> None:
    """By its id; and what there is not is said."""
    with pytest.raises(NoSuchNight, match="there is no run yet"):
        await read_night(database, None, {})
    _, second = await the_known_night(owner)

    assert [it.tenant_id for it in (await read_night(database, second.run_id, {})).tenants] == [2]
    assert (await read_night(database, None, {})).night == NIGHT
    with pytest.raises(NoSuchNight, match="2020-01-01"):
        await read_night(database, date(2020, 1, 1), {})
    with pytest.raises(NoSuchNight, match="there is no run"):
        await read_night(database, uuid4(), {})
