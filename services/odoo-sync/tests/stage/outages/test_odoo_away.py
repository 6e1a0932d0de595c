"""An Odoo that does not answer: its leads wait, with one probe per pause, and go through when it is back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from common.delivery.inbox import pauses
from common.settings import DatabaseSettings
from odoo_sync import gauges
from odoo_sync.consumer import PatienceEnded
from odoo_sync.operator import commands
from odoo_sync.protocols.odoo import OdooAway, OdooUnavailable
from odoo_sync.sync.availability import MAX_PAUSE, pause_after


async def is_waiting(harness: Any, ids: Any) -> bool:
    """Whether these events wait for Odoo, when they are handled once more."""
    try:
        await harness.handle(ids)
    except OdooAway:
        return True
    return False


async def test_one_probe_per_pause_however_many_leads_wait(connected: Any, fake: Any) -> None:
    """The first failure costs its call and a probe; after that each pause allows one request, for 300 leads too."""
    companies = await connected.more(300)
    chunks = [
        await connected.take_in(*(connected.lead(company=it) for it in companies[start : start + 50]))
        for start in range(0, 300, 50)
    ]
    fake.is_down = True
    assert [await is_waiting(connected, ids) for ids in chunks] == [True] * 6
    assert fake.requests == 2

    for number in range(1, 31):
        await connected.let_pass(MAX_PAUSE)
        assert [await is_waiting(connected, ids) for ids in chunks] == [True] * 6
        assert fake.requests == 2 + number
    assert (await connected.outage())["failures"] == 31

    fake.is_down = False
    await connected.let_pass(MAX_PAUSE)
    assert [await is_waiting(connected, ids) for ids in chunks] == [False] * 6
    assert await connected.outage() is None
    assert {it.company.uen for it in await connected.announced()} == {it.uen for it in companies}
    assert len(fake.records["crm.lead"]) == 300


@pytest.mark.parametrize("fault", ["503", "unreachable"])
async def test_the_wait_is_distinguished_from_the_first_failure_on(connected: Any, fake: Any, fault: str) -> None:
    """In the error, in the gauges and in the operator's commands, with the reason."""
    if fault == "503":
        fake.is_down = True
    else:
        await connected.owner.execute("UPDATE odoo_connections SET url = 'http://127.0.0.1:1'")
    ids = await connected.take_in(connected.lead())
    with pytest.raises(OdooAway, match=r"waiting for Odoo since \d{4}-\d\d-\d\d \d\d:\d\d UTC: http://127.0.0.1"):
        await connected.handle(ids)
    await connected.let_pass(timedelta(hours=3))

    counts = await gauges.count(connected.database)
    assert (counts.blocked, counts.waiting) == (0, 1)
    assert timedelta(hours=3) < counts.longest < timedelta(hours=4)


@pytest.mark.parametrize("status", [302, 403, 404])
async def test_a_page_in_front_of_odoo_makes_leads_wait_and_blocks_no_tenant(
    connected: Any, fake: Any, status: int
) -> None:
    """With growing pauses, until Odoo itself answers."""
    fake.front = status
    ids = await connected.take_in(connected.lead())
    pauses_s = []
    for _ in range(3):
        assert await is_waiting(connected, ids)
        outage = await connected.outage()
        pauses_s.append(outage["failures"])
        await connected.let_pass(MAX_PAUSE)
    assert pauses_s == [1, 2, 3]
    assert (await gauges.count(connected.database)).blocked == 0

    fake.front = None
    await connected.handle(ids)

    assert (await connected.link())["outcome"] == "synced"


async def test_a_probe_serves_all_tenants_and_replicas_of_an_odoo(connected: Any, fake: Any) -> None:
    """Two replicas and two tenants with one Odoo: when the pause is over, one request is made, whoever makes it."""
    other = connected.of(2)
    await other.connect(fake.url, fake.api_key)
    async with httpx.AsyncClient() as client:
        harnesses = [connected, other, replace(connected, http=client), replace(other, http=client)]
        waiting = [(harness, await harness.take_in(harness.lead())) for harness in harnesses]
        fake.is_down = True
        for _ in range(3):
            await connected.let_pass(MAX_PAUSE)
            before = fake.requests
            await asyncio.gather(*(is_waiting(*it) for it in waiting))
            # The first time there is no pause to keep to: the call that fails, and the probe after it.
            assert fake.requests - before == (2 if before == 0 else 1)

        fake.is_down = False
        await connected.let_pass(MAX_PAUSE)
        assert [await is_waiting(*it) for it in waiting] == [False] * 4
    assert [len(await harness.announced()) for harness in (connected, other)] == [2, 2]


@pytest.mark.parametrize("fault", ["500", "cut", "not json", "race"])
async def test_a_call_that_fails_while_odoo_answers_stops_no_other_lead(connected: Any, fake: Any, fault: str) -> None:
    """The probe after it succeeds: that chunk is tried again later, and no outage is recorded."""
    [company] = await connected.more(1)
    ids = await connected.take_in(connected.lead())
    fake.faults = [""] * 7 + [fault]  # its first load
    with pytest.raises(OdooUnavailable) as raised:
        await connected.handle(ids)

    assert not isinstance(raised.value, OdooAway)
    assert await connected.outage() is None
    assert (await connected.sync(connected.lead(company=company))).outcome == "synced"


