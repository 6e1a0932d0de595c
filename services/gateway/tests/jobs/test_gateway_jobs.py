"""Background jobs over HTTP: asking for one, and looking at it; of one's own tenant only."""

import asyncio
from uuid import UUID

from common.contracts import Industry, JobProgressed, RequestIndustry, SearchAnswer
from common.ids import new_id
from testkit.stages import read_topic, until

A_JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked, continues)
    VALUES ($1, $2, 'staging_upsert', 'running', '{}', 500, 1200, '{}', $3)
"""
MANUFACTURING = Industry(version="2020", code="C", level="section", title="MANUFACTURING")
FURNITURE = Industry(version="2020", code="31", level="division", title="MANUFACTURE OF FURNITURE")


async def asked(rep, say, kafka, fact, **body):
    """POSTs a job and answers for the upserter: `fact` makes its answer of the request."""
    posted = asyncio.create_task(rep.http.post("/jobs/staging_upsert", json={"terms": ["Manufacturing"], **body}))
    request = await until(lambda: the_request(kafka))
    await say(request.request_id, fact(request))
    return request, await posted


async def the_request(kafka: str) -> RequestIndustry | None:
    records = await read_topic(kafka, RequestIndustry.topic)
    return RequestIndustry.model_validate_json(records[-1].value) if records else None


def progressed(request: RequestIndustry, *, resolved=(MANUFACTURING,), suggestions=(), total: int) -> JobProgressed:
    return JobProgressed(
        tenant_id=request.tenant_id,
        request_id=request.request_id,
        job_id=request.request_id if total else None,
        status="queued" if total else "done",
        processed=0,
        total=total,
        answer=SearchAnswer(
            resolved=list(resolved), matches=total, head=[], remaining=total, suggestions=list(suggestions)
        ),
    )


async def test_a_job_is_queued_for_every_match(rep, say, kafka) -> None:
    """None at once, `limit` at most; the answer names the job, how much there is to do, and where to look."""
    request, answer = await asked(rep, say, kafka, lambda request: progressed(request, total=25), limit=25)
    assert (request.sync_limit, request.limit, request.tenant_id) == (0, 25, 1)
    assert answer.status_code == 202
    assert answer.json() == {"job_id": str(request.request_id), "status": "queued", "processed": 0, "total": 25}
    assert answer.headers["location"] == f"/jobs/{request.request_id}"


async def test_terms_that_name_no_industry_are_a_problem(rep, say, kafka) -> None:
    """422 with an example."""
    _, answer = await asked(rep, say, kafka, lambda request: progressed(request, resolved=(), total=0))
    assert answer.status_code == 422
    assert "Try `SSIC 62`" in answer.json()["detail"]


async def test_terms_that_come_close_are_asked_back(rep, say, kafka) -> None:
    """422 that names the nearest industries."""

    def nearly(request: RequestIndustry) -> JobProgressed:
        return progressed(request, resolved=(), suggestions=[MANUFACTURING, FURNITURE], total=0)

    _, answer = await asked(rep, say, kafka, nearly)
    assert answer.status_code == 422
    assert "Did you mean MANUFACTURING or MANUFACTURE OF FURNITURE?" in answer.json()["detail"]


async def test_the_same_again_gets_the_job_that_is_queued(rep, say, kafka) -> None:
    """The answer names that job, not the request: there is nothing to look at under its id."""
    job_id = new_id()

    def queued_before(request: RequestIndustry) -> JobProgressed:
        return progressed(request, total=25).model_copy(update={"job_id": job_id})

    request, answer = await asked(rep, say, kafka, queued_before)
    assert answer.json()["job_id"] == str(job_id) != str(request.request_id)
    assert answer.headers["location"] == f"/jobs/{job_id}"


async def test_the_same_again_is_shown_how_far_the_job_is(rep, say, kafka) -> None:
    """It runs: neither queued nor at its beginning."""
    found = {"job_id": new_id(), "status": "running", "processed": 500, "total": 1200}

    def runs_already(request: RequestIndustry) -> JobProgressed:
        return progressed(request, total=700).model_copy(update=found)

    _, answer = await asked(rep, say, kafka, runs_already)
    assert answer.json() == {**found, "job_id": str(found["job_id"])}


async def test_a_job_is_made_whatever_chat_messages_do(serve, say, kafka) -> None:
    """STAGING_UPSERT_MODE=off is about the chat: who asks for a job gets one."""
    async with serve(kafka, staging_upsert_mode="off") as reps:
        rep = reps(1)
        await until(rep.is_ready)
        request, answer = await asked(rep, say, kafka, lambda request: progressed(request, total=25))
    assert request.mode == "background"
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


async def test_jobs_are_not_asked_for_too_fast(serve, kafka, owner, monkeypatch) -> None:
    """429 with Retry-After; what was refused is not sent."""
    monkeypatch.setattr("gateway.routes.jobs.jobs.ANSWER_S", 0.05)
    async with serve(kafka, tenant_requests_per_minute=1) as reps:
        rep = reps(1)
        asked = [await rep.http.post("/jobs/staging_upsert", json={"terms": [words]}) for words in ("one", "two")]
        await until(lambda: is_sent(owner))
    assert [answer.status_code for answer in asked] == [202, 429]
    assert 0 < int(asked[1].headers["retry-after"]) <= 60
    assert "Nothing was done" in asked[1].json()["detail"]
    sent = [
        RequestIndustry.model_validate_json(record.value) for record in await read_topic(kafka, "industry.requested.v1")
    ]
    assert [request.terms for request in sent] == [["one"]]


async def test_terms_are_limited_together(rep, owner) -> None:
    """Terms are limited together: what each term may be, not all of them may: 422 that says how much is too much."""
    answer = await rep.http.post("/jobs/staging_upsert", json={"terms": ["x" * 1001] * 5})
    assert answer.status_code == 422
    assert "body.terms: " in answer.json()["detail"]
    assert "5005 characters in total are too many; send at most 5000" in answer.json()["detail"]
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_terms_of_the_greatest_length_are_taken(rep, say, kafka) -> None:
    """To the last character."""
    request, answer = await asked(rep, say, kafka, lambda request: progressed(request, total=1), terms=["x" * 1000] * 5)
    assert (answer.status_code, sum(map(len, request.terms))) == (202, 5000)


async def test_an_industry_without_companies_makes_no_job(rep, say, kafka) -> None:
    """404: there is nothing to look at."""
    _, answer = await asked(rep, say, kafka, lambda request: progressed(request, total=0))
    assert answer.status_code == 404
    assert answer.json()["title"] == "Nothing to do"


async def test_a_job_too_many_is_refused(rep, say, kafka) -> None:
    """409 with the reason that the upserter gave."""

    def full(request: RequestIndustry) -> JobProgressed:
        refused = {"job_id": None, "status": "error", "error": "500 jobs are open"}
        return progressed(request, total=25).model_copy(update=refused)

    _, answer = await asked(rep, say, kafka, full)
    assert (answer.status_code, answer.json()["title"]) == (409, "Too many open jobs")
    assert "No job was created: 500 jobs are open." in answer.json()["detail"]


async def test_a_slow_upserter_does_not_hold_up_the_answer(rep, monkeypatch) -> None:
    """After some time the job's id is given without its size; a rep looks for that later."""
    monkeypatch.setattr("gateway.routes.jobs.jobs.ANSWER_S", 0.2)
    answer = await rep.http.post("/jobs/staging_upsert", json={"terms": ["Manufacturing"]})
    assert answer.status_code == 202
    assert answer.json()["total"] is None
    assert UUID(answer.json()["job_id"])


