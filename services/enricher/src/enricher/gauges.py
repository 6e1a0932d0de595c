"""Gauges of what is left to spend, and of open circuit breakers. The tables hold for all replicas: all say the same."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import structlog

from common.errors import Unavailable
from common.postgres import Database
from common.singapore import day_in_singapore
from enricher import metrics
from enricher.vendors.errors import Vendor

log = structlog.get_logger(__name__)

TENANTS = "SELECT tenant_id FROM tenants WHERE active"
USED = "SELECT vendor, used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1"
BREAKERS = "SELECT vendor, open_until > now() AS is_open FROM vendor_breakers"

#: Seconds between two looks.
LOOK_EVERY_S = 60.0


@asynccontextmanager
async def kept_gauges(database: Database, caps: Mapping[Vendor, int]) -> "AsyncIterator[asyncio.Task[None]]":
    """Sets the gauges every `LOOK_EVERY_S` in the background. Yields the task, which does not end by itself."""
    task = asyncio.create_task(_keep(database, caps), name="vendor gauges")
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep(database: Database, caps: Mapping[Vendor, int]) -> None:
    while True:
        try:
            await look(database, caps, day_in_singapore(datetime.now(UTC)))
        except Unavailable as error:
            log.warning("vendor_gauges_wait_for_database", error=str(error))
        await asyncio.sleep(LOOK_EVERY_S)


async def look(database: Database, caps: Mapping[Vendor, int], day: date) -> None:
    """Sets the gauges once. Reads each tenant's usage in a transaction of its own. Raises Unavailable."""
    async with database.without_tenant() as tx:
        breakers = await tx.fetch(BREAKERS)
        tenants = [row["tenant_id"] for row in await tx.fetch(TENANTS)]
    left = {vendor: 1.0 for vendor, cap in caps.items() if cap > 0}
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            used = await tx.fetch(USED, day)
        for row in used:
            if (vendor := row["vendor"]) in left:
                left[vendor] = min(left[vendor], max(0.0, 1 - row["used"] / caps[vendor]))
    for row in breakers:
        metrics.breaker_open.labels(row["vendor"]).set(row["is_open"])
    for vendor, ratio in left.items():
        metrics.budget_left.labels(vendor).set(ratio)
