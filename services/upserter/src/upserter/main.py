"""Wires the upserter and runs it until SIGTERM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from upserter import classification
from upserter.consumer import upserter
from upserter.industries import IndustryIndex
from upserter.settings import UpserterSettings


def main() -> None:
    """The console script."""
    settings = read(UpserterSettings)

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        async with database.plumbing() as tx:
            industries = IndustryIndex(await classification.read(tx))
        yield upserter(industries, batch_size=settings.staging_batch_size, max_per_job=settings.upsert_max_per_job)

    run(
        "upserter",
        settings,
        compose,
        interactive=settings.upserter_interactive_workers,
        nightly=settings.upserter_nightly_workers,
    )
