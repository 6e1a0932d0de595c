"""Jobs of the upserter, as tests start and read them."""

from uuid import UUID

from common.contracts import JobProgressed, RequestUpsert
from testkit.samples import sample

#: Stops whoever saves the ninth.
BREAK_AT = """
    CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.uen = 'U009' THEN {how}; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER break_down BEFORE INSERT ON companies FOR EACH ROW EXECUTE FUNCTION break_down()
"""
WAITING = """
    SELECT count(*) = $1 FROM pg_locks
     WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""


def execution(job_id: UUID, tenant_id: int = 1) -> RequestUpsert:
    return RequestUpsert(tenant_id=tenant_id, job_id=job_id)


def steps(events: list[object]) -> list[tuple[str, int, int]]:
    return [(it.status, it.processed, it.total) for it in events if isinstance(it, JobProgressed)]


def continued(events: list[object]) -> UUID | None:
    """The job that the last progress points to."""
    progress = [event for event in events if isinstance(event, JobProgressed)][-1]
    return progress.continued_by


def ended_jobs(outcome: str) -> float:
    return sample("leadgen_upserter_jobs_ended_total", outcome=outcome)