async def test_a_job_is_shown_to_its_tenant_only(reps, owner) -> None:
    """To another tenant it does not exist."""
    job_id = new_id()
    await owner.execute(A_JOB, job_id, 1, None)

    mine = await reps(1).http.get(f"/jobs/{job_id}")
    assert mine.status_code == 200
    shown = mine.json()
    assert (shown["job_id"], shown["status"], shown["processed"], shown["total"]) == (str(job_id), "running", 500, 1200)
    assert "params" not in shown

    theirs = await reps(2).http.get(f"/jobs/{job_id}")
    assert theirs.status_code == 404
    assert theirs.headers["content-type"] == "application/problem+json"
    assert theirs.json()["title"] == "No such job"


async def test_a_continuation_names_the_job_before_it(rep, owner) -> None:
    """A job that was cut at its cap goes on in another."""
    first, second = new_id(), new_id()
    await owner.execute(A_JOB, first, 1, None)
    await owner.execute("UPDATE background_jobs SET status = 'done' WHERE job_id = $1", first)
    await owner.execute(A_JOB, second, 1, first)
    assert (await rep.http.get(f"/jobs/{first}")).json()["continues"] is None
    assert (await rep.http.get(f"/jobs/{second}")).json()["continues"] == str(first)


async def test_an_id_that_is_none_is_a_problem(rep) -> None:
    """422, naming the part of the path that is wrong."""
    answer = await rep.http.get("/jobs/42")
    assert answer.status_code == 422
    assert "path.job_id" in answer.json()["detail"]


async def is_sent(owner) -> bool:
    return await owner.fetchval("SELECT count(*) FROM outbox WHERE producer = 'gateway'") == 0
