"""Circuit breakers: one per vendor, in PostgreSQL, shared by all replicas.

    closed     calls go through; consecutive failures are counted, a success resets the count
    open       no call goes through; results of calls that were under way are not counted
    half-open  one call, the probe, goes through: its result closes the breaker or opens it again. For other calls it
               stays open, for as long as the longest call takes: then a lost probe is replaced

A breaker opens after 5 consecutive failures, for 5 s. Each failed probe doubles the time, up to 5 min.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from common.postgres import Database
from enricher.vendors.errors import Vendor

log = structlog.get_logger(__name__)

THRESHOLD = 5
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)
_PROBE = timedelta(minutes=3)
_REMEMBERED_S = 1.0

_STATE = "SELECT failures, open_until, open_until > now() AS is_open, reason FROM vendor_breakers WHERE vendor = $1"
_TAKE_PROBE = """
    UPDATE vendor_breakers SET open_until = now() + $3::interval
     WHERE vendor = $1 AND open_until <= now() AND failures >= $2
    RETURNING vendor
"""
_END_PROBE = "UPDATE vendor_breakers SET open_until = now() WHERE vendor = $1 AND open_until > now()"
_FAILED = """
    UPDATE vendor_breakers
       SET failures = failures + 1, reason = $2,
           open_until = CASE WHEN failures + 1 < $3 THEN open_until
                             ELSE now() + least($5::interval, $4::interval * 2 ^ least(failures + 1 - $3, 16)) END
     WHERE vendor = $1 AND (open_until <= now() OR $6::boolean)
    RETURNING failures, open_until
"""
_CLOSE = """
    UPDATE vendor_breakers SET failures = greatest(failures, $4), open_until = now() + $2::interval, reason = $3
     WHERE vendor = $1 AND (open_until < now() + $2::interval OR $5::boolean)
    RETURNING open_until
"""
_WORKED = """
    UPDATE vendor_breakers SET failures = 0, open_until = '-infinity', reason = NULL
     WHERE vendor = $1 AND failures > 0 AND (open_until <= now() OR $2::boolean)
    RETURNING vendor
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    until: float
    reason: str | None
    failures: int


class CircuitBreakers:
    """The breakers as one replica sees them. It caches each state for one second of `clock` (monotonic seconds)."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[Vendor, _Seen] = {}
        self._asking: defaultdict[Vendor, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._probing: set[Vendor] = set()

    async def open_reason(self, vendor: Vendor) -> str | None:
        """The reason why the breaker is open, with its end; `None` if the vendor may be called.

        A caller that got `None` must report the result by `record_success`, `record_failure`, `open_for` or `release`:
        its call may be the probe.
        """
        if seen := self._still_seen(vendor):
            return seen.reason
        async with self._asking[vendor]:  # concurrent callers share one look-up
            seen = self._still_seen(vendor)
            return seen.reason if seen else await self._look(vendor)

    def _still_seen(self, vendor: Vendor) -> _Seen | None:
        seen = self._seen.get(vendor)
        return seen if seen and self._clock() < seen.until else None

    async def _look(self, vendor: Vendor) -> str | None:
        """Reads the state from the database, and takes the probe if it is due. Returns what `open_reason` returns."""
        async with self._database.statement() as connection:
            state = await connection.fetchrow(_STATE, vendor)
            if state is None:
                raise LookupError(f"vendor_breakers has no row for {vendor}")
            if not state["is_open"] and state["failures"] < THRESHOLD:
                return self._remember(vendor, None, state["failures"])
            is_probe = not state["is_open"] and await connection.fetchval(_TAKE_PROBE, vendor, THRESHOLD, _PROBE)
        if is_probe:
            self._probing.add(vendor)
            self._remember(vendor, f"circuit half-open: a probe is in progress ({state['reason']})", state["failures"])
            log.info("breaker_probes", vendor=vendor, reason=state["reason"])
            return None
        until = (
            f"circuit open until {state['open_until']:%H:%M:%S} UTC"
            if state["is_open"]
            else "circuit half-open: a probe is in progress"
        )
        return self._remember(vendor, f"{until} ({state['reason']})", state["failures"])

    async def record_failure(self, vendor: Vendor, reason: str) -> None:
        """Counts a failure, unless the breaker is open: calls that fail together are no proof of a long outage."""
        async with self._database.statement() as connection:
            row = await connection.fetchrow(
                _FAILED, vendor, reason, THRESHOLD, _FIRST, _LONGEST, self._ends_probe(vendor)
            )
        self._seen.pop(vendor, None)
        if row and row["failures"] >= THRESHOLD:
            _opened(vendor, reason, row["open_until"])

    async def open_for(self, vendor: Vendor, span: timedelta, reason: str) -> None:
        """Opens the breaker for at least `span`; a probe follows."""
        async with self._database.statement() as connection:
            until = await connection.fetchval(_CLOSE, vendor, span, reason, THRESHOLD, self._ends_probe(vendor))
        self._seen.pop(vendor, None)
        if until:
            _opened(vendor, reason, until)

    async def record_success(self, vendor: Vendor) -> None:
        """Resets the count of failures and closes the breaker. Without failures and probe it does no query."""
        is_probe = self._ends_probe(vendor)
        seen = self._seen.get(vendor)
        if seen and not seen.failures and not is_probe:
            return
        async with self._database.statement() as connection:
            is_closed_again = await connection.fetchval(_WORKED, vendor, is_probe)
        if is_closed_again and is_probe:
            log.info("breaker_closes", vendor=vendor)

    async def release(self, vendor: Vendor) -> None:
        """Ends a call that says nothing about the vendor, or was never made, and frees its probe, if any."""
        if self._ends_probe(vendor):
            async with self._database.statement() as connection:
                await connection.execute(_END_PROBE, vendor)

    def _ends_probe(self, vendor: Vendor) -> bool:
        """True if this replica had the probe. Gives the probe up and drops the cached state."""
        was_probing = vendor in self._probing
        self._probing.discard(vendor)
        if was_probing:
            self._seen.pop(vendor, None)
        return was_probing

    def _remember(self, vendor: Vendor, reason: str | None, failures: int) -> str | None:
        self._seen[vendor] = _Seen(self._clock() + _REMEMBERED_S, reason, failures)
        return reason


def _opened(vendor: Vendor, reason: str, until: datetime) -> None:
    log.warning("breaker_opens", vendor=vendor, reason=reason, until=until.isoformat())
