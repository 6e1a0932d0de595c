"""A night of the benches on a real upserter: what its jobs take, and that one which fails is reported at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from leadgen.bench.harness.processes.upsert_night import Night, Owner, WentWrong, night

#: The first tenant's job can save nothing, the second one's waits for a lock.
TROUBLE = """
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF new.tenant_id = 1 THEN
            RAISE 'no room for the first tenant';
        END IF;
        PERFORM pg_advisory_xact_lock(65);
        RETURN new;
    END $$;
    CREATE TRIGGER trouble BEFORE INSERT ON icp_candidate_companies FOR EACH ROW EXECUTE FUNCTION trouble();
"""
HOLD = "SELECT pg_advisory_xact_lock(65)"


@pytest.fixture
async def jobs(database_url: str, kafka: str, tmp_path) -> AsyncIterator[Night]:
    async with night(database_url, kafka, tmp_path, 1000, batch=500) as running:
        yield running


@pytest.mark.timeout(120)
async def test_a_night_takes_its_time(jobs: Night) -> None:
    """Its events are announced after the jobs have ended, or with their end."""
    took = await jobs.run()

    assert 0 < took.jobs <= took.announced


@pytest.mark.timeout(120)
async def test_a_job_that_fails_is_reported_of_while_the_other_one_runs(jobs: Night, owner: Owner) -> None:
    """In the words of what went wrong."""
    await jobs.owner.execute(TROUBLE)
    async with owner.transaction():
        await owner.execute(HOLD)
        with pytest.raises(WentWrong, match="no room for the first tenant"):
            async with asyncio.timeout(60):
                await jobs.run()
