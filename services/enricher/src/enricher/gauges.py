"""Gauges of remaining budgets and of open circuit breakers. All replicas read the same tables and report the same."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime

from common.background import in_background, repeated
from common.postgres import Database, active_tenants
from common.singapore.calendar import day_in_singapore
from enricher import metrics
from enricher.vendors.errors import Vendor

USED = "SELECT vendor, used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1"
BREAKERS = "SELECT vendor, open_until > now() AS is_open FROM vendor_breakers"

#: Seconds between two looks.
LOOK_EVERY_S = 60.0


def kept_gauges(database: Database, caps: Mapping[Vendor, int]) -> "AbstractAsyncContextManager[asyncio.Task[None]]":
    """Sets the gauges every `LOOK_EVERY_S` in the background. Yields the task, which runs until it is cancelled."""

    async def look_today() -> None:
        await look(database, caps, day_in_singapore(datetime.now(UTC)))

    looks = repeated(look_today, every_s=LOOK_EVERY_S, waits="vendor_gauges_wait_for_database")
    return in_background(looks, "vendor gauges")


async def look(database: Database, caps: Mapping[Vendor, int], day: date) -> None:
    """Sets the gauges once. Reads each tenant's usage in a transaction of its own. Raises Unavailable."""
    async with database.without_tenant() as tx:
        breakers = await tx.fetch(BREAKERS)
        tenants = await active_tenants(tx)
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
