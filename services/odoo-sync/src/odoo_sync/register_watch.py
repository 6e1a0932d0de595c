"""Finds companies with leads in Odoo that leave the register, or are about to: no new score updates these leads."""

from functools import partial

from common.background import repeated
from common.postgres import Database, active_tenants
from odoo_sync.tables import connections, links, resyncs

#: Seconds between two looks. The register changes once a night.
LOOK_EVERY_S = 3600.0


async def watch_register(database: Database) -> None:
    """Checks every `LOOK_EVERY_S`, until it is cancelled; survives outages of the database."""
    await repeated(partial(request_resyncs, database), every_s=LOOK_EVERY_S, waits="register_not_watched")


async def request_resyncs(database: Database) -> list[int]:
    """Requests a resync of each tenant with leads whose companies' status has changed; returns these tenants.

    May be repeated: a lead that is up to date is not sent again.
    """
    async with database.without_tenant() as tx:
        tenants = await active_tenants(tx)
    requested = []
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            connection = await connections.find(tx)
            if connection is None or connection.blocked is not None or not await links.has_outdated(tx):
                continue
            await resyncs.request(tx)
            requested.append(tenant_id)
    return requested
