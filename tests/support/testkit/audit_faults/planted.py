"""A night's ledger to plant faults in, and the faults by the check that finds each."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from common.contracts import Company, Event, JobProgressed
from common.ids import new_id
from common.postgres import Database
from leadgen.bench.harness.ledger_night import take_in
from testkit.stages import a_company, envelope_for, publish

#: Companies of each tenant's night.
COMPANIES = 20
PLANNED = "SELECT * FROM planned WHERE tenant_id = $1 AND n = $2"
JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked, continues,
                                 started_at, ended_at)
    VALUES ($1, 1, 'staging_upsert', $2, '{}', $3, $4, $1::uuid::text, $5,
            CASE WHEN $2 <> 'queued' THEN now() END, CASE WHEN $2 = 'done' THEN now() END)
"""
RUN = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at)
    VALUES (1, $1, $2, $3, 'nightly', 'visited', '[]', '{}', '{}', 0, $4)
"""


@dataclass
class Planted:
    """A night's ledger to plant faults in, and what each check is to find: the ids that its exceptions name."""

    owner: "asyncpg.Connection[asyncpg.Record]"
    database: Database
    kafka: str
    at: datetime
    expected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    async def company(self, number: int, tenant: int = 1) -> asyncpg.Record:
        row = await self.owner.fetchrow(PLANNED, tenant, number)
        assert row is not None
        return row

    async def send(self, event: Event, event_id: UUID | None = None) -> UUID:
        envelope = envelope_for(event, event_id)
        await publish(self.kafka, [(event, envelope)])
        return envelope.event_id

    async def handled(self, consumer: str, event: Event, event_id: UUID | None = None) -> UUID:
        """An event that the consumer has taken in and handled."""
        event_id = await self.send(event, event_id)
        await take_in(self.database, self.kafka, consumer, [event.topic])
        await self.owner.execute("UPDATE inbox SET state = 'done', attempts = 1 WHERE event_id = $1", event_id)
        return event_id

    async def job(
        self, status: str, processed: int, total: int, continues: UUID | None = None, *, is_announced: bool
    ) -> UUID:
        job_id = new_id()
        await self.owner.execute(JOB, job_id, status, processed, total, continues)
        if is_announced:
            await self.send(progress(job_id, "done", processed, total))
        return job_id


Plant = Callable[[Planted], Awaitable[None]]
PLANTS: dict[str, Plant] = {}


def plants(check: str) -> Callable[[Plant], Plant]:
    """Registers the function that plants the fault of a check."""

    def register(plant: Plant) -> Plant:
        PLANTS[check] = plant
        return plant

    return register


def progress(job_id: UUID, status: Any, processed: int, total: int) -> JobProgressed:
    return JobProgressed(tenant_id=1, request_id=job_id, job_id=job_id, status=status, processed=processed, total=total)


def company_of(row: asyncpg.Record) -> Company:
    return a_company(row["uen"], company_id=row["company_id"])
