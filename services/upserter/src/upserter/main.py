"""Wires the upserter and runs it until SIGTERM; as `leadgen-upserter-refresh`, refreshes once and ends."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.errors import LeadgenError
from common.handling.stage import Stage
from common.postgres import Database
from common.service import run
from common.settings import read, read_for_service
from industries import classification
from industries.index import IndustryIndex
from upserter.consumer import upserter
from upserter.refreshing import Refreshed, refresh
from upserter.settings import RefreshSettings, UpserterSettings


def main() -> None:
    """Console script of the service."""
    settings = read_for_service(UpserterSettings, "leadgen-upserter")

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        async with database.without_tenant() as tx:
            industries = IndustryIndex(await classification.read(tx), usual=await classification.usual_version(tx))
        yield upserter(industries, batch_size=settings.staging_batch_size, max_per_job=settings.upsert_max_per_job)

    run(
        "upserter",
        settings,
        compose,
        interactive=settings.upserter_interactive_workers,
        nightly=settings.upserter_nightly_workers,
    )


def refresh_once() -> None:
    """Console script of a manual refresh: prints the counts as JSON."""
    try:
        refreshed = asyncio.run(_refresh(read(RefreshSettings)))
    except LeadgenError as error:
        raise SystemExit(f"{error}. Completed work is kept; run the command again to continue.") from None
    sys.stdout.write(json.dumps(refreshed._asdict()) + "\n")


async def _refresh(settings: RefreshSettings) -> Refreshed:
    database = await Database.of_service("upserter", settings)
    try:
        return await refresh(database.without_tenant, batch_size=settings.staging_batch_size)
    finally:
        await database.close()
