"""Jobs of the night: batch after batch, to the end, whatever breaks off in between."""

import asyncio
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import CompanyUpserted, JobProgressed, RequestEnrichment
from common.errors import Transient
from common.ids import new_id
from common.postgres import Database
from industries.index import VersionedCode
from testkit.register.upsert_jobs import BREAK_AT, WAITING, continued, ended_jobs, execution, steps
from testkit.samples import sample
from testkit.stages import until
from upserter.model import Params, Position
from upserter.tables import jobs

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
REQUEST, ANOTHER = UUID(int=7), UUID(int=8)
METAL_CAPS = Params(terms=["metal caps"], bands=[[VersionedCode("2020", "25912")]])


async def test_a_job_goes_through_the_rest_in_batches(owner: Owner, deliver, left: UUID, uens) -> None:
    """Every company but the head, once, in order; news after each batch; nobody is enriched by it."""
    before = ended_jobs("done"), sample("leadgen_upserter_job_companies_total")
    assert await deliver(execution(left)) == "done"
    assert (ended_jobs("done"), sample("leadgen_upserter_job_companies_total")) == (before[0] + 1, before[1] + 9)
    events = await deliver.announced()
    assert uens(CompanyUpserted, events) == [f"U{n:03}" for n in range(4, 13)]
    assert uens(RequestEnrichment, events) == []
    assert steps(events) == [("running", 4, 9), ("running", 8, 9), ("done", 9, 9)]
    assert continued(events) is None
    assert await deliver.job(left) == ("done", 9, 9)
    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = 1") == 12


async def test_news_come_with_each_batch_not_after_all(owner: Owner, database: Database, deliver, left: UUID) -> None:
    """While the second batch is stuck, the first is saved, counted and announced."""
    await owner.execute(BREAK_AT.format(how="PERFORM pg_advisory_xact_lock(9)"))
    await owner.execute("SELECT pg_advisory_lock(9)")
    worker = asyncio.create_task(deliver(execution(left)))
    await until(lambda: owner.fetchval(WAITING, 1))
    assert await deliver.job(left) == ("running", 4, 9)
    assert steps(await deliver.announced()) == [("running", 4, 9)]
    assert await owner.fetchval("SELECT count(*) FROM companies") == 7
    await owner.execute("SELECT pg_advisory_unlock(9)")
    assert await worker == "done"
    assert steps(await deliver.announced()) == [("running", 8, 9), ("done", 9, 9)]


async def test_a_register_that_shrank_ends_the_job_early(owner: Owner, deliver, left: UUID) -> None:
    """Its total is what it came to; where nothing is left at all, that too."""
    await owner.execute("DELETE FROM staging_acra_companies WHERE uen > 'U006'")
    await deliver(execution(left))
    assert await deliver.job(left) == ("done", 3, 3)


async def test_a_register_that_grew_behind_is_worked_off_too(owner: Owner, deliver, left: UUID) -> None:
    """The total follows; it is never passed."""
    await owner.execute(
        "INSERT INTO staging_acra_companies (uen, entity_status_description, registration_incorporation_date,"
        " primary_ssic_code) SELECT 'Z' || n, 'Live', '1999-01-01', '25912' FROM generate_series(1, 4) n"
    )
    await deliver(execution(left), None)
    events = await deliver.announced()
    assert all(processed <= total for _, processed, total in steps(events))
    assert await deliver.job(left) == ("done", 10, 10)
    assert continued(events) is not None


async def test_a_job_that_breaks_says_why_and_goes_on_from_its_last_batch(
    owner: Owner, deliver, left: UUID, uens
) -> None:
    """The batch that failed leaves nothing; the event is a dead letter; put right and replayed, the rest follows."""
    await owner.execute(BREAK_AT.format(how="RAISE EXCEPTION 'the ninth is broken'"))
    before = ended_jobs("error")
    assert await deliver(execution(left)) == "dead"
    assert ended_jobs("error") == before + 1
    assert await deliver.job(left) == ("error", 4, 9)
    events = await deliver.announced()
    assert uens(CompanyUpserted, events) == ["U004", "U005", "U006", "U007"]
    failure = events[-1]
    assert isinstance(failure, JobProgressed)
    assert failure.status == "error"
    for words in ("the ninth is broken", "retry the dead letter", "resumes after its last batch"):
        assert words in (failure.error or "")
    assert await owner.fetchval("SELECT error FROM background_jobs") == failure.error

    await owner.execute("DROP TRIGGER break_down ON companies")
    assert await deliver(execution(left)) == "done"
    assert await deliver.job(left) == ("done", 9, 9)
    assert await owner.fetchval("SELECT error FROM background_jobs") is None
    assert uens(CompanyUpserted, await deliver.announced()) == ["U008", "U009", "U010", "U011", "U012"]


async def test_a_failed_job_leaves_the_field_to_a_newer_one(owner: Owner, deliver, left, a_request, uens) -> None:
    """Replayed while an equal job waits, it does nothing: the companies are saved once."""
    await owner.execute(BREAK_AT.format(how="RAISE EXCEPTION 'no'"))
    await deliver(execution(left))
    newer = a_request(sync_limit=0)
    await deliver(newer)
    await owner.execute("DROP TRIGGER break_down ON companies")
    await deliver.announced()
    assert await deliver(execution(left)) == "done"
    assert await deliver.announced() == []
    assert await deliver.job(left) == ("error", 4, 9)
    await deliver(execution(newer.request_id))
    assert await deliver.job(newer.request_id) == ("done", 10, 10)


