"""Background jobs over HTTP: asking for one, and looking at it; of one's own tenant only."""

import asyncio
from uuid import UUID

from common.contracts import Industry, JobProgressed, RequestIndustry, SearchAnswer
from common.ids import new_id
from common.testing import read_topic, until

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
    assert answer.json() == {"job_id": str(request.request_id), "status": "queued", "total": 25}
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


async def test_an_industry_without_companies_makes_no_job(rep, say, kafka) -> None:
    """404: there is nothing to look at."""
    _, answer = await asked(rep, say, kafka, lambda request: progressed(request, total=0))
    assert answer.status_code == 404
    assert answer.json()["title"] == "Nothing to do"


async def test_a_slow_upserter_does_not_hold_up_the_answer(rep) -> None:
    """After some seconds the job's id is given without its size; a rep looks for that later."""
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
