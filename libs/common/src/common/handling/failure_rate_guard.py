"""Counts unknown errors by tenant; decides when a tenant's events have to wait, and when the service is unfit. Pure.

A run of unknown errors, or a high share of them, is a sign that dead-lettering on would drain a topic. Where one or two
tenants show it, their events are at fault, or a bug that only they meet: those tenants are to be paused. Where the
others show it too, the fault is the service's: it is to stop.
"""

from collections import Counter, deque
from dataclasses import dataclass

from common.errors import Permanent, Transient

#: Unknown errors in a row.
RUN = 10
#: Share of unknown errors among the last `WINDOW` outcomes, of `MIN_SEEN` at least.
SHARE = 0.2
WINDOW = 200
MIN_SEEN = 50
#: Tenants that may fail without a word about the service.
EXEMPT_TENANTS = 2

_ALL = (1 << WINDOW) - 1
_LATEST = (1 << RUN) - 1


@dataclass(slots=True)
class _Record:
    """The last outcomes of a tenant: one bit each, the latest last, set for an unknown error."""

    bits: int = 0
    seen: int = 0
    last_cause: str = ""

    def add(self, is_unknown: bool) -> None:
        self.bits = (self.bits << 1 | is_unknown) & _ALL
        self.seen = min(self.seen + 1, WINDOW)


class FailureRateGuard:
    """Judges tenants and the service by the outcomes of their events.

    Once `trip_reason` says why the service should stop, it stays: the service claims and dead-letters nothing more.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[int, bool]] = deque(maxlen=WINDOW)
        self._tenants: dict[int, _Record] = {}
        self.trip_reason: str | None = None

    def saw(self, tenant_id: int, error: Exception | None) -> None:
        """Notes the outcome of one event. Errors of a known meaning are as good as a success."""
        is_unknown = is_unknown_error(error)
        self._recent.append((tenant_id, is_unknown))
        record = self._tenants.setdefault(tenant_id, _Record())
        record.add(is_unknown)
        if is_unknown:
            record.last_cause = cause_of(error)
            self.trip_reason = self.trip_reason or self._service_verdict()

    def tenant_trip_reason(self, tenant_id: int) -> str | None:
        """Returns the reason to pause the tenant; `None` if there is none."""
        record = self._tenants.get(tenant_id, _Record())
        verdict = _verdict(record)
        return verdict and f"{verdict}; the last: {record.last_cause}"

    def forget(self, tenant_id: int) -> None:
        """Forgets the tenant's outcomes: one of its events was handled after a pause."""
        self._tenants.pop(tenant_id, None)

    def _service_verdict(self) -> str | None:
        """Judges the service without the tenants that fail most: their events prove nothing against it."""
        failures = Counter(tenant_id for tenant_id, is_unknown in self._recent if is_unknown)
        exempt = {tenant_id for tenant_id, _ in failures.most_common(EXEMPT_TENANTS)}
        others = _Record()
        for tenant_id, is_unknown in self._recent:
            if tenant_id not in exempt:
                others.add(is_unknown)
        verdict = _verdict(others)
        causes = dict.fromkeys(self._tenants[tenant_id].last_cause for tenant_id in failures)
        return verdict and f"{verdict}, besides those of two tenants; the last: {', '.join(list(causes)[-3:])}"


def is_unknown_error(error: Exception | None) -> bool:
    """Whether the error has no known meaning: no adapter has translated it."""
    return error is not None and not isinstance(error, Transient | Permanent)


def cause_of(error: BaseException | None) -> str:
    """Names an error's type and the line that raised it."""
    if error is None:
        return "no error"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    return f"{name} at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else name


def _verdict(record: _Record) -> str | None:
    if record.bits & _LATEST == _LATEST:
        return f"{RUN} unknown errors in a row"
    unknown = record.bits.bit_count()
    if record.seen >= MIN_SEEN and unknown > SHARE * record.seen:
        return f"{unknown} unknown errors among the last {record.seen} events"
    return None
