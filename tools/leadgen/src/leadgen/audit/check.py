"""A check of the audit, its exceptions, and the report of all checks. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Check:
    """A claim, the query for rows that contradict it, and the advice for the reader of an exception.

    `query` reads the snapshot (`snapshot.py`) and returns a row per exception: tenant_id, then columns that name what
    it is about and what is wrong.
    """

    name: str
    claim: str
    advice: str
    query: str


@dataclass(frozen=True, slots=True)
class Exceptions:
    """A check's exceptions: their number, and the ones that are shown, as columns."""

    check: Check
    count: int
    shown: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the ledger that is audited.

    Chains of events count if they began at `since` or later (`None`: as far back as the topics keep). `patience`
    replaces how long work of any kind may stay open; zero says that everything is at rest. `services` are those that
    take part (`None`: all).
    """

    tenant_id: int | None = None
    run_id: UUID | None = None
    since: datetime | None = None
    patience_s: float | None = None
    services: frozenset[str] | None = None

    def has(self, service: str) -> bool:
        """Whether this service is within the scope."""
        return self.services is None or service in self.services


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit.

    `counts` are the numbers of rows read, `explained` the repeated payments with their reasons.

    `waived` lists units that are counted and that nobody had, where calls without a result may have spent them.
    """

    at: datetime
    since: datetime
    counts: dict[str, int]
    checks: int
    exceptions: Sequence[Exceptions]
    explained: Sequence[str]
    waived: Sequence[str]
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not self.exceptions

    def as_dict(self) -> dict[str, Any]:
        """Builds the JSON form."""
        found = [
            {"check": it.check.name, "claim": it.check.claim, "advice": it.check.advice, "count": it.count}
            | {"shown": list(it.shown)}
            for it in self.exceptions
        ]
        return asdict(self) | {"exceptions": found, "is_clean": self.is_clean}
