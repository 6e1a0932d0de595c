"""The limit of a job: its share of the night, and the job that goes on with the rest."""

from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import CompanyUpserted, JobProgressed
from testkit.register.upsert_jobs import BREAK_AT, continued, execution, steps

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_what_is_over_a_share_becomes_a_new_job(owner: Owner, deliver, left: UUID, uens, the_stage) -> None:
    """Each is done with its share, and names the next; the last one has no next; nothing is done twice or left out."""
    stage = the_stage(batch_size=3, max_per_job=4)
    chain, seen, job = [left], [], left
    while True:
        assert await deliver(execution(job), stage) == "done"
        events = await deliver.announced()
        seen.append(uens(CompanyUpserted, events))
        if (next_one := continued(events)) is None:
            break
        chain.append(job := next_one)
    assert [[f"U{n:03}" for n in part] for part in (range(4, 8), range(8, 12), range(12, 13))] == seen
    assert [await deliver.job(job) for job in chain] == [("done", 4, 4), ("done", 4, 4), ("done", 1, 1)]
    rows = await owner.fetch("SELECT job_id, continues FROM background_jobs")
    assert {row["job_id"]: row["continues"] for row in rows} == dict(zip(chain, [None, *chain], strict=False))


async def test_a_continuation_waits_with_what_is_left(owner: Owner, deliver, left: UUID, uens, the_stage) -> None:
    """Queued, with its total; it goes on where the first stopped, even though the register grew in front of it."""
    stage = the_stage(max_per_job=5)
    await deliver(execution(left), stage)
    events = await deliver.announced()
    assert steps(events) == [("running", 4, 9), ("done", 5, 5)]
    rest = continued(events)
    assert await deliver.job(rest) == ("queued", 0, 4)

    await owner.execute(
        "INSERT INTO staging_acra_companies (uen, entity_status_description, registration_incorporation_date,"
        " primary_ssic_code) SELECT 'A' || n, 'Live', '2026-01-01', '25912' FROM generate_series(1, 4) n"
    )
    await deliver(execution(rest), stage)
    assert uens(CompanyUpserted, await deliver.announced()) == [f"U{n:03}" for n in range(9, 13)]
    assert await deliver.job(rest) == ("done", 4, 4)


@pytest.mark.parametrize("share", [9, 10])
async def test_a_share_that_is_enough_leaves_no_continuation(
    share: int, owner: Owner, deliver, left, the_stage
) -> None:
    """Not even an empty one, where the share is just what there is."""
    await deliver(execution(left), the_stage(max_per_job=share))
    assert continued(await deliver.announced()) is None
    assert await owner.fetchval("SELECT count(*) FROM background_jobs") == 1


async def test_the_same_words_while_a_continuation_waits_are_that_one(deliver, left, a_request, the_stage) -> None:
    """Nobody queues the same companies a second time."""
    await deliver(execution(left), the_stage(max_per_job=5))
    rest = continued(await deliver.announced())
    await deliver(a_request())
    (progress,) = [event for event in await deliver.announced() if isinstance(event, JobProgressed)]
    assert (progress.job_id, progress.status, progress.total) == (rest, "queued", 4)


async def test_a_tenant_s_own_cap_is_kept(owner: Owner, deliver, left: UUID, the_stage) -> None:
    """The smaller of it and the setting; another tenant has the setting alone."""
    await owner.execute("UPDATE tenants SET upsert_max_per_job = 2 WHERE tenant_id = 1")
    await deliver(execution(left))
    rest = continued(await deliver.announced())
    assert await deliver.job(left) == ("done", 2, 2)
    assert await deliver.job(rest) == ("queued", 0, 7)
    await owner.execute("UPDATE tenants SET upsert_max_per_job = 1000 WHERE tenant_id = 1")
    await deliver(execution(rest), the_stage(max_per_job=3))
    assert await deliver.job(rest) == ("done", 3, 3)


async def test_a_cap_that_sank_below_what_is_done_ends_the_job(owner: Owner, deliver, left: UUID, uens) -> None:
    """The rest is a new job; nothing of what was done is done again."""
    await owner.execute(BREAK_AT.format(how="RAISE EXCEPTION 'no'"))
    await deliver(execution(left))
    await deliver.announced()
    await owner.execute("DROP TRIGGER break_down ON companies; UPDATE tenants SET upsert_max_per_job = 2")
    assert await deliver(execution(left)) == "done"
    events = await deliver.announced()
    assert steps(events) == [("done", 4, 4)]
    await deliver(execution(continued(events)))
    assert uens(CompanyUpserted, await deliver.announced()) == ["U008", "U009"]


@pytest.mark.parametrize("share", [100, 4])
async def test_a_limit_is_the_most_that_a_request_comes_to(
    share: int, deliver, a_request, uens, makers: int, the_stage
) -> None:
    """Over all the jobs that it takes; the last one is done, and leaves nothing."""
    request = a_request(sync_limit=0, limit=6)
    (answer, job) = (await deliver.answer(request), request.request_id)
    assert (answer.head, answer.remaining) == ([], 6)
    seen: list[str] = []
    while job is not None:
        await deliver(execution(job), the_stage(max_per_job=share))
        events = await deliver.announced()
        seen += uens(CompanyUpserted, events)
        job = continued(events)
    assert seen == [f"U{n:03}" for n in range(1, 7)]
