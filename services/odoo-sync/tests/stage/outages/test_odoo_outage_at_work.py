"""The workers of two replicas and both lanes while an Odoo is away, and while it fails now and then.

Time passes by making everything older that the database remembers of waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from common.cloudevents import encode_body
from common.contracts import LeadScored
from common.delivery.inbox import Arrival, Inbox
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.workers import LaneWorkers
from common.ids import NO_REPLAY, new_id
from odoo_sync.sync.availability import MAX_PAUSE
from testkit.delivery.waking import waker_of
from testkit.stages import until

INBOX = Inbox("odoo-sync", timedelta(minutes=1))


@dataclass
class Replicas:
    """Two replicas of odoo-sync at work."""

    harness: Any
    workers: list[LaneWorkers]
    _offset: int = 0

    async def arrive(self, leads: Sequence[LeadScored], lane: Any = "interactive") -> None:
        """Puts leads into the inbox as Kafka delivers them: in order, with their own keys."""
        arrivals = []
        for lead in leads:
            self._offset += 1
            key = lead.key.encode()
            place = lead.topic, 0, self._offset, key, lead.tenant_id
            arrivals.append(Arrival(new_id(), NO_REPLAY, *place, lane, encode_body(lead), "[]", None))
        async with self.harness.database.without_tenant() as tx:
            await INBOX.take_in(tx, arrivals)
        self.wake()

    def wake(self) -> None:
        for workers in self.workers:
            workers.wake()

    async def let_pass(self, time: timedelta) -> None:
        await self.harness.let_pass(time)
        self.wake()

    async def count(self, state: str) -> int:
        return int(await self.harness.owner.fetchval("SELECT count(*) FROM inbox WHERE state = $1", state))

    async def pauses(self) -> tuple[int, int]:
        """The number of paused tenants, and of the probes and failures that they saw."""
        row = await self.harness.owner.fetchrow("SELECT count(*), coalesce(sum(failures), 0) FROM inbox_pauses")
        return row[0], int(row[1])


@pytest.fixture
async def replicas(connected: Any, http: httpx.AsyncClient) -> AsyncIterator[Replicas]:
    """Each has an HTTP client, a writer lock and a cache of servers of its own."""
    async with httpx.AsyncClient() as other, at_work([connected, replace(connected, http=other)]) as workers:
        yield Replicas(connected, workers)


@asynccontextmanager
async def at_work(harnesses: Sequence[Any]) -> AsyncIterator[list[LaneWorkers]]:
    workers = []
    for harness in harnesses:
        context = RunnerContext(harness.database, INBOX, FailureRateGuard(), lambda _: None, lambda _: None)
        handlers = harness.stage.handlers.values()
        workers += [LaneWorkers(it, lane, 4, context) for it in handlers for lane in ("interactive", "nightly")]
    tasks = [asyncio.create_task(it.run()) for it in workers]
    waking = asyncio.create_task(waker_of(workers, harnesses[0].database, INBOX).run())
    try:
        yield workers
    finally:
        waking.cancel()
        await asyncio.gather(*(it.stop(5) for it in workers))
        await asyncio.gather(*tasks)


@pytest.mark.timeout(1500)
async def test_nothing_is_dead_after_23_hours_and_all_goes_through_afterwards(
    replicas: Replicas, connected: Any, fake: Any
) -> None:
    """One request per pause for 500 leads of two tenants with one Odoo, in two replicas and both lanes."""
    other = connected.of(2)
    await other.connect(fake.url, fake.api_key)
    companies = await connected.more(200)
    fake.is_down = True
    await replicas.arrive([connected.lead(company=it, score=0.9) for it in companies])
    await replicas.arrive([connected.lead(company=it, score=0.7, hours=1) for it in companies], "nightly")
    await replicas.arrive([other.lead(company=it) for it in companies[:100]])

    async def both_are_paused() -> bool:
        return (await replicas.pauses())[0] == 2

    await until(both_are_paused)
    assert fake.requests == 2  # the call that failed, and the probe after it
    for hours in range(23):
        before = (await replicas.pauses())[1]

        async def both_have_probed(before: int = before) -> bool:
            return (await replicas.pauses())[1] == before + 2

        await replicas.let_pass(timedelta(hours=1))
        await until(both_have_probed)
        assert fake.requests == 3 + hours
    assert (await replicas.count("dead"), await replicas.count("done")) == (0, 0)

    fake.is_down = False

    async def all_are_done() -> bool:
        await replicas.let_pass(timedelta(seconds=10))
        return await replicas.count("open") == 0

    await until(all_are_done, within_s=900)  # rounds of a busy machine take seconds each
    assert await replicas.count("done") == 500
    assert await replicas.pauses() == (0, 0)
    assert len(fake.records["crm.lead"]) == 300
    for company in companies:  # the newer score came second, and is what stands in Odoo
        assert "scored 0.7" in fake.record(connected.external_id("lead", company))["description"]


@pytest.mark.timeout(1500)
async def test_after_24_hours_leads_become_dead_letters_with_the_reason(
    replicas: Replicas, connected: Any, fake: Any
) -> None:
    """Leads that were never tried are given up too; a younger one goes on waiting."""
    companies = await connected.more(301)
    fake.is_down = True
    await replicas.arrive([connected.lead(company=it) for it in companies[:300]])

    async def is_paused() -> bool:
        return (await replicas.pauses())[0] == 1

    await until(is_paused)
    await replicas.let_pass(timedelta(hours=23, minutes=50))
    await replicas.arrive([connected.lead(company=companies[300])])
    await replicas.let_pass(timedelta(minutes=11))

    async def the_old_ones_are_dead() -> bool:
        await replicas.let_pass(timedelta(seconds=10))
        return await replicas.count("dead") == 300

    await until(the_old_ones_are_dead, within_s=900)  # rounds of a busy machine take seconds each
    assert await replicas.count("open") == 1
    reasons = {row["error"] for row in await connected.owner.fetch("SELECT error FROM inbox WHERE state = 'dead'")}
    assert all(it.startswith("PatienceEnded: gave up after 24 hours waiting for Odoo since ") for it in reasons)
    letters = "SELECT count(*) FROM outbox WHERE topic = 'lead.scored.v1.dlq'"
    assert await connected.owner.fetchval(letters) == 300


async def test_another_tenants_leads_go_through_meanwhile(replicas: Replicas, connected: Any, fake: Any) -> None:
    """Its own Odoo answers."""
    other = connected.of(2)
    await other.connect(fake.url, fake.api_key)
    await connected.owner.execute("UPDATE odoo_connections SET url = 'http://127.0.0.1:1' WHERE tenant_id = 1")
    companies = await connected.more(50)

    await replicas.arrive([connected.lead(company=it) for it in companies])
    await replicas.arrive([other.lead(company=it) for it in companies])

    async def the_others_are_done() -> bool:
        return await replicas.count("done") == 50

    await until(the_others_are_done)
    assert len(fake.records["crm.lead"]) == 50


@pytest.mark.timeout(930)
async def test_an_odoo_that_fails_8_percent_of_its_calls_loses_no_lead(
    replicas: Replicas, connected: Any, fake: Any
) -> None:
    """Each ends with its three records, once, and a link that knows them. Some failed calls had been done."""
    companies = [it.model_copy(update={"website_domain": f"{it.uen}.sg"}) for it in await connected.more(300)]
    fake.failing_share = 0.08
    arriving = [companies[start : start + 20] for start in range(0, 300, 20)]

    async def all_are_done() -> bool:
        if arriving:
            await replicas.arrive([connected.lead(company=it) for it in arriving.pop()])
        # In small steps: where rounds are quicker than the work, time must not run out for it.
        await replicas.let_pass(MAX_PAUSE / 10)
        return not arriving and await replicas.count("open") == 0

    await until(all_are_done, within_s=900)  # rounds of a busy machine take seconds each
    assert (await replicas.count("done"), await replicas.count("dead")) == (300, 0)
    assert await connected.owner.fetchval("SELECT sum(failures) FROM inbox") > 50  # it did fail
    links = await connected.owner.fetch("SELECT * FROM odoo_links")
    assert (len(links), {row["outcome"] for row in links}) == (300, {"synced"})
    for kind, column in (("company", "partner_id"), ("contact", "contact_id"), ("lead", "lead_id")):
        made = [number for name, (_, number) in fake.external.items() if name.startswith(f"leadgen.{kind}_")]
        assert sorted(made) == sorted(row[column] for row in links)
    assert (len(fake.records["res.partner"]), len(fake.records["crm.lead"])) == (600, 300)
    assert len(await connected.announced()) == 300
