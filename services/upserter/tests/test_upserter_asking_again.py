"""The same request again: while its job waits or runs it gets that job, afterwards a new one."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import JobProgressed
from common.ids import new_id
from testkit.stages import until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

WAITING = """
    SELECT count(*) = $1 FROM pg_locks
     WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


async def test_the_same_words_while_their_job_waits_or_runs_are_the_same_job(
    owner: Owner, deliver, a_request, makers: int
) -> None:
    """Also other words for the same industry; another limit, another year or another tenant is another job."""
    request = a_request(sync_limit=0)
    await deliver(request)
    for status in ("queued", "running"):
        await owner.execute("UPDATE background_jobs SET status = $1", status)
        await deliver.told()
        for words in ("SSIC 25912", "Manufacture of metal caps (e.g. crown corks)"):
            await deliver(a_request(words, sync_limit=0))
            (progress,) = await deliver.told()
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
    await deliver.told()
    request = a_request(sync_limit=0)
    await deliver(request)
    (progress,) = await deliver.told()
    assert isinstance(progress, JobProgressed)
    assert progress.job_id == request.request_id
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 2


@pytest.mark.parametrize("sync_limit", [0, 3])
async def test_the_same_words_twice_at_once_are_one_job(
    sync_limit: int, owner: Owner, deliver, a_request, makers
) -> None:
    """Both have looked before either has written; both are told of the one job that there is."""
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
    progress = [event for event in await deliver.told() if isinstance(event, JobProgressed)]
    assert len(progress) == 6
    assert len({event.job_id for event in progress}) == 1
    assert {len(event.answer.head) for event in progress if event.answer} == {sync_limit}
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done' AND failures = 0") == 6
