"""Wires odoo-sync and runs it until SIGTERM; and the operator's commands, which run once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from odoo_sync import operating, states
from odoo_sync.consumer import odoo_sync
from odoo_sync.servers import OdooServers
from odoo_sync.settings import OdooSettings, OdooSyncSettings, OperatorSettings
from odoo_sync.syncing import Sync
from odoo_sync.turns import Turns

NAME = "odoo-sync"


def main() -> None:
    """The console script of the service."""
    settings = read(OdooSyncSettings)

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        counting = asyncio.create_task(states.keep_gauge(database, NAME))
        try:
            async with _syncing(database, settings) as syncing:
                yield odoo_sync(syncing)
        finally:
            counting.cancel()
            with suppress(asyncio.CancelledError):
                await counting

    run(
        NAME,
        settings,
        compose,
        interactive=settings.odoo_sync_interactive_workers,
        nightly=settings.odoo_sync_nightly_workers,
    )


def operate() -> None:
    """The console script behind `leadgen odoo check`, `resync`, `sync --dry-run` and `leadgen audit odoo`."""
    settings = read(OperatorSettings)
    operating.main(settings.database_url, settings.log_level, lambda database: _syncing(database, settings))


@asynccontextmanager
async def _syncing(database: Database, settings: OdooSettings) -> AsyncIterator[Sync]:
    async with httpx.AsyncClient(timeout=settings.odoo_timeout_s) as http:
        yield Sync(
            OdooServers(http, timeout_s=settings.odoo_timeout_s, protocol=settings.odoo_protocol),
            Turns(database),
            settings.credentials,
            settings.score_min_export,
            settings.odoo_recreate_deleted,
        )