async def test_a_job_that_is_not_there_is_left_in_peace(deliver, left: UUID) -> None:
    """An unknown one, and one of another tenant."""
    assert await deliver(execution(left, tenant_id=2)) == "done"
    assert await deliver(execution(new_id())) == "done"
    assert await deliver.announced() == []
    assert await deliver.job(left) == ("queued", 0, 9)


async def test_a_killed_job_goes_on_at_its_next_batch_on_another_replica(
    owner: Owner, database_url: str, deliver, left: UUID, uens, replica
) -> None:
    """In the middle of a batch: that batch is undone, the job stays running, the other replica ends it."""
    event, event_id = execution(left), new_id()
    await owner.execute(BREAK_AT.format(how="PERFORM pg_advisory_xact_lock(9)"))
    await owner.execute("SELECT pg_advisory_lock(9)")
    worker = asyncio.create_task(deliver(event, event_id=event_id))
    await until(lambda: owner.fetchval(WAITING, 1))
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert await deliver.job(left) == ("running", 4, 9)

    await owner.execute("SELECT pg_advisory_unlock(9)")
    async with replica() as another:
        assert await another(event, event_id=event_id) == "done"
    assert await deliver.job(left) == ("done", 9, 9)
    assert uens(CompanyUpserted, await deliver.announced()) == [f"U{n:03}" for n in range(4, 13)]


async def test_a_worker_that_was_slow_for_too_long_changes_nothing_more(
    owner: Owner, deliver, left: UUID, uens, replica
) -> None:
    """Its lease is over and another replica has the job: what it holds unsaved is undone, and nothing is done twice."""
    event, event_id = execution(left), new_id()
    await owner.execute(BREAK_AT.format(how="PERFORM pg_advisory_xact_lock(9)"))
    await owner.execute("SELECT pg_advisory_lock(9)")
    slow = asyncio.create_task(deliver(event, event_id=event_id))
    await until(lambda: owner.fetchval(WAITING, 1))
    await owner.execute("UPDATE inbox SET next_at = now() WHERE event_id = $1", event_id)
    async with replica() as another:
        other = asyncio.create_task(another(event, event_id=event_id))
        await until(lambda: owner.fetchval(WAITING, 2))
        await owner.execute("SELECT pg_advisory_unlock(9)")
        await asyncio.gather(slow, other)
    assert await deliver.job(left) == ("done", 9, 9)
    events = await deliver.announced()
    assert uens(CompanyUpserted, events) == [f"U{n:03}" for n in range(4, 13)]
    assert steps(events) == [("running", 4, 9), ("running", 8, 9), ("done", 9, 9)]
    states = await owner.fetch("SELECT state, failures FROM inbox WHERE event_id = $1", event_id)
    assert [tuple(row) for row in states] == [("done", 0)]


async def test_a_job_goes_from_queued_to_done(database: Database) -> None:
    """Its cursor and count come back as they were written; done, it is not started again."""
    place = Position(0, "2020-01-01", "201912345K")
    params = METAL_CAPS.model_copy(update={"limit": 5, "founded_since": 2020})
    async with database.transaction(1) as tx:
        made = await jobs.create(tx, REQUEST, params, total=4)
        assert await jobs.create(tx, REQUEST, METAL_CAPS, total=9) == made
        job = await jobs.start(tx, REQUEST)
        assert job is not None
        assert (job.status, job.params, job.processed, job.total, job.left) == ("running", params, 0, 4, 5)

        job = await jobs.progress(tx, job, after=place, handled=3, status="running")
        assert await jobs.start(tx, REQUEST) == job
        assert (job.after, job.processed, job.total, job.left) == (place, 3, 4, 2)

        job = await jobs.progress(tx, job, after=place, handled=2, status="done")
        assert (job.status, job.processed, job.total, job.left) == ("done", 5, 5, 0)
        assert await jobs.start(tx, REQUEST) is None


async def test_a_job_that_is_requested_twice_at_once_meets_its_equal(owner: Owner, database: Database) -> None:
    """Two failed ones of the same words, taken up at the same moment: one waits and looks again."""
    async with database.transaction(1) as tx:
        for job_id in (REQUEST, ANOTHER):
            await jobs.create(tx, job_id, METAL_CAPS, total=1)
            await jobs.fail(tx, job_id, error="no such table")
    async with database.transaction(1) as first:
        assert await jobs.start(first, REQUEST) is not None

        async def second() -> None:
            async with database.transaction(1) as tx:
                await jobs.start(tx, ANOTHER)

        late = asyncio.create_task(second())
        await until(lambda: owner.fetchval(WAITING, 1))
    with pytest.raises(Transient, match="equal"):
        await late
    async with database.transaction(1) as tx:
        assert await jobs.start(tx, ANOTHER) is None


async def test_a_job_is_its_tenant_s_alone(database: Database) -> None:
    """To another tenant there is no such job."""
    async with database.transaction(1) as tx:
        await jobs.create(tx, REQUEST, METAL_CAPS, total=1)
    async with database.transaction(2) as tx:
        assert await jobs.start(tx, REQUEST) is None
