"""Wires odoo-sync, which runs until SIGTERM, and the operator's commands, which run once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx

from common.handling.stage import Stage
from common.postgres import Database
from common.service import run
from common.settings import read, read_for_service
from odoo_sync import gauges, register_watch
from odoo_sync.consumer import odoo_sync
from odoo_sync.operator import commands
from odoo_sync.protocols.servers import OdooServers
from odoo_sync.settings import OdooSettings, OdooSyncSettings, OperatorSettings
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables.writer_lock import WriterLock

NAME = "odoo-sync"


def main() -> None:
    """Runs the service: the console script `leadgen-odoo-sync`."""
    settings = read_for_service(OdooSyncSettings, "leadgen-odoo-sync")

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        beside = [
            asyncio.create_task(gauges.keep_gauges(database, NAME)),
            asyncio.create_task(register_watch.watch_register(database)),
        ]
        try:
            async with _lead_sync(database, settings) as syncing:
                yield odoo_sync(syncing, patience=timedelta(hours=settings.odoo_patience_h))
        finally:
            for task in beside:
                task.cancel()
            for task in beside:
                with suppress(asyncio.CancelledError):
                    await task

    run(
        NAME,
        settings,
        compose,
        interactive=settings.odoo_sync_interactive_workers,
        nightly=settings.odoo_sync_nightly_workers,
    )


def operate() -> None:
    """Runs a command of the operator: the console script `leadgen-odoo-operate`, which `leadgen odoo` calls."""
    settings = read(OperatorSettings)
    commands.main(settings, settings.log_level, lambda database: _lead_sync(database, settings))


@asynccontextmanager
async def _lead_sync(database: Database, settings: OdooSettings) -> AsyncIterator[LeadSync]:
    async with httpx.AsyncClient(timeout=settings.odoo_timeout_s) as http:
        yield LeadSync(
            OdooServers(http, timeout_s=settings.odoo_timeout_s, protocol=settings.odoo_protocol),
            WriterLock(database),
            settings.credentials,
            settings.score_min_export,
            settings.odoo_recreate_deleted,
        )
