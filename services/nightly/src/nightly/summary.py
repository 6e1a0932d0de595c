"""The summary of a start of the nightly run, as a table and as JSON. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

#: Exit codes: all done; nothing done, or nothing to do it with; some of it done.
DONE, FAILED, PARTIAL = 0, 1, 3


@dataclass(frozen=True)
class TenantOutcome:
    """The outcome of a tenant's run. `error`: it failed. `note` explains why a partial one is not done.

    `status` is that of the run; `skipped`: the tenant was left out, and `note` says why.
    """

    tenant_id: int
    name: str
    jobs: int = 0
    error: str | None = None
    run_id: str | None = None
    status: str = "failed"
    planned: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    considered: Mapping[str, int] = field(default_factory=dict)
    upsert: Mapping[str, int] = field(default_factory=dict)
    spend: Mapping[str, int] = field(default_factory=dict)
    degraded: Mapping[str, int] = field(default_factory=dict)
    carried_over: Sequence[Mapping[str, Any]] = ()
    note: str | None = None
    seconds: float = 0.0

    @property
    def in_words(self) -> str:
        """The outcome in words."""
        said = [self.error or self.note or self.status]
        if late := self.upsert.get("late"):
            said.append(f"selected before {late} commands to the upserter had ended")
        if self.degraded:
            reason, companies = max(self.degraded.items(), key=lambda it: it[1])
            said.append(f"degraded: {companies} by {reason}")
        said += [
            f"night of {it['night']}: {it['unfinished']} still unfinished, {it['finished_since']} finished since"
            for it in self.carried_over
        ]
        return "; ".join(said)


@dataclass(frozen=True)
class PartitionOutcome:
    """The maintenance of a consumer's inbox partitions: done, or the error."""

    consumer: str
    error: str | None = None


@dataclass(frozen=True)
class Summary:
    """The outcome of one start. `exit_code` sums it up."""

    night: date
    tenants: tuple[TenantOutcome, ...]
    upkeep: tuple[PartitionOutcome, ...]
    seconds: float

    @property
    def jobs(self) -> int:
        """The number of jobs announced, of all tenants."""
        return sum(tenant.jobs for tenant in self.tenants)

    @property
    def companies(self) -> int:
        """The number of companies in all manifests."""
        return sum(tenant.planned for tenant in self.tenants)

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        parts: Sequence[TenantOutcome | PartitionOutcome] = (*self.tenants, *self.upkeep)
        return any(part.error is not None for part in parts)

    @property
    def exit_code(self) -> int:
        """0: all is done, or in progress if nobody waits; 1: every tenant that ran failed; 3: something is left."""
        ran = [it for it in self.tenants if it.status != "skipped"]
        if ran and all(it.error is not None for it in ran):
            return FAILED
        return PARTIAL if self.failed or any(it.status == "partial" for it in self.tenants) else DONE

    def as_json(self) -> str:
        """Formats the summary as one line of JSON."""
        totals = {"jobs": self.jobs, "companies": self.companies, "failed": self.failed, "exit_code": self.exit_code}
        return json.dumps(asdict(self) | totals, default=str)

    def as_table(self) -> str:
        """Formats a line per tenant, then the partitions that failed, then the totals."""
        rows = [("tenant", "name", "jobs", "companies", "synced", "outcome")]
        rows += [
            (
                *(str(it.tenant_id), it.name, str(it.jobs), str(it.planned)),
                *(str(it.states.get("synced", 0)), it.in_words),
            )
            for it in self.tenants
        ]
        number, name, *counts = (max(len(row[column]) for row in rows) for column in range(5))
        lines = [
            "  ".join(
                (
                    row[0].rjust(number),
                    row[1].ljust(name),
                    *(text.rjust(width) for text, width in zip(row[2:5], counts, strict=True)),
                    row[5],
                )
            )
            for row in rows
        ]
        lines += [f"inbox of {it.consumer}: {it.error}" for it in self.upkeep if it.error]
        lines.append(
            f"night of {self.night}: companies {self.companies}, jobs {self.jobs}, tenants {len(self.tenants)};"
            f" {self.seconds:.1f} s"
        )
        return "\n".join(lines)
