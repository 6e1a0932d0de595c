"""Budgets: the units that each tenant may spend on a vendor per day in Singapore. PostgreSQL counts for all replicas.

A caller reserves the most that its call can cost, and settles with the real cost afterwards. Units of a replica that
dies in between stay spent. Reserving less would let concurrent calls exceed the cap together.

Concurrent calls of a replica are counted in one transaction (`group_commit`). It locks the rows in one order, then
gives each caller in turn its units if they fit.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from common.handling.group_commit import GroupCommit
from common.postgres import Connection
from enricher.vendors.errors import Vendor as Vendor

log = structlog.get_logger(__name__)

_LOCK = """
    SELECT day, vendor, used FROM vendor_usage
     WHERE tenant_id = tenant() AND day = ANY($1::date[]) AND vendor = ANY($2::text[])
     ORDER BY day, vendor FOR UPDATE
"""
_BEGIN = """
    INSERT INTO vendor_usage (tenant_id, day, vendor, used)
    SELECT tenant(), day, vendor, 0 FROM unnest($1::date[], $2::text[]) AS account (day, vendor) ORDER BY day, vendor
    ON CONFLICT DO NOTHING
"""
_COUNT = """
    UPDATE vendor_usage AS usage SET used = account.used, calls = usage.calls + account.calls
      FROM unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[]) AS account (day, vendor, used, calls)
     WHERE usage.tenant_id = tenant() AND usage.day = account.day AND usage.vendor = account.vendor
"""
_USED = "SELECT used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1 AND vendor = $2"


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the units used; a negative one returns units. With a `cap` it is a reservation; it may be refused."""

    day: date
    vendor: Vendor
    units: int
    cap: int | None = None


class Budgets:
    """Reserves and settles units. `caps` are per tenant, vendor and day; a vendor without a cap may not be used."""

    def __init__(self, group_commit: GroupCommit, caps: Mapping[Vendor, int]) -> None:
        self._group_commit = group_commit
        self._caps = caps

    async def reserve(self, tenant_id: int, vendor: Vendor, units: int, *, day: date) -> bool:
        """Reserves the highest cost of a call. False, with nothing reserved, if the remaining budget is smaller."""
        if units < 0:
            raise ValueError(f"{units} units cannot be reserved")
        change = _Change(day, vendor, units, cap=self._caps.get(vendor, 0))
        return await self._group_commit(tenant_id, count_units, change)

    async def settle(self, tenant_id: int, vendor: Vendor, *, reserved: int, charged: int, day: date) -> None:
        """Replaces the reservation by the actual charge. Call it once per reservation, with the reservation's day.

        A charge above the reservation is counted in full, even above the cap: the vendor has taken it.
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
            await self._group_commit(tenant_id, count_units, _Change(day, vendor, charged - reserved))

    async def release(self, tenant_id: int, vendor: Vendor, *, reserved: int, day: date) -> None:
        """Cancels the reservation: nothing was charged. The call still counts among the calls."""
        await self.settle(tenant_id, vendor, reserved=reserved, charged=0, day=day)

    async def left(self, tenant_id: int, vendor: Vendor, *, day: date) -> int:
        """Returns the units that may still be reserved."""
        used = await self._group_commit(tenant_id, find_used, (day, vendor))
        return max(self._caps.get(vendor, 0) - used, 0)


async def count_units(tx: Connection, changes: Sequence[_Change]) -> list[bool]:
    """Applies the changes; True for each that was applied. Returned units are applied first, and always."""
    used = await _locked(tx, sorted({(change.day, change.vendor) for change in changes}))
    calls: dict[tuple[date, Vendor], int] = defaultdict(int)
    counted = [True] * len(changes)
    for nth in sorted(range(len(changes)), key=lambda nth: changes[nth].cap is not None):
        change = changes[nth]
        account = change.day, change.vendor
        if change.cap is None:
            used[account] = max(used[account] + change.units, 0)
        elif used[account] + change.units <= change.cap:
            used[account] += change.units
            calls[account] += 1
        else:
            counted[nth] = False
    if any(counted):
        rows = [(*account, units, calls[account]) for account, units in used.items()]
        await tx.execute(_COUNT, *zip(*rows, strict=True))
    return counted


async def _locked(tx: Connection, accounts: Sequence[tuple[date, Vendor]]) -> dict[tuple[date, Vendor], int]:
    """Locks the rows until the transaction ends, and returns the units used of each account."""
    wanted = set(accounts)
    days, vendors = zip(*accounts, strict=True)
    while True:
        rows = await tx.fetch(_LOCK, sorted(set(days)), sorted(set(vendors)))
        found = {account: row["used"] for row in rows if (account := (row["day"], row["vendor"])) in wanted}
        if found.keys() == wanted:
            return found
        await tx.execute(_BEGIN, days, vendors)  # the day's first call


async def find_used(tx: Connection, accounts: Sequence[tuple[date, Vendor]]) -> list[int]:
    """Finds the units used of each account."""
    return [await tx.fetchval(_USED, *account) or 0 for account in accounts]
