"""A repeated request: while its job waits or runs it gets that job, afterwards a new one."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import JobProgressed
from common.ids import new_id
from testkit.stages import until
from upserter.tables.jobs import MAX_OPEN_JOBS

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WAITING = """
    SELECT count(*) = $1 FROM pg_locks
     WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


async def test_the_same_words_while_their_job_waits_or_runs_are_the_same_job(
    owner: Owner, deliver, a_request, makers: int
) -> None:
    """Equal words while their job waits or runs are the same job, also other words for the same industry; another
    limit, another year or another tenant is another job.
    """
    request = a_request(sync_limit=0)
    await deliver(request)
    for status in ("queued", "running"):
        await owner.execute("UPDATE background_jobs SET status = $1", status)
        await deliver.announced()
        for words in ("SSIC 25912", "Manufacture of metal caps (e.g. crown corks)"):
            await deliver(a_request(words, sync_limit=0))
            (progress,) = await deliver.announced()
            assert isinstance(progress, JobProgressed)
            assert (progress.job_id, progress.total) == (request.request_id, 12)
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1

    others = [{"limit": 5}, {"terms": "SSIC 25912 founded since 2000"}, {"tenant_id": 2}]
    for other in others:
        await deliver(a_request(**{"sync_limit": 0, **other}))
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1 + len(others)


@pytest.mark.parametrize("status", ["done", "error"])
async def test_the_same_words_after_the_end_are_a_new_job(
    status: str, owner: Owner, deliver, a_request, makers
) -> None:
    """A job that is over is nobody's any more."""
    await deliver(a_request(sync_limit=0))
    await owner.execute("UPDATE background_jobs SET status = $1", status)
    await deliver.announced()
    request = a_request(sync_limit=0)
    await deliver(request)
    (progress,) = await deliver.announced()
    assert isinstance(progress, JobProgressed)
    assert progress.job_id == request.request_id
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 2


@pytest.mark.parametrize("sync_limit", [0, 3])
async def test_the_same_words_twice_at_once_are_one_job(
    sync_limit: int, owner: Owner, deliver, a_request, makers
) -> None:
    """Both have looked before either has written; both answers have the one job that there is."""
    requests = [a_request(sync_limit=sync_limit) for _ in range(6)]
    for request in requests:
        await deliver.take_in(request, new_id(), in_order=False)
    claims = await deliver.claims(requests[0], limit=len(requests))
    async with owner.transaction():
        await owner.execute("LOCK TABLE background_jobs IN SHARE MODE")
        await owner.execute("LOCK TABLE companies IN SHARE MODE")
        workers = asyncio.gather(*(deliver.handle(claim) for claim in claims))
        await until(lambda: owner.fetchval(WAITING, len(requests)))
    await workers
    progress = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
    assert len(progress) == 6
    assert len({event.job_id for event in progress}) == 1
    assert {len(event.answer.head) for event in progress if event.answer} == {sync_limit}
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done' AND failures = 0") == 6


async def test_open_jobs_are_bounded_whatever_limits_are_asked_for(owner: Owner, deliver, a_request, makers) -> None:
    """Each limit would be another job: beyond the bound there is none; the head is saved all the same."""
    first = a_request(limit=1)
    await deliver(first)
    await owner.execute(
        "INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)"
        " SELECT gen_random_uuid(), tenant, 'staging_upsert', 'queued', '{}', 1, n::text"
        "   FROM generate_series(1, $1::int) n, unnest(ARRAY[1, 2]) tenant",
        MAX_OPEN_JOBS - 1,
    )
    await deliver.announced()
    for limit in (2, 3):
        request = a_request(limit=limit)
        await deliver(request)
        (fact,) = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
        assert (fact.job_id, fact.status) == (None, "error")
        assert f"{MAX_OPEN_JOBS} jobs are open" in (fact.error or "")
        assert fact.answer is not None
        assert (len(fact.answer.head), fact.answer.remaining) == (3, limit)

    again = a_request(limit=1)
    await deliver(again)
    (fact,) = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
    assert fact.job_id == first.request_id

    await owner.execute("UPDATE background_jobs SET status = 'done' WHERE tenant_id = 1 AND asked = '7'")
    last = a_request(limit=2)
    await deliver(last)
    (fact,) = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
    assert (fact.job_id, fact.error) == (last.request_id, None)
