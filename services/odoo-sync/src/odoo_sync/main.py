"""Wires odoo-sync and runs it until SIGTERM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from odoo_sync.consumer import odoo_sync
from odoo_sync.odoo import OdooServers
from odoo_sync.settings import OdooSyncSettings


def main() -> None:
    """The console script."""
    settings = read(OdooSyncSettings)

    @asynccontextmanager
    async def compose(_: Database) -> AsyncIterator[Stage]:
        async with httpx.AsyncClient(timeout=settings.odoo_timeout_s) as http:
            odoo = OdooServers(http, timeout_s=settings.odoo_timeout_s)
            yield odoo_sync(odoo, credentials=settings.credentials, min_score=settings.score_min_export)

    run(
        "odoo-sync",
        settings,
        compose,
        interactive=settings.odoo_sync_interactive_workers,
        nightly=settings.odoo_sync_nightly_workers,
    )
