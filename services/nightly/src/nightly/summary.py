"""What a night came to, for people (a table) and for machines (JSON). Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class TenantOutcome:
    """What was announced for a tenant, or why nothing was."""

    tenant_id: int
    name: str
    jobs: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Upkeep:
    """A consumer's inbox partitions: kept, or why not."""

    consumer: str
    error: str | None = None


@dataclass(frozen=True)
class Summary:
    """One pass. `failed` decides the exit code."""

    night: date
    tenants: tuple[TenantOutcome, ...]
    upkeep: tuple[Upkeep, ...]
    seconds: float

    @property
    def jobs(self) -> int:
        """Jobs announced, over all tenants."""
        return sum(tenant.jobs for tenant in self.tenants)

    @property
    def failed(self) -> bool:
        """Something was left undone."""
        parts: Sequence[TenantOutcome | Upkeep] = (*self.tenants, *self.upkeep)
        return any(part.error is not None for part in parts)

    def as_json(self) -> str:
        """One line."""
        totals = {"jobs": self.jobs, "failed": self.failed}
        return json.dumps(asdict(self) | totals, default=str)

    def as_table(self) -> str:
        """A line per tenant, then what failed of the upkeep, then the totals."""
        rows = [("tenant", "name", "jobs", "outcome")]
        rows += [(str(it.tenant_id), it.name, str(it.jobs), it.error or "published") for it in self.tenants]
        number, name, jobs = (max(len(row[column]) for row in rows) for column in range(3))
        lines = [f"{row[0]:>{number}}  {row[1]:<{name}}  {row[2]:>{jobs}}  {row[3]}" for row in rows]
        lines += [f"inbox of {it.consumer}: {it.error}" for it in self.upkeep if it.error]
        lines.append(
            f"night of {self.night}: {self.jobs} jobs of {len(self.tenants)} tenants published in {self.seconds:.1f} s"
        )
        return "\n".join(lines)
