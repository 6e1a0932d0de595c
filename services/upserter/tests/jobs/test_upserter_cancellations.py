"""Jobs that are cancelled: before they run, while they run, and after."""

import asyncio
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from common.contracts import CancelJob, JobProgressed
from common.postgres import Database
from testkit.register.upsert_jobs import BREAK_AT, WAITING, ended_jobs, execution, steps
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def cancellation(job_id: UUID) -> CancelJob:
    return CancelJob(tenant_id=1, job_id=job_id, requested_by="rep@example.com", requested_at=datetime.now(UTC))


async def test_a_queued_job_that_is_cancelled_never_runs(owner: Owner, deliver, left: UUID) -> None:
    """Its end is announced once, however often it is asked for, and a night's command finds nothing to do."""
    before = ended_jobs("cancelled")
    assert await deliver(cancellation(left)) == "done"
    assert await deliver(cancellation(left)) == "done"
    assert ended_jobs("cancelled") == before + 1
    (published,) = await deliver.announced()
    assert (published.job_id, published.status, published.error, published.is_cancelled) == (
        left,
        "error",
        "cancelled on request",
        True,
    )
    assert await deliver(execution(left)) == "done"
    assert await deliver.announced() == []
    assert await deliver.job(left) == ("cancelled", 0, 9)
    assert await owner.fetchval("SELECT count(*) FROM companies") == 3


async def test_a_running_job_that_is_cancelled_keeps_what_it_saved(
    owner: Owner, database: Database, deliver, left: UUID
) -> None:
    """The batch in hand is undone, those before it stay, and no job continues it."""
    await owner.execute(BREAK_AT.format(how="PERFORM pg_advisory_xact_lock(9)"))
    await owner.execute("SELECT pg_advisory_lock(9)")
    worker = asyncio.create_task(deliver(execution(left)))
    await until(lambda: owner.fetchval(WAITING, 1))
    assert await deliver(cancellation(left)) == "done"
    await owner.execute("SELECT pg_advisory_unlock(9)")
    assert await worker == "done"
    assert steps(await deliver.announced()) == [("running", 4, 9), ("error", 4, 9)]
    assert await deliver.job(left) == ("cancelled", 4, 9)
    assert await owner.fetchval("SELECT count(*) FROM companies") == 7
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1


async def test_a_job_that_has_ended_cannot_be_cancelled(deliver, left: UUID) -> None:
    """Nothing changes, and nothing is announced."""
    await deliver(execution(left))
    await deliver.announced()
    assert await deliver(cancellation(left)) == "done"
    assert await deliver.announced() == []
    assert await deliver.job(left) == ("done", 9, 9)


async def test_a_request_after_the_cancellation_gets_a_new_job(deliver, left: UUID, a_request) -> None:
    """An equal request is not answered with the job that nobody wants."""
    await deliver(cancellation(left))
    await deliver.announced()
    again = a_request()
    await deliver(again)
    (answer,) = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
    assert (answer.job_id, answer.status) == (again.request_id, "queued")
