"""What each tenant may spend on a vendor in a day of Singapore. Counted in PostgreSQL: it holds across replicas.

Units are counted before a call and put right after it: whoever dies in between has spent them. So a caller reserves the
most that the call can cost; reserving less would let calls at the same time go beyond the cap together, by what each of
them costs more than it said.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from common.postgres import Database
from enricher.vendors.errors import Vendor as Vendor

log = structlog.get_logger(__name__)

_SINGAPORE = ZoneInfo("Asia/Singapore")

#: $3 is counted or, where it would go beyond the cap $4, nothing is. The row is locked before it is looked at.
_RESERVE = """
    INSERT INTO vendor_usage AS usage (tenant_id, day, vendor, used, calls)
    SELECT tenant(), $1::date, $2::text, $3::bigint, 1 WHERE $3::bigint <= $4::bigint
    ON CONFLICT (tenant_id, day, vendor) DO UPDATE
       SET used = usage.used + excluded.used, calls = usage.calls + 1
     WHERE usage.used + excluded.used <= $4::bigint
    RETURNING used
"""
_CORRECT = """
    UPDATE vendor_usage SET used = greatest(used - $3::bigint + $4::bigint, 0)
     WHERE tenant_id = tenant() AND day = $1 AND vendor = $2
"""
_USED = "SELECT used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1 AND vendor = $2"


def day_in_singapore(now: datetime) -> date:
    """The day on which something is spent now. Caps are per such day."""
    return now.astimezone(_SINGAPORE).date()


class Budgets:
    """The caps, per tenant, vendor and day. A vendor without a cap may not be used."""

    def __init__(self, database: Database, caps: Mapping[Vendor, int]) -> None:
        self._database = database
        self._caps = caps

    async def reserve(self, tenant_id: int, vendor: Vendor, units: int, *, day: date) -> bool:
        """Counts the most that a call can cost as used. False, and nothing counted, if that is more than is left."""
        if units < 0:
            raise ValueError(f"{units} units cannot be reserved")
        async with self._database.transaction(tenant_id) as tx:
            used = await tx.fetchval(_RESERVE, day, vendor, units, self._caps.get(vendor, 0))
        return used is not None

    async def settle(self, tenant_id: int, vendor: Vendor, *, reserved: int, charged: int, day: date) -> None:
        """Puts the reservation right. To be called once for each, with the day of the reservation.

        A charge beyond it is counted as it is, also beyond the cap: the vendor has taken it.
        """
        if charged > reserved:
            log.warning(
                "vendor_charged_more_than_reserved",
                vendor=vendor,
                tenant_id=tenant_id,
                reserved=reserved,
                charged=charged,
            )
        if charged != reserved:
            async with self._database.transaction(tenant_id) as tx:
                await tx.execute(_CORRECT, day, vendor, reserved, charged)

    async def release(self, tenant_id: int, vendor: Vendor, *, reserved: int, day: date) -> None:
        """Gives the reservation back: nothing was charged. It stays counted among the calls."""
        await self.settle(tenant_id, vendor, reserved=reserved, charged=0, day=day)

    async def left(self, tenant_id: int, vendor: Vendor, *, day: date) -> int:
        """How many units may still be reserved."""
        async with self._database.transaction(tenant_id) as tx:
            used = await tx.fetchval(_USED, day, vendor)
        return max(self._caps.get(vendor, 0) - (used or 0), 0)
