"""Taking in, when writing fails: offsets are committed only for what stands in the inbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from common.contracts import RequestEnrichment
from common.forgotten.digests import ForgottenList
from common.ids import new_id
from common.postgres import Database
from common.runtime import Runtime
from testkit.stages import (
    a_company,
    a_stage,
    at_work,
    committed_offsets,
    ended,
    envelope_for,
    has_committed_all,
    publish,
    until,
)

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: As when a disk is full, a right is missing, or a service came before its migration.
BREAK = """
    CREATE SEQUENCE tried; GRANT USAGE ON SEQUENCE tried TO leadgen_service;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('tried');
        RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = 'not now';
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION refuse();
"""
MEND = "DROP TRIGGER refuse ON inbox"


def some(count: int) -> list[RequestEnrichment]:
    """Builds arrivals of one key, and so of one partition."""
    return [RequestEnrichment(tenant_id=1, company=a_company("201912345K")) for _ in range(count)]


@asynccontextmanager
async def offsets_of(kafka: str) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    """A reader of the group's offsets, and the partitions of its topic."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id="toy", enable_auto_commit=False) as reader:
        yield reader, [TopicPartition(RequestEnrichment.topic, number) for number in range(6)]


async def committed(kafka: str) -> int:
    """Sums the committed offsets of the group over all partitions."""
    async with offsets_of(kafka) as (reader, places):
        return sum((await committed_offsets(reader, places)).values())


async def has_read_all(kafka: str) -> bool:
    """Whether the group has committed all that stands in its topic."""
    async with offsets_of(kafka) as (reader, places):
        return await has_committed_all(reader, places)


@pytest.mark.parametrize(
    "code",
    ["57P01", "53100", "42501"],
    ids=["the server is shutting down", "the disk is full", "a right is missing"],
)
async def test_what_cannot_be_written_is_not_committed_and_not_lost(
    code: str, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """While the database refuses, the group's offsets stand still; what came meanwhile is there once it does not."""
    first, second, third = ([(event, envelope_for(event, new_id())) for event in some(5)] for _ in range(3))

    async def tries() -> bool:
        return bool(await owner.fetchval("SELECT is_called FROM tried"))

    async with at_work(a_stage(), database, kafka) as runtime:
        assert isinstance(runtime, Runtime)
        await publish(kafka, first)
        await ended(database, "toy", 5)
        await until(lambda: has_read_all(kafka))  # the commit follows the rows
        before = await committed(kafka)
        await owner.execute(BREAK.format(code=code))
        await publish(kafka, second)
        await until(tries)
        assert await committed(kafka) == before
        await owner.execute(MEND)
        await publish(kafka, third)
        await ended(database, "toy", 15)
    ids = {row["event_id"] for row in await owner.fetch("SELECT event_id FROM inbox WHERE consumer = 'toy'")}
    assert ids == {envelope.event_id for _, envelope in [*first, *second, *third]}


async def test_intake_reads_the_stages_own_list_of_what_is_forgotten(toy: str, database: Database, kafka: str) -> None:
    """A stage whose handlers read the list gives intake the same one: two would be read twice as often."""
    asked = 0

    class OwnList:
        async def current(self) -> ForgottenList:
            nonlocal asked
            asked += 1
            return ForgottenList()

    stage = a_stage()
    stage.suppression = OwnList()
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event, new_id())) for event in some(1)])
        await ended(database, "toy", 1)
    assert asked >= 1


async def test_what_arrives_wakes_the_workers_of_its_lane_alone(toy: str, database: Database, kafka: str) -> None:
    """The others would ask the database for nothing, each on a connection of its own."""
    async with at_work(a_stage(), database, kafka) as runtime:
        nightly = next(it for it in runtime.workers if it.lane == "nightly")

        async def has_looked() -> bool:
            return not nightly._has_news

        await until(has_looked)
        before = nightly._ring_read_at
        await publish(kafka, [(event, envelope_for(event, new_id())) for event in some(1)])
        await ended(database, "toy", 1)
        assert nightly._ring_read_at == before
        await publish(kafka, [(event, envelope_for(event, new_id(), lane="nightly")) for event in some(1)])
        await ended(database, "toy", 2)
        assert nightly._ring_read_at > before
