"""What a report says needs somebody, and what to do about it."""

from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from common.postgres import Database
from nightly.report.night_queries import read_night
from nightly.report.terminal import as_text
from testkit.nights.known_night import report, the_known_night
from testkit.nights.runs import NIGHT, STARTED, a_run

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_failures_are_reported_in_words_with_what_to_do(database: Database, owner: Owner) -> None:
    """Failures are reported in words with what to do: those that need a person come first, once, with its command."""
    runs = await the_known_night(owner)
    await owner.execute("INSERT INTO odoo_states (tenant_id, blocked) VALUES (2, 'access denied')")
    await owner.execute(
        "INSERT INTO inbox_pauses (consumer, tenant_id, until, reason) VALUES ('odoo-sync', 1, now(), 'HTTP 503')"
    )
    night = await report(database, *runs)

    first, second = night.tenants
    assert [(it.urgency, it.words) for it in first.issues if it.urgency == "act"] == [
        ("act", "1 company was given up by the enricher: Boom"),
        ("act", "1 company was given up by the scorer: KeyError: 'title'"),
        ("act", "Odoo refused 1 lead: No x_uen"),
    ]
    waits = [it.words for it in first.issues if it.urgency == "wait"]
    assert waits[0] == "3 companies were not finished when the window ended at 29 Nov 07:00"
    assert waits[1].endswith(": HTTP 503")
    assert [it.words for it in second.issues if it.urgency == "act"] == ["Odoo refuses all calls: access denied"]
    text = as_text(night)
    assert text.index("access denied") < text.index("when the window ended")
    assert "leadgen dlq list --consumer enricher --tenant 1" in text
    assert "leadgen odoo check --tenant 2" in text
    assert night.to_do == 4
    assert "10 leads for 2 tenants, 6 of them High. 4 items need action." in text


async def test_what_an_earlier_night_left_open_is_in_the_next_report(database: Database, owner: Owner) -> None:
    """With what became of it since."""
    found = {"night": "2026-11-28", "run_id": "x", "status": "partial", "unfinished": 1, "finished_since": 2}
    night = await report(database, await a_run(owner, 1, cap=0, summary={"carried_over": [found]}))

    (issue,) = [it for it in night.tenants[0].issues if "28 November" in it.words]
    assert "2 companies were finished since, and 1 was not when this night began" in issue.words
    assert (issue.urgency, "`leadgen nightly report 2026-11-28`" in issue.advice) == ("wait", True)


async def test_active_tenants_without_a_run_are_named(database: Database, owner: Owner) -> None:
    """In the report on a night; the one on a single run is about that alone."""
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 5")
    first, second = await the_known_night(owner)

    night = await report(database, first, second)

    assert night.without_run == ("Tenant 3", "Tenant 4")
    assert "No run this night: Tenant 3, Tenant 4." in as_text(night)
    assert (await read_night(database, first.run_id, {})).without_run == ()


async def test_a_tenant_with_an_odoo_and_without_a_run_needs_somebody(database: Database, owner: Owner) -> None:
    """Unless the settings leave it out, or its Odoo is younger than the night."""
    first, second = await the_known_night(owner)
    odoo = "INSERT INTO odoo_connections (tenant_id, url, database, api_key, created_at) VALUES ($1, 'u', 'd', '', $2)"
    await owner.execute(odoo, 3, STARTED - timedelta(days=1))
    await owner.execute(odoo, 4, STARTED + timedelta(hours=9))
    before = (await read_night(database, NIGHT, {}, exclude={3})).to_do

    night = await report(database, first, second)

    assert (night.missed, night.without_run) == (("Tenant 3",), ("Tenant 4", "Tenant 5"))
    assert night.to_do == before + 1
    text = " ".join(as_text(night).split())
    assert "No run this night, though they have an Odoo connection: Tenant 3. Run leadgen nightly --date" in text
    for given in ({"exclude": {3}}, {"include": {1, 2}}):
        assert (await read_night(database, NIGHT, {}, **given)).missed == ()


@pytest.mark.parametrize("upsert", [{"dead": 2}, {"jobs_failed": 2, "dead": 1}])
async def test_commands_that_the_upserter_gave_up_need_somebody(
    database: Database, owner: Owner, upsert: dict[str, int]
) -> None:
    """With the commands that show and retry them."""
    await a_run(owner, 1, summary={"upsert": upsert})

    night = await read_night(database, NIGHT, {})

    [issue] = [it for it in night.tenants[0].issues if it.urgency == "act"]
    assert issue.words.startswith("2 commands to the upserter are dead letters")
    assert "`leadgen dlq list --consumer upserter`" in issue.advice
    assert "`leadgen dlq retry --consumer upserter`" in issue.advice


async def test_commands_that_the_upserter_never_did_need_somebody(database: Database, owner: Owner) -> None:
    """Though the run is done."""
    await a_run(owner, 1, summary={"upsert": {"late": 2}})

    night = await read_night(database, NIGHT, {})

    [issue] = [it for it in night.tenants[0].issues if it.urgency == "act"]
    assert issue.words.startswith("2 commands to the upserter had not ended")
    assert "1 item needs action" in as_text(night)


@pytest.mark.parametrize(("has_icp", "advice"), [(False, "sets an ICP"), (True, "A wider ICP")])
async def test_a_night_without_companies_advises_by_the_icp(
    database: Database, owner: Owner, has_icp: bool, advice: str
) -> None:
    """A tenant that has one is not asked to set one."""
    if has_icp:
        await owner.execute("INSERT INTO icp_rules (tenant_id, industries) VALUES (1, '{2020:25}')")
    await a_run(owner, 1)

    [issue] = (await read_night(database, NIGHT, {})).tenants[0].issues

    assert (issue.words, advice in issue.advice) == ("No company was due this night", True)
