"""The gateway with its database or its broker away: it says so, loses nothing, and goes on by itself."""

import asyncio

import pytest

from common.contracts import RequestIndustry
from testkit.stages import read_topic, until

PATH = f"/jobs/{'0' * 32}"


async def test_without_the_database_it_says_try_again(reps, breakable_postgres) -> None:
    """503 with Retry-After; in a stream that has begun, an `error` event. Alive all along, ready when it is back."""
    known, unknown = reps(1), reps(2)
    await known.http.get(PATH)
    await asyncio.to_thread(breakable_postgres.kill)

    for answer in (
        await known.http.get(PATH),
        await unknown.http.get(PATH),
        await known.http.post("/jobs/staging_upsert", json={"terms": ["Manufacturing"]}),
        await unknown.http.post("/chat", json={"message": "Manufacturing"}),
    ):
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert "Nothing was done" in answer.json()["detail"]
    events = [message async for message in known.chat("Manufacturing")]
    assert [message.name for message in events] == ["error"]
    assert events[-1].data["status"] == 503
    assert "Nothing was done" in events[-1].data["detail"]
    assert (await known.http.get("/readyz")).status_code == 503
    assert (await known.http.get("/livez")).status_code == 200

    await asyncio.to_thread(breakable_postgres.start)
    await until(lambda: answers(known, "/readyz", 200))
    assert (await unknown.http.get(PATH)).status_code == 404


async def test_without_kafka_a_request_is_kept(serve, kafka, owner, breakable_kafka) -> None:
    """Accepted and durable; sent when Kafka is back, once. The facts are heard again then, too."""
    async with serve(kafka, chat_timeout_s=1) as reps:
        rep = reps(1)
        await until(lambda: answers(rep, "/readyz", 200))
        await asyncio.to_thread(breakable_kafka.kill)

        events = [message async for message in rep.chat("Manufacturing")]
        assert [message.name for message in events] == ["accepted", "done"]
        assert await owner.fetchval("SELECT count(*) FROM outbox WHERE producer = 'gateway'") == 1
        assert (await rep.http.get("/livez")).status_code == 200

        await asyncio.to_thread(breakable_kafka.start)
        await until(lambda: is_empty(owner), within_s=60)
        await until(lambda: answers(rep, "/readyz", 200), within_s=60)
    # A killed broker may bring back what was deleted just before: of other tests. Ours is known by its id.
    request_id = events[0].data["request_id"].encode()
    sent = [record for record in await read_topic(kafka, RequestIndustry.topic) if record.key == b"1"]
    assert sum(("ce_id", request_id) in record.headers for record in sent) == 1


async def test_it_starts_without_kafka(serve, kafka, owner, breakable_kafka) -> None:
    """Takes requests, is live, is not ready; and hears facts once Kafka is there."""
    await asyncio.to_thread(breakable_kafka.kill)
    async with serve(kafka, chat_timeout_s=0.2) as reps:
        rep = reps(1)
        assert (await rep.http.get("/readyz")).status_code == 503
        assert [message.name async for message in rep.chat("Manufacturing")] == ["accepted", "done"]
        assert (await rep.http.get("/livez")).status_code == 200

        await asyncio.to_thread(breakable_kafka.start)
        await until(lambda: answers(rep, "/readyz", 200), within_s=60)
        await until(lambda: is_empty(owner), within_s=60)


async def test_a_test_that_fails_leaves_no_connection_open(serve, kafka) -> None:
    """An unclosed socket is a warning, and would fail the test that happens to run when it is collected."""
    opened = []

    async def fail() -> None:
        async with serve(kafka) as reps:
            opened.append(reps(1).http)
            await opened[0].get("/livez")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert opened[0].is_closed


async def answers(rep, path: str, status: int) -> bool:
    return (await rep.http.get(path)).status_code == status


async def is_empty(owner) -> bool:
    return await owner.fetchval("SELECT count(*) FROM outbox WHERE producer = 'gateway'") == 0
