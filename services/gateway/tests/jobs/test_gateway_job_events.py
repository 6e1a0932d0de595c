"""A tenant's jobs: their list, the stream of a job's progress, and cancelling one; of one's own tenant only."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

import pytest

from common.contracts import CancelJob, JobProgressed, SearchAnswer
from common.ids import new_id
from gateway.jobs import BEGINNING, PAGE
from testkit.stages import read_topic, until

A_JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked, created_at)
    VALUES ($1, $2, 'staging_upsert', $3, '{}', 0, 10, $1::uuid::text, coalesce($4, now()))
"""
PROGRESS = """
    UPDATE background_jobs SET status = $2, processed = $3, ended_at = CASE WHEN $4 THEN now() END WHERE job_id = $1
"""


class Seen(NamedTuple):
    """An event of a stream."""

    name: str
    status: str
    processed: int
    event_id: str


async def a_job(owner, tenant_id: int = 1, status: str = "queued", at=None) -> UUID:
    job_id = new_id()
    await owner.execute(A_JOB, job_id, tenant_id, status, at)
    return job_id


def news(job_id: UUID, tenant_id: int = 1) -> JobProgressed:
    return JobProgressed(tenant_id=tenant_id, request_id=job_id, job_id=job_id, status="running", processed=1, total=10)


