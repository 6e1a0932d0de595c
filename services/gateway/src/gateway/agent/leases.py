"""Leases of runs: a run belongs to the replica that extends its lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from common.errors import Unavailable
from common.postgres import Database
from gateway.agent import runs
from gateway.agent.runs import Run

log = structlog.get_logger(__name__)


@asynccontextmanager
async def held(database: Database, tenant_id: int, run: Run) -> AsyncIterator[None]:
    """Extends the lease while the block runs; if the block is cancelled, releases the run at once."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(runs.LEASE.total_seconds() / 4)
            try:
                async with database.transaction(tenant_id) as tx:
                    await runs.extend(tx, run)
            except Unavailable as error:
                log.warning("run_lease_not_extended", run_id=str(run.run_id), error=str(error))

    extending = asyncio.create_task(extend(), name=f"lease of run {run.run_id}")
    try:
        yield
    except asyncio.CancelledError:
        async with database.transaction(tenant_id) as tx:
            await runs.extend(tx, run, by=timedelta())
        raise
    finally:
        extending.cancel()
        await asyncio.gather(extending, return_exceptions=True)
