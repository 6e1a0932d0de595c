"""Events that end oddly: their lease was lost by the time they fail, or the error itself is hard to write down."""

from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import LeadSynced, RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.errors import Permanent, Transient
from common.handling.stage import Stage
from common.handling.work import Work
from common.ids import derived_id
from common.postgres import Database
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic


@pytest.mark.parametrize(
    "error", [Permanent("no"), Transient("busy"), KeyError("a bug")], ids=lambda it: type(it).__name__
)
async def test_a_failure_after_the_lease_was_lost_is_nobodys(
    error: Exception, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Another has taken the event and ended it well: the slow one's failure is not counted, nor dead-lettered."""
    stage, attempts = Stage("toy"), 0

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            # As if this process had been frozen: its lease is over, and another takes the event and ends it.
            await owner.execute("UPDATE inbox SET attempts = attempts + 1, state = 'done'")
            raise error

    event = RequestEnrichment(tenant_id=1, company=a_company())
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "toy", 1)
    row = await owner.fetchrow("SELECT state, failures, error FROM inbox")
    assert row is not None
    assert tuple(row) == ("done", 0, None)
    assert await read_topic(kafka, TOPIC + SUFFIX) == []


@pytest.mark.parametrize(
    "text", ["a \0 in it", "half a pair: \ud800", "😀" * 100_000], ids=["NUL", "surrogate", "long"]
)
async def test_an_error_that_is_hard_to_write_down_ends_its_event_all_the_same(
    text: str, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Errors quote what websites and vendors say. The event is a dead letter at the first attempt, with a reason."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        raise Permanent(f"the site says {text}")

    event = RequestEnrichment(tenant_id=1, company=a_company())
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "toy", 1)
    (letter,) = await read_topic(kafka, TOPIC + SUFFIX)
    assert b"the site says" in dict(letter.headers)["dlq_reason"]
    assert await owner.fetchval("SELECT attempts FROM inbox") == 1


async def test_steps_are_announced_as_they_commit_and_end_in_order(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """A part that failed is announced by the attempt that commits it; each part has its own id, and is there once."""
    stage, attempts = Stage("toy"), 0

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        nonlocal attempts
        attempts += 1
        for tenth in range(1, 4):
            async with work.step() as tx:
                await tx.execute("INSERT INTO toys (tenant_id, uen) VALUES (tenant(), $1)", f"P{tenth}")
                work.announce(LeadSynced(tenant_id=1, company=a_company(f"P{tenth}"), outcome="no_connection"))
                if attempts == 1 and tenth == 2:
                    raise Transient("halfway")

    event = RequestEnrichment(tenant_id=1, company=a_company())
    envelope = envelope_for(event)
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope)])
        await ended(database, "toy", 1)
    assert [row[0] for row in await owner.fetch("SELECT uen FROM toys ORDER BY at")] == ["P1", "P1", "P2", "P3"]
    published = {dict(record.headers)["ce_id"].decode() for record in await read_topic(kafka, LeadSynced.topic)}
    assert published == {str(derived_id(envelope.event_id, LeadSynced.topic, f"1:P{tenth}")) for tenth in range(1, 4)}