async def seen(lines: AsyncIterator[str]) -> Seen | None:
    """The next event; None at the end of the stream."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line and fields:
            job = json.loads(fields["data"])
            return Seen(fields["event"], job["status"], job["processed"], fields["id"])
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
    return None


async def test_a_stream_shows_each_state_until_the_end(rep, owner, say) -> None:
    """The present state at once, the next at the upserter's news, and the last one ends the stream."""
    job_id = await a_job(owner)
    async with rep.http.stream("GET", f"/jobs/{job_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert (await seen(lines))[:3] == ("progress", "queued", 0)
        await owner.execute(PROGRESS, job_id, "running", 4, False)
        await say(job_id, news(job_id))
        assert (await seen(lines))[:3] == ("progress", "running", 4)
        await owner.execute(PROGRESS, job_id, "done", 10, True)
        await say(job_id, news(job_id))
        assert (await seen(lines))[:3] == ("ended", "done", 10)
        assert await seen(lines) is None
    assert rep.feed.listeners == 0


async def test_another_replica_resumes_a_stream(reps, serve, kafka, owner) -> None:
    """After the client's last event: nothing twice, and what came meanwhile is not missed."""
    job_id = await a_job(owner)
    path = f"/jobs/{job_id}/events"
    async with reps(1).http.stream("GET", path) as answer:
        first = await seen(answer.aiter_lines())
    await owner.execute(PROGRESS, job_id, "running", 4, False)
    async with serve(kafka) as others:
        async with others(1).http.stream("GET", path, headers={"Last-Event-ID": first.event_id}) as answer:
            second = await seen(answer.aiter_lines())
        assert second[:3] == ("progress", "running", 4)
        await owner.execute(PROGRESS, job_id, "done", 10, True)
        async with others(1).http.stream("GET", path, headers={"Last-Event-ID": second.event_id}) as answer:
            last = await seen(answer.aiter_lines())
        assert last[:3] == ("ended", "done", 10)
        again = await others(1).http.get(path, headers={"Last-Event-ID": last.event_id})
        assert (again.status_code, again.content) == (204, b"")


async def test_a_silent_stream_has_heartbeats_and_finds_what_nobody_sent(rep, owner, monkeypatch) -> None:
    """A comment at each heartbeat; the table is read then, so lost news are only late."""
    monkeypatch.setattr("gateway.http.streams.HEARTBEAT_S", 0.05)
    job_id = await a_job(owner)
    async with rep.http.stream("GET", f"/jobs/{job_id}/events") as answer:
        lines = answer.aiter_lines()
        await seen(lines)
        async for line in lines:
            if line.startswith(":"):
                break
        await owner.execute(PROGRESS, job_id, "running", 4, False)
        assert (await seen(lines))[:3] == ("progress", "running", 4)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_job_of_another_tenant_does_not_exist(method: str, reps, owner, kafka) -> None:
    """404 for its state, its stream and its cancellation, and nothing is requested."""
    job_id = await a_job(owner, tenant_id=2)
    for path in (f"/jobs/{job_id}", f"/jobs/{job_id}/events")[: 2 if method == "GET" else 1]:
        assert (await reps(1).http.request(method, path)).status_code == 404
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_no_stream_carries_what_is_of_another_tenant(reps, owner, say) -> None:
    """Facts of another tenant about the same job or the same request are dropped, whatever they claim."""
    job_id = await a_job(owner)
    async with reps(1).http.stream("GET", f"/jobs/{job_id}/events") as answer:
        lines = answer.aiter_lines()
        await seen(lines)
        await owner.execute(PROGRESS, job_id, "running", 4, False)
        forged = news(job_id, tenant_id=2).model_copy(update={"processed": 9, "error": "another tenant's"})
        await say(job_id, forged, news(job_id))
        assert (await seen(lines))[:3] == ("progress", "running", 4)
    async with reps(1).http.stream("POST", "/chat", json={"message": "Manufacturing"}) as answer:
        lines = answer.aiter_lines()
        accepted: dict[str, str] = {}
        async for line in lines:
            if line.startswith("data: "):
                accepted = json.loads(line.removeprefix("data: "))
                break
        secret = news(job_id, tenant_id=2).model_copy(update={"error": "another tenant's"})
        answer_of_own = SearchAnswer(resolved=[], matches=0, head=[], remaining=0)
        own = news(job_id).model_copy(update={"status": "done", "job_id": None, "answer": answer_of_own})
        await say(accepted["request_id"], secret, own)
        rest = "".join([line async for line in lines])
    assert "another tenant" not in rest
    assert "event: done" in rest


async def test_a_queued_job_is_cancelled(rep, owner, say, kafka) -> None:
    """The upserter gets the command at once; its news ends the request, with the job as it is then."""
    job_id = await a_job(owner)
    deleting = asyncio.create_task(rep.http.delete(f"/jobs/{job_id}"))
    records = await until(lambda: read_topic(kafka, CancelJob.topic))
    command = CancelJob.model_validate_json(records[0].value)
    assert (command.job_id, command.tenant_id, command.requested_by) == (job_id, 1, "rep@example.com")
    await owner.execute(PROGRESS, job_id, "cancelled", 0, True)
    await say(job_id, news(job_id))
    answer = await deleting
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    again = await rep.http.delete(f"/jobs/{job_id}")
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")
    assert len(await read_topic(kafka, CancelJob.topic)) == 1


async def test_a_cancellation_that_takes_time_is_reported_as_it_is(rep, owner, monkeypatch) -> None:
    """202 with the state of now: the job still runs."""
    monkeypatch.setattr("gateway.routes.jobs.jobs.ANSWER_S", 0.05)
    job_id = await a_job(owner, status="running")
    answer = await rep.http.delete(f"/jobs/{job_id}")
    assert (answer.status_code, answer.json()["status"]) == (202, "running")


async def test_a_job_that_has_ended_is_left_alone(rep, owner) -> None:
    """200 with its state; nothing is requested."""
    job_id = await a_job(owner, status="done")
    answer = await rep.http.delete(f"/jobs/{job_id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_jobs_are_listed_newest_first_page_by_page(rep, owner) -> None:
    """All of the tenant's, each once, also those of the same moment; by status if asked for."""
    moment = await owner.fetchval("SELECT now()")
    made = [str(await a_job(owner, status=status, at=moment)) for status in ("queued", "queued", "done")]
    made.append(str(await a_job(owner)))
    await a_job(owner, tenant_id=2)
    listed: list[str] = []
    after: str | None = None
    while True:
        page = (await rep.http.get("/jobs", params={"limit": 1, **({"after": after} if after else {})})).json()
        listed += [job["job_id"] for job in page["items"]]
        if (after := page["nextCursor"]) is None:
            break
    assert listed == [made[3], *sorted(made[:3], reverse=True)]
    done = (await rep.http.get("/jobs", params={"status": "done"})).json()
    assert [job["job_id"] for job in done["items"]] == [made[2]]
    extreme = base64.urlsafe_b64encode(f"0001-01-01T00:00:00+14:00|{UUID(int=1)}".encode()).decode().rstrip("=")
    for cursor in ("bm90aGluZw", extreme):
        assert (await rep.http.get("/jobs", params={"after": cursor})).status_code == 422


async def test_a_job_has_the_words_that_were_asked_for(rep, owner) -> None:
    """In the list and by itself; one without words has none."""
    worded, unworded = await a_job(owner), await a_job(owner)
    await owner.execute(
        'UPDATE background_jobs SET params = \'{"terms": ["Retail", "Hotels"]}\' WHERE job_id = $1', worded
    )
    listed = {job["job_id"]: job["terms"] for job in (await rep.http.get("/jobs")).json()["items"]}
    assert listed == {str(worded): ["Retail", "Hotels"], str(unworded): []}
    assert (await rep.http.get(f"/jobs/{worded}")).json()["terms"] == ["Retail", "Hotels"]


async def test_the_list_of_jobs_is_read_by_its_index(owner) -> None:
    """The list of jobs is read by its index. However many jobs a tenant has, a page reads its own rows."""
    await owner.execute("SET enable_seqscan = off")
    await owner.execute("SELECT set_config('request.tenant_id', '1', false)")
    plan = await owner.fetch(f"EXPLAIN {PAGE}", *BEGINNING, None, 20)
    assert "background_jobs_newest" in "\n".join(row[0] for row in plan)
