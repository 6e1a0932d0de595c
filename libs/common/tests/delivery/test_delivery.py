"""The delivery promises, on the real Kafka and the real PostgreSQL, with a toy stage."""

import pytest

from common.contracts import LeadSynced, RequestEnrichment
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from testkit.stages import a_company, at_work, ended, envelope_for, is_all_taken_in, publish, read_topic, until

Owner = "asyncpg.Connection[asyncpg.Record]"
TAKE = "INSERT INTO toys (tenant_id, uen) VALUES (tenant(), $1)"


def a_request(uen: str = "201912345K", tenant_id: int = 1) -> RequestEnrichment:
    return RequestEnrichment(tenant_id=tenant_id, company=a_company(uen))


def one_by_one() -> Stage:
    """Writes down what it is given and announces it."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute(TAKE, work.event.company.uen)
            work.announce(
                LeadSynced(tenant_id=work.event.tenant_id, company=work.event.company, outcome="no_connection")
            )

    return stage


def set_based() -> Stage:
    """Handles many events at once."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, batch=100)
    async def take(work: Batch[RequestEnrichment]) -> None:
        await work.tx.executemany(TAKE, [(event.company.uen,) for event in work.events])
        for item in work.items:
            work.announce(
                LeadSynced(tenant_id=item.event.tenant_id, company=item.event.company, outcome="no_connection"), item
            )

    return stage


@pytest.mark.parametrize("make_stage", [one_by_one, set_based])
async def test_a_message_delivered_twice_is_handled_and_announced_once(make_stage, toy, owner, database, kafka) -> None:
    """Kafka repeats; the row and its announcement do not."""
    events = [(event := a_request(f"2019{n:05}K", 1 + n % 3), envelope_for(event)) for n in range(50)]
    async with at_work(make_stage(), database, kafka) as runtime:
        await publish(kafka, [*events, *events])
        await ended(database, "toy", 50)
        await publish(kafka, events)
        await until(lambda: is_all_taken_in(runtime))
        await ended(database, "toy", 50)
    assert await owner.fetchval("SELECT count(*) FROM toys") == 50
    published = await read_topic(kafka, LeadSynced.topic)
    assert len({dict(record.headers)["ce_id"] for record in published}) == len(published) == 50
