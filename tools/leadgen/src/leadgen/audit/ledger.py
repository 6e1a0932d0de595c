"""The simulator's ledger of charges, compared with the budgets and with the kills that explain a loss.

A killed worker loses the answers of its calls in progress. Their charge stays counted, and the calls are made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import httpx

from common.errors import Unavailable
from leadgen.audit.check import Check, Exceptions
from leadgen.audit.snapshot import Owner

EQUAL = Check(
    "ledger",
    "Each unit that a vendor charged is counted, and no other, but for calls whose answer was lost.",
    "Fewer counted than charged: the caps do not hold. More: units that nobody charged; compare the days.",
    """
    SELECT vendor, sum(counted)::bigint AS counted, bool_or(is_lossy) AS is_lossy
      FROM (SELECT vendor, ever AS counted,
                   is_short IS TRUE OR EXISTS (SELECT FROM audit_inbox AS taken
                                                WHERE taken.consumer = 'enricher'
                                                  AND (taken.attempts > 1 OR taken.state <> 'done')) AS is_lossy
              FROM audit_usage LEFT JOIN audit_spent USING (tenant_id, vendor)
             UNION ALL SELECT 'openai', tokens, false FROM audit_wording) AS accounts
     GROUP BY vendor
    """,
)
PAID_ONCE = Check(
    "paid-once",
    "Nothing is paid for twice, unless a kill or a failed call lost the first answer.",
    "An answer that was there was bought again: is it kept (vendor_answers, email_verifications)?",
    "SELECT vendor, count(*) AS buyers FROM audit_usage WHERE ever > 0 GROUP BY vendor",
)
#: Reruns that do not rely on what was bought before them.
AFRESH = "SELECT replay_id, started_at FROM replays WHERE afresh AND kind = 'rerun' ORDER BY started_at"
#: Vendors whose answers are each tenant's own.
OF_TENANTS = frozenset({"lusha", "zerobounce"})
#: The longest time from a call's charge to its answer being read, and clocks' difference.
UNDER_WAY, READ_LATE = timedelta(seconds=45), timedelta(seconds=0.3)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The simulator's record of charges, of repeats, and of the vendors' failed calls."""

    charges: Sequence[Mapping[str, Any]]
    repeats: Sequence[Mapping[str, Any]]
    failed: frozenset[str]


async def read_ledger(simulator: str) -> Ledger:
    """Reads the ledger from a running simulator. Raises Unavailable."""
    try:
        async with httpx.AsyncClient(base_url=f"{simulator.rstrip('/')}/_simulator", trust_env=False) as http:
            charges, repeats, vendors = [
                (await http.get(path, timeout=30)).raise_for_status().json()
                for path in ("/charges", "/charges/repeats", "/vendors")
            ]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable(f"the simulator at {simulator}: {type(error).__name__}: {error}") from error
    failed = {
        vendor
        for vendor, state in vendors.items()
        if any(int(call.rpartition(" ")[2]) not in range(200, 300) for call in state["calls"])
    }
    return Ledger(charges["charges"], repeats["repeats"], frozenset(failed))


async def compare(
    owner: Owner, ledger: Ledger, kills: Sequence[datetime], under_way: timedelta = UNDER_WAY
) -> tuple[list[Exceptions], list[str], list[str]]:
    """Compares the ledger with the snapshot.

    Returns the exceptions, the explained repeats, and the units that lost calls may have used.
    """
    counted = {row["vendor"]: (row["counted"], row["is_lossy"]) for row in await owner.fetch(EQUAL.query)}
    buyers = {row["vendor"]: row["buyers"] for row in await owner.fetch(PAID_ONCE.query)}
    unlike, waived = unequal(ledger, counted, has_kills=bool(kills))
    afresh = {row["started_at"]: row["replay_id"] for row in await owner.fetch(AFRESH)}
    twice, explained = paid_twice(ledger, buyers, kills, under_way, afresh)
    found = [Exceptions(check, len(rows), rows) for check, rows in ((EQUAL, unlike), (PAID_ONCE, twice)) if rows]
    return found, explained, waived


def unequal(
    ledger: Ledger, counted: Mapping[str, tuple[int, bool]], *, has_kills: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    """Compares the units charged and counted by vendor: the difference, and whether calls were lost.

    Returns the exceptions, and what is waived because calls were lost.
    """
    charged: dict[str, int] = dict.fromkeys(counted, 0)
    lossy = set(ledger.failed)
    for entry in ledger.charges:
        charged[entry["vendor"]] = charged.get(entry["vendor"], 0) + entry["units"]
        if not entry["answered"] or entry["fault"]:
            lossy.add(entry["vendor"])
    found, waived = [], []
    for vendor, units in sorted(charged.items()):
        used, is_lossy = counted.get(vendor, (0, False))
        if used < units or (used > units and not (is_lossy or has_kills or vendor in lossy)):
            found.append({"vendor": vendor, "charged": units, "counted": used})
        elif used > units:
            waived.append(f"{vendor}: {used} counted, {units} charged by the vendor; calls were lost")
    return found, waived


def paid_twice(
    ledger: Ledger,
    buyers: Mapping[str, int],
    kills: Sequence[datetime],
    under_way: timedelta,
    afresh: Mapping[datetime, object] = MappingProxyType({}),
) -> tuple[list[dict[str, Any]], list[str]]:
    """Finds items that were paid for more often than allowed, and explains the others.

    `buyers` counts tenants by vendor, `afresh` names reruns by their start.
    """
    charges = {entry["number"]: entry for entry in ledger.charges}
    found, explained = [], []
    for repeat in ledger.repeats:
        allowed = buyers.get(repeat["vendor"], 1) if repeat["vendor"] in OF_TENANTS else 1
        times = [charges[number] for number in repeat["numbers"]]
        reasons = [
            reason
            for first, second in pairwise(times)
            if (reason := _reason(first, second, kills, under_way, afresh)) is not None
        ]
        what = {name: repeat[name] for name in ("vendor", "operation", "item", "times")}
        if len(times) - len(reasons) > allowed:
            found.append(what | {"charges": ", ".join(f"{it['number']} at {it['at']}" for it in times)})
        elif len(times) > allowed:
            said = "; ".join(reasons)
            explained.append(f"{what['vendor']} {what['operation']} {what['item']}: paid {len(times)} times: {said}")
    return found, explained


def _reason(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    kills: Sequence[datetime],
    under_way: timedelta,
    afresh: Mapping[datetime, object],
) -> str | None:
    """Explains why the first answer was lost; `None` if there is no evidence that it was."""
    if first["fault"]:
        return f"charge {first['number']} had the fault {first['fault']}"
    booked, again = (datetime.fromisoformat(it["at"]) for it in (first, second))
    for kill in kills:
        if booked - READ_LATE <= kill <= booked + under_way and kill < again:
            return f"charge {first['number']} was under way when a worker was killed at {kill:%H:%M:%S.%f} UTC"
    for start, replay_id in afresh.items():
        if booked < start <= again:
            return f"charge {second['number']} was made by the rerun {replay_id}, which buys afresh"
    return None if first["answered"] else f"the answer to charge {first['number']} came when nobody waited any more"