async def test_an_odoo_that_says_when_to_come_back_is_not_asked_before(connected: Any, fake: Any) -> None:
    """Not even by a probe."""
    ids = await connected.take_in(connected.lead())
    await connected.handle(await connected.take_in(connected.lead(company=(await connected.more(1))[0])))
    fake.requests, fake.faults = 0, ["429"]
    assert await is_waiting(connected, ids)
    assert fake.requests == 2  # the version, and the call that is refused

    await connected.let_pass(timedelta(seconds=6))
    assert await is_waiting(connected, ids)
    assert fake.requests == 2
    await connected.let_pass(timedelta(seconds=1))
    assert not await is_waiting(connected, ids)


async def test_a_lead_waits_for_as_long_as_the_patience_lasts(connected: Any, fake: Any) -> None:
    """23 hours are nothing; after 24 it is given up, with a reason that says why. A younger lead goes on waiting."""
    fake.is_down = True
    ids = await connected.take_in(connected.lead())
    assert await is_waiting(connected, ids)
    await connected.let_pass(timedelta(hours=23))
    assert await is_waiting(connected, ids)
    younger = await connected.take_in(connected.lead(hours=1))
    await connected.let_pass(timedelta(hours=1))

    with pytest.raises(PatienceEnded, match=r"gave up after 24 hours waiting for Odoo since .*answered 503"):
        await connected.handle(ids)
    assert await is_waiting(connected, younger)


async def test_a_lead_that_was_late_for_another_reason_has_all_the_patience(connected: Any, fake: Any) -> None:
    """The wait counts from the beginning of the outage."""
    ids = await connected.take_in(connected.lead())
    await connected.let_pass(timedelta(days=3))
    fake.is_down = True

    assert await is_waiting(connected, ids)


async def test_a_probe_that_is_refused_blocks_the_tenant(connected: Any, fake: Any) -> None:
    """Odoo is back without our key: that is a case for the operator, and no longer an outage."""
    fake.is_down = True
    ids = await connected.take_in(connected.lead())
    assert await is_waiting(connected, ids)
    fake.is_down, fake.api_key = False, "another"
    await connected.let_pass(MAX_PAUSE)

    await connected.handle(ids)

    assert [it.held_back for it in await connected.announced()] == ["blocked"]
    assert await connected.outage() is None


async def test_a_resync_waits_too(connected: Any, fake: Any) -> None:
    """Stored leads are sent when Odoo is back."""
    await connected.owner.execute("DELETE FROM odoo_connections")
    await connected.sync(connected.lead())
    await connected.connect(fake.url, fake.api_key)
    fake.is_down = True
    with pytest.raises(OdooAway):
        await connected.resync()
    fake.is_down = False
    await connected.let_pass(MAX_PAUSE)

    await connected.resync()

    assert (await connected.link())["outcome"] == "synced"


async def test_a_postgres_of_odoo_that_is_down_blocks_nobody(connected: Any, fake: Any) -> None:
    """Odoo 19 answers 404 then, as it does for a database that does not exist: its health page tells them apart."""
    await connected.sync(connected.lead())
    fake.is_postgres_down = True
    ids = await connected.take_in(connected.lead(address="2 New Way", hours=1))
    assert await is_waiting(connected, ids)
    fake.is_postgres_down = False
    await connected.let_pass(MAX_PAUSE)

    assert not await is_waiting(connected, ids)
    assert (await connected.link())["outcome"] == "synced"


async def test_check_and_audit_say_since_when_leads_wait(connected: Any, fake: Any, database_url: str) -> None:
    """With the number of waiting events; a check that goes well ends the wait."""
    fake.is_down = True
    settings = DatabaseSettings(database_url=database_url)
    ids = await connected.take_in(connected.lead())
    assert await is_waiting(connected, ids)
    since = (await connected.outage())["since"].isoformat()

    for command in ("check", "audit"):
        [report] = await commands.run(settings, connected.composed, commands.COMMANDS[command], None)
        assert (report["waiting_since"], report["waiting_events"]) == (since, 1)
        assert ("answered 503" in report.get("error", "")) is (command == "check")  # nothing to audit: no call
    async with connected.database.without_tenant() as tx:
        await pauses.begin(tx, "odoo-sync", 1, MAX_PAUSE, "away")
    fake.is_down = False
    [report] = await commands.run(settings, connected.composed, commands.COMMANDS["audit"], None)
    assert (report["waiting_since"], report["differences"]) == (since, [])
    [report] = await commands.run(settings, connected.composed, commands.COMMANDS["check"], None)

    assert report == {"tenant": 1, "problems": [], "hints": [], "was_blocked": False, "waiting": 0}
    assert await connected.outage() is None
    async with connected.database.without_tenant() as tx:
        assert await pauses.read(tx, "odoo-sync") == []
    assert not await is_waiting(connected, ids)


@pytest.mark.parametrize(
    ("failures", "asked", "seconds"),
    [(1, None, 2), (2, None, 4), (9, None, 300), (1000, None, 300), (1, 60, 60), (1, 1e9, 3600)],
)
def test_pauses_double_up_to_five_minutes(failures: int, asked: float | None, seconds: float) -> None:
    """They are never shorter than Odoo asks for, up to an hour."""
    assert pause_after(failures, OdooUnavailable("x", retry_after=asked)) == timedelta(seconds=seconds)
