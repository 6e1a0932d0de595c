"""A night's jobs: a register of live companies in two halves, an upserter as a process, and a job for each half.

Two tenants have a job each, since only one job of a tenant runs at a time. Requests reach the upserter through Kafka;
the jobs' durations are read from the database, by the database's clock.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import asyncpg

from common.contracts import RequestIndustry, RequestUpsert
from common.errors import Permanent
from common.ids import new_id
from leadgen.bench.harness.instruments.process import peak_rss_mb
from leadgen.bench.harness.publishing import publish
from leadgen.bench.harness.waiting import TooLate, dead_letter_error, until
from leadgen.load import load_generated
from leadgen.local.service import Service
from leadgen.ssic import seed_ssic
from leadgen.tenants.tenants import add_tenant

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SEED = 65
TENANTS = (1, 2)
PATIENCE_S = 600.0

DIVISIONS = """
    SELECT left(primary_ssic_code, 2) AS code, count(*) AS size FROM staging_acra_companies GROUP BY 1 ORDER BY 2 DESC
"""

#: All alive, and none in both halves: each row is handled exactly once.
ARRANGE = """
    UPDATE staging_acra_companies
       SET entity_status_description = 'Live Company',
           secondary_ssic_code = CASE
               WHEN (left(primary_ssic_code, 2) = ANY($1)) = (left(secondary_ssic_code, 2) = ANY($1))
               THEN secondary_ssic_code END
     WHERE NOT coalesce(is_live, false)
        OR (left(primary_ssic_code, 2) = ANY($1)) <> (left(secondary_ssic_code, 2) = ANY($1))
"""

QUEUED = "SELECT true FROM background_jobs WHERE job_id = ANY($1) HAVING count(*) = cardinality($1::uuid[])"
ENDED = """
    SELECT sum(processed) AS processed, min(started_at) AS began, max(ended_at) AS ended
      FROM background_jobs WHERE job_id = ANY($1) AND status = 'done'
    HAVING count(*) = cardinality($1::uuid[])
"""
ANNOUNCED = "SELECT clock_timestamp() AS at WHERE NOT EXISTS (SELECT 1 FROM outbox)"


class WentWrong(Permanent):
    """The jobs failed, or handled a wrong number of rows."""


class Seconds(NamedTuple):
    """Seconds from the first job's start to the last one's end, and until Kafka had confirmed the last event."""

    jobs: float
    announced: float


@dataclass(frozen=True)
class Night:
    """The two tenants' jobs over a register of `rows`; they can be run repeatedly."""

    owner: Owner
    database_url: str
    rows: int
    _bootstrap_servers: str
    _halves: Sequence[Sequence[str]]
    _upserter: Service

    async def run(self) -> Seconds:
        """Queues the jobs, runs them side by side, and waits until their events are in Kafka.

        Raises WentWrong, as soon as one of them fails.
        """
        asked = [
            RequestIndustry(
                tenant_id=tenant, request_id=new_id(), terms=[f"SSIC {code}" for code in half], sync_limit=0
            )
            for tenant, half in zip(TENANTS, self._halves, strict=True)
        ]
        jobs = [request.request_id for request in asked]
        await publish(self._bootstrap_servers, asked, "nightly")
        await self._found(QUEUED, jobs)
        upserts = [RequestUpsert(tenant_id=it.tenant_id, job_id=it.request_id) for it in asked]
        await publish(self._bootstrap_servers, upserts, "nightly")
        ended = await self._found(ENDED, jobs)
        if ended["processed"] != self.rows:
            raise WentWrong(f"the jobs handled {ended['processed']} rows of {self.rows}; see {self._upserter.log}")
        announced = await self._found(ANNOUNCED)
        return Seconds(*((at - ended["began"]).total_seconds() for at in (ended["ended"], announced["at"])))

    def peak_rss_mb(self) -> int | None:
        """Returns the upserter's largest resident set so far, in MB; `None` if the system does not report it."""
        return peak_rss_mb(self._upserter)

    async def _found(self, question: str, *arguments: object) -> asyncpg.Record:
        """Polls until there is a row, and returns it."""

        async def look() -> list[asyncpg.Record]:
            rows = await self.owner.fetch(question, *arguments)
            if not rows and (error := await dead_letter_error(self.owner, "upserter")) is not None:
                raise WentWrong(f"given up: {error}; see {self._upserter.log}")
            return rows

        try:
            [row] = await until(look, bool, within_s=PATIENCE_S, every_s=0.05)
        except TooLate as late:
            raise WentWrong(f"not within {PATIENCE_S:g} s: {question}; see {self._upserter.log}") from late
        return row


@asynccontextmanager
async def night(
    database_url: str, bootstrap_servers: str, folder: Path, rows: int, *, batch: int
) -> AsyncIterator[Night]:
    """Loads so many made-up companies and starts an upserter.

    Its settings are the defaults but for the sizes of a job and of a batch. `folder` takes its log. Needs a migrated
    database of its own, as its owner, and the topics.
    """
    owner = await asyncpg.connect(database_url)
    try:
        halves = await _register(owner, database_url, rows, folder)
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "UPSERT_MAX_PER_JOB": str(rows + 1),
            "STAGING_BATCH_SIZE": str(batch),
        }
        upserter = Service("upserter", "leadgen-upserter", environment, folder)
        upserter.start()
        try:
            await upserter.is_ready()
            yield Night(owner, database_url, rows, bootstrap_servers, halves, upserter)
        finally:
            await upserter.stop()
    finally:
        await owner.close()


async def _register(owner: Owner, database_url: str, rows: int, folder: Path) -> list[list[str]]:
    """Loads the register and returns its divisions in two halves with similar numbers of companies."""
    await seed_ssic(database_url)
    for tenant in TENANTS:
        await add_tenant(database_url, tenant, f"Tenant {tenant}")
    await load_generated(rows, SEED, database_url, rejects=folder / "rejects.csv")
    halves: list[list[str]] = [[], []]
    sizes = [0, 0]
    for division in await owner.fetch(DIVISIONS):
        smaller = sizes.index(min(sizes))
        halves[smaller].append(division["code"])
        sizes[smaller] += division["size"]
    await owner.execute(ARRANGE, halves[0])
    await owner.execute("VACUUM FULL ANALYZE staging_acra_companies")
    return halves
