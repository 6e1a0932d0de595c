"""Reads a tenant's spending on vendors per day in Singapore (tables `vendor_usage`, `wording_usage`)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from common.postgres import Connection

USED = """
    SELECT day, vendor, used, calls FROM vendor_usage WHERE tenant_id = tenant() AND day >= $1
     UNION ALL
    SELECT day, 'openai_wording', tokens, NULL FROM wording_usage WHERE tenant_id = tenant() AND day >= $1
     ORDER BY 1 DESC, 2
"""

#: Tokens for the words of rationales; the scorer counts them, the enricher all others.
WORDING = "openai_wording"

#: What a unit of each vendor is.
UNITS: Mapping[str, str] = {
    "tavily": "credits",
    "lusha": "credits",
    "zerobounce": "addresses",
    "openai": "tokens",
    "openai_wording": "tokens",
}


class VendorUsage(BaseModel):
    """Units of a vendor that the tenant used on a day. `openai_wording` is for rationales."""

    vendor: str = Field(examples=["lusha"])
    unit: str = Field(examples=["credits"])
    used: int
    calls: int | None = Field(description="null: not counted for this vendor")
    cap: int = Field(description="units per day that the settings allow now")
    left: int = Field(description="`cap` minus `used`, at least 0")


class DayUsage(BaseModel):
    """The usage of a day in Singapore, for all vendors."""

    day: date
    vendors: list[VendorUsage]


async def per_day(tx: Connection, days: Sequence[date], caps: Mapping[str, int]) -> list[DayUsage]:
    """Finds the usage of each of these days, in their order."""
    used = {(row["day"], row["vendor"]): row for row in await tx.fetch(USED, min(days))}
    return [
        DayUsage(day=day, vendors=[_usage(vendor, used.get((day, vendor)), cap) for vendor, cap in caps.items()])
        for day in days
    ]


def _usage(vendor: str, row: Any, cap: int) -> VendorUsage:
    used, calls = (0, None if vendor == WORDING else 0) if row is None else (row["used"], row["calls"])
    return VendorUsage(vendor=vendor, unit=UNITS[vendor], used=used, calls=calls, cap=cap, left=max(cap - used, 0))
