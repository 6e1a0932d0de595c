"""Loss of all of the broker's data: what the tables hold goes on, and nothing is done twice."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.contracts import LeadSynced, RequestEnrichment
from common.delivery.messages import Announcement
from common.delivery.outbox import announce
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from embedded.kafka import Kafka
from leadgen.kafka.topics import create_topics
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic


@pytest.fixture
def broker(servers_folder: Path) -> Iterator[Kafka]:
    """A broker of this test's own, to be lost."""
    server = Kafka(servers_folder / "lost-broker")
    yield server
    server.stop()


async def test_a_new_broker_goes_on_from_the_tables(broker: Kafka, database: Database, owner: Any) -> None:
    """Announcements that waited are sent, events that are sent again are recognised, new ones are handled."""
    await owner.execute("CALL add_stage('toy')")
    handled: list[str] = []
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        handled.append(str(work.event.company.uen))

    def a_request(number: int) -> RequestEnrichment:
        return RequestEnrichment(tenant_id=1, company=a_company(f"2019{number:05}K", company_id=number))

    known = [(event, envelope_for(event)) for event in map(a_request, range(1, 11))]
    await asyncio.to_thread(broker.start)
    await create_topics(broker.bootstrap_servers)
    await publish(broker.bootstrap_servers, known)
    async with at_work(stage, database, broker.bootstrap_servers):
        await ended(database, "toy", len(known))
    waiting = [LeadSynced(tenant_id=1, company=event.company, outcome="no_connection") for event, _ in known[:3]]
    async with database.without_tenant() as tx:
        await announce(tx, "toy", [Announcement(event, envelope_for(event)) for event in waiting])

    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(shutil.rmtree, broker.data)
    await asyncio.to_thread(broker.start)
    await create_topics(broker.bootstrap_servers)
    new = [(event, envelope_for(event)) for event in map(a_request, range(11, 16))]
    await publish(broker.bootstrap_servers, [*known, *new])
    async with at_work(stage, database, broker.bootstrap_servers):
        await ended(database, "toy", len(known) + len(new))

    assert sorted(handled) == [str(event.company.uen) for event, _ in [*known, *new]]
    assert len(await read_topic(broker.bootstrap_servers, LeadSynced.topic)) == len(waiting)
