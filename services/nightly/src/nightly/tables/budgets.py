"""A tenant's use of its vendors' budgets on a day (`vendor_usage`, written by the enricher)."""

from collections.abc import Mapping
from datetime import date

from common.postgres import Connection

USED = "SELECT vendor, used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1"


async def snapshot(tx: Connection, day: date, caps: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Returns cap and use of each vendor: `{"lusha": {"cap": 500, "used": 12}}`."""
    used = {row["vendor"]: row["used"] for row in await tx.fetch(USED, day)}
    return {vendor: {"cap": cap, "used": used.get(vendor, 0)} for vendor, cap in caps.items()}
