"""`accepted` is kept whatever dies, and a request that is sent again is done once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import httpx
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import RequestIndustry
from common.ids import new_id
from embedded.ports import LOOPBACK
from gateway.messaging.idempotency import request_id
from testkit.stages import read_topic, until

CHAT, JOB = "/chat", "/jobs/staging_upsert"
REPS = 10


async def test_what_was_accepted_is_done_though_the_gateway_is_killed(start_gateway, kafka, tokens) -> None:
    """Ten reps; SIGKILL at the first `accepted`. Each request that was seen accepted reaches Kafka after a restart."""
    process = await start_gateway(kafka)
    accepted: set[str] = set()

    async def rep(number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens(number % 3 + 1)}"}
        body = {"message": f"Manufacturing {number}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as http:
            try:
                async with http.stream("POST", f"{process.url}{CHAT}", json=body) as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("data:"):
                            process.child.kill()
                            accepted.add(json.loads(line.removeprefix("data:"))["request_id"])
            except httpx.TransportError:
                pass  # killed, as it should be

    await asyncio.gather(*map(rep, range(REPS)))
    assert accepted
    assert not process.child.is_running()

    await start_gateway(kafka)
    await until(lambda: are_requested(kafka, accepted))


async def test_a_lost_answer_is_reported_as_unknown_and_the_repeat_is_safe(serve, kafka, database_url, owner) -> None:
    """The connection dies between the commit and its answer: the request is there, and the second one is the same."""
    async with losing_answers(database_url, "the lost one") as url, serve(kafka, database_url=url) as reps:
        rep = reps(1)
        events = [message async for message in rep.chat("the lost one")]
        assert [message.name for message in events] == ["error"]
        assert (events[0].data["status"], events[0].data["title"]) == (503, "Outcome unknown")
        assert "Nothing was done" not in events[0].data["detail"]
        key = events[0].data["detail"].partition("Idempotency-Key: ")[2].partition("`")[0]
        (first,) = await until(lambda: sent(kafka, "the lost one"))

        again = await first_event(rep, {"message": "the lost one"}, key)
        assert again == str(first.request_id)
        found = await until(lambda: sent(kafka, "the lost one", at_least=2))
        assert {request.request_id for request in found} == {first.request_id}


async def test_a_jobs_lost_answer_is_reported_as_unknown(serve, kafka, database_url) -> None:
    """With the key that makes the repeat safe: the client's own."""
    key = str(new_id())
    async with losing_answers(database_url, "the lost one") as url, serve(kafka, database_url=url) as reps:
        answer = await reps(1).http.post(JOB, json={"terms": ["the lost one"]}, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["title"]) == (503, "Outcome unknown")
        assert f"Idempotency-Key: {key}" in answer.json()["detail"]
        assert answer.headers["retry-after"]
        await until(lambda: sent(kafka, "the lost one"))


async def test_a_lost_answer_to_a_changed_icp_is_reported_as_unknown(serve, kafka, database_url, owner) -> None:
    """PUT may be sent again as it is."""
    await owner.execute("INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', 'C', 'section', 'MAKERS')")
    way = losing_answers(database_url, "Lost Technology", then="COMMIT")
    async with way as url, serve(kafka, database_url=url) as reps:
        icp = {"industries": [], "technologies": ["Lost Technology"]}
        answer = await reps(1).http.put("/icp", json=icp)
        assert (answer.status_code, answer.json()["title"]) == (503, "Outcome unknown")
        assert await owner.fetchval("SELECT technologies FROM icp_rules WHERE tenant_id = 1") == ["Lost Technology"]
        assert (await reps(1).http.put("/icp", json=icp)).status_code == 200


async def test_the_database_vanishes_while_the_gateway_starts(serve, kafka, database_url, owner) -> None:
    """It had connected, and was reading the industry codes: it starts, and reads them when they are first needed."""
    await owner.execute("INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', 'C', 'section', 'MAKERS')")
    broken = asyncio.Event()
    way = losing_answers(database_url, "ssic_ref", then="COMMIT", broken=broken)
    async with way as url, serve(kafka, database_url=url) as reps:
        assert broken.is_set()
        rep = reps(1)
        await until(rep.is_ready)
        assert (await rep.http.get("/industries/resolve", params={"q": "SSIC C"})).status_code == 200  # 503 without


async def test_the_same_key_and_body_are_one_request(reps, kafka) -> None:
    """Another body, another tenant or another key makes another request; the answer repeats the key."""
    key, other = str(new_id()), str(new_id())
    first = await first_event(reps(1), {"message": "one"}, key)
    assert await first_event(reps(1), {"message": "one"}, key) == first
    others = [
        await first_event(reps(1), {"message": "two"}, key),
        await first_event(reps(2), {"message": "one"}, key),
        await first_event(reps(1), {"message": "one"}, other),
        await first_event(reps(1), {"message": "one"}, None),
    ]
    assert len({first, *others}) == 5


