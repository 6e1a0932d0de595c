"""The summary of a nightly pass, as a table and as JSON. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class TenantOutcome:
    """The number of jobs announced for a tenant, or the error."""

    tenant_id: int
    name: str
    jobs: int = 0
    error: str | None = None


@dataclass(frozen=True)
class PartitionOutcome:
    """The maintenance of a consumer's inbox partitions: done, or the error."""

    consumer: str
    error: str | None = None


@dataclass(frozen=True)
class Summary:
    """The outcome of one pass. `failed` decides the exit code."""

    night: date
    tenants: tuple[TenantOutcome, ...]
    upkeep: tuple[PartitionOutcome, ...]
    seconds: float

    @property
    def jobs(self) -> int:
        """The number of jobs announced, of all tenants."""
        return sum(tenant.jobs for tenant in self.tenants)

    @property
    def failed(self) -> bool:
        """Whether anything was left undone."""
        parts: Sequence[TenantOutcome | PartitionOutcome] = (*self.tenants, *self.upkeep)
        return any(part.error is not None for part in parts)

    def as_json(self) -> str:
        """Formats the summary as one line of JSON."""
        totals = {"jobs": self.jobs, "failed": self.failed}
        return json.dumps(asdict(self) | totals, default=str)

    def as_table(self) -> str:
        """Formats a line per tenant, then the partitions that failed, then the totals."""
        rows = [("tenant", "name", "jobs", "outcome")]
        rows += [(str(it.tenant_id), it.name, str(it.jobs), it.error or "published") for it in self.tenants]
        number, name, jobs = (max(len(row[column]) for row in rows) for column in range(3))
        lines = [f"{row[0]:>{number}}  {row[1]:<{name}}  {row[2]:>{jobs}}  {row[3]}" for row in rows]
        lines += [f"inbox of {it.consumer}: {it.error}" for it in self.upkeep if it.error]
        lines.append(
            f"night of {self.night}: {self.jobs} jobs of {len(self.tenants)} tenants published in {self.seconds:.1f} s"
        )
        return "\n".join(lines)
