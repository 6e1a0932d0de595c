"""Faults of jobs: their sums, ends and continuations."""

from testkit.audit_faults.planted import Planted, plants, progress


@plants("job-sums")
async def ends_a_job_too_early(here: Planted) -> None:
    here.expected["job-sums"].add(str(await here.job("done", 5, 9, is_announced=True)))


@plants("job-announced")
async def ends_a_job_in_silence(here: Planted) -> None:
    here.expected["job-announced"].add(str(await here.job("done", 7, 7, is_announced=False)))


@plants("job-ended")
async def announces_the_end_of_a_queued_job(here: Planted) -> None:
    job_id = await here.job("queued", 0, 9, is_announced=False)
    await here.send(progress(job_id, "done", 9, 9))
    here.expected["job-ended"].add(str(job_id))


@plants("job-continued")
async def continues_a_job_twice(here: Planted) -> None:
    job_id = await here.job("done", 3, 3, is_announced=True)
    for _ in range(2):
        await here.job("queued", 0, 4, job_id, is_announced=False)
    here.expected["job-continued"].add(str(job_id))