async def test_a_repeated_job_is_shown_as_it_is(rep, owner, kafka, monkeypatch) -> None:
    """The upserter says nothing new of a request that it knows: the answer is the job that it made."""
    monkeypatch.setattr("gateway.routes.jobs.jobs.ANSWER_S", 0.2)
    key = new_id()
    job_id = request_id(key, 1, "staging_upsert", ["Manufacturing"], None)
    await owner.execute(
        "INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked)"
        " VALUES ($1, 1, 'staging_upsert', 'running', '{}', 500, 1200, '{}')",
        job_id,
    )
    answer = await rep.http.post(JOB, json={"terms": ["Manufacturing"]}, headers={"Idempotency-Key": str(key)})
    assert answer.status_code == 202
    assert answer.headers["idempotency-key"] == str(key)
    assert answer.json() == {"job_id": str(job_id), "status": "running", "processed": 500, "total": 1200}


async def test_a_key_that_would_not_be_recognised_is_refused(rep, owner) -> None:
    """422 that says what a key is; nothing is requested."""
    old, of_tomorrow = (str(new_id(datetime.now(UTC) + timedelta(days=days))) for days in (-2, 1))
    for key in (str(uuid4()), old, of_tomorrow, "7"):
        for path, body in ((CHAT, {"message": "one"}), (JOB, {"terms": ["one"]})):
            answer = await rep.http.post(path, json=body, headers={"Idempotency-Key": key})
            assert answer.status_code == 422, key
            assert "header.idempotency-key" in answer.json()["detail"], key
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


@given(st.integers(1, 9), st.integers(1, 9), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_request_ids_differ_wherever_the_content_does(one, other, terms, other_terms) -> None:
    """Request ids differ wherever the content does, and keep the key's time, by which inboxes are cut."""
    key = new_id()
    first, second = request_id(key, one, terms), request_id(key, other, other_terms)
    assert (first == second) == ((one, terms) == (other, other_terms))
    assert first.bytes[:6] == key.bytes[:6]


async def first_event(rep, body, key: str | None) -> str:
    """The request id of `accepted`; the rep leaves then."""
    headers = {} if key is None else {"Idempotency-Key": key}
    async with rep.http.stream("POST", CHAT, json=body, headers=headers) as answer:
        assert answer.status_code == 200
        assert key is None or answer.headers["idempotency-key"] == key
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                data: dict[str, str] = json.loads(line.removeprefix("data:"))
                assert UUID(data["request_id"]).version == 8
                return data["request_id"]
    raise AssertionError("the stream ended without an event")


async def sent(kafka: str, words: str, *, at_least: int = 1) -> list[RequestIndustry]:
    """The requests with these words that stand in Kafka; none while they are fewer."""
    records = await read_topic(kafka, RequestIndustry.topic)
    found = [RequestIndustry.model_validate_json(record.value) for record in records if record.value]
    wanted = [request for request in found if request.terms == [words]]
    return wanted if len(wanted) >= at_least else []


async def are_requested(kafka: str, ids: set[str]) -> bool:
    records = await read_topic(kafka, RequestIndustry.topic)
    return ids <= {dict(record.headers)["ce_id"].decode() for record in records}


@asynccontextmanager
async def losing_answers(
    database_url: str, marker: str, *, then: str = "", broken: asyncio.Event | None = None
) -> AsyncIterator[str]:
    """A way to the database that breaks once, after PostgreSQL has carried out a statement and before its answer.

    It is the statement that the marker stands in; or the first one with `then` in it, on the connection that sent the
    marker.
    """
    parts = urlsplit(database_url)
    connections: set[asyncio.Task[None] | None] = set()
    broken = broken or asyncio.Event()

    async def forward(reader: asyncio.StreamReader, back: asyncio.StreamWriter, breaking: asyncio.Event) -> None:
        has_marker = False
        while data := await reader.read(65536):
            has_marker = has_marker or marker.encode() in data
            if has_marker and then.encode() in data and not broken.is_set():
                broken.set()
                breaking.set()
            back.write(data)

    async def answer(there: asyncio.StreamReader, writer: asyncio.StreamWriter, breaking: asyncio.Event) -> None:
        while data := await there.read(65536):
            if not breaking.is_set():
                writer.write(data)
            elif b"INSERT" in data or b"COMMIT" in data:  # PostgreSQL has done it
                break

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        breaking = asyncio.Event()
        pair = [
            asyncio.create_task(forward(reader, back, breaking)),
            asyncio.create_task(answer(there, writer, breaking)),
        ]
        try:
            await asyncio.wait(pair, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in pair:
                task.cancel()
            for side in (writer, back):
                side.transport.abort()

    server = await asyncio.start_server(connect, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    netloc = f"{credentials}@{LOOPBACK}:{port}" if credentials else f"{LOOPBACK}:{port}"
    try:
        yield urlunsplit(parts._replace(netloc=netloc))
    finally:
        server.close()
        for task in connections:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, connections), return_exceptions=True)
