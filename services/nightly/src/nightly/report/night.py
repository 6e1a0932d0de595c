"""A night's figures, per tenant and in total. Pure: night_queries.py reads every number from the tables.

The balance is the report's check of itself. How many companies reached each stage is counted from the tables that the
stages write; why a company stands where it stands is found per company. Both have to agree to the last company.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal

#: The stages of a company, in order.
STAGES = ("published", "taken over", "visited", "scored", "synced")

Urgency = Literal["act", "wait", "note"]


@dataclass(frozen=True, slots=True)
class Rest:
    """Companies that reached this stage and, for this reason, not the next one."""

    stage: str
    cause: str
    companies: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Companies per stage, and the reasons of those that went no further."""

    reached: tuple[int, ...]
    rests: tuple[Rest, ...] = ()

    @property
    def differences(self) -> tuple[int, ...]:
        """Companies that each step from a stage to the next leaves unexplained; all zero if the tables agree."""
        return tuple(
            before - after - sum(rest.companies for rest in self.rests if rest.stage == stage)
            for stage, before, after in zip(STAGES, self.reached, self.reached[1:], strict=False)
        )

    @property
    def unexplained(self) -> int:
        """Companies without an explanation, over all steps; 0 if the tables agree."""
        return sum(map(abs, self.differences))

    @property
    def is_balanced(self) -> bool:
        """Whether every published company is accounted for, stage by stage."""
        return self.unexplained == 0


@dataclass(frozen=True, slots=True)
class Spend:
    """Units of a vendor that a tenant used on the day on which the run began, and the night's part of them."""

    vendor: str
    unit: str
    used: int
    cap: int | None
    by_night: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether the whole cap is used."""
        return self.cap is not None and self.used >= self.cap


@dataclass(frozen=True, slots=True)
class Durations:
    """Milliseconds that a step of the enrichment took, one per company."""

    step: str
    ms: tuple[int, ...]

    @property
    def slowest(self) -> int:
        """The 99th percentile, in milliseconds."""
        return self.percentile(0.99)

    def percentile(self, share: float) -> int:
        """Returns the smallest duration that at least this share of all durations do not exceed."""
        return sorted(self.ms)[max(0, ceil(share * len(self.ms)) - 1)]


@dataclass(frozen=True, slots=True)
class Issue:
    """A failure or a fact that a person should know, and what to do about it."""

    urgency: Urgency
    words: str
    advice: str


@dataclass(frozen=True, slots=True)
class ShortLead:
    """A lead of the shortlist. `is_new`: the company was on no earlier shortlist of the tenant."""

    rank: int
    uen: str
    name: str
    score: float
    bucket: str
    rationale: str
    contact: str | None
    why_selected: str
    is_new: bool
    odoo: str
    odoo_url: str | None = None


@dataclass(frozen=True, slots=True)
class TenantNight:
    """One tenant's night."""

    tenant_id: int
    name: str
    run_id: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    cap: int
    balance: Balance
    spend: tuple[Spend, ...] = ()
    durations: tuple[Durations, ...] = ()
    degraded: tuple[tuple[str, int], ...] = ()
    issues: tuple[Issue, ...] = ()
    shortlist: tuple[ShortLead, ...] = ()

    @property
    def leads(self) -> int:
        """The number of scored companies."""
        return self.balance.reached[STAGES.index("scored")]

    @property
    def new_leads(self) -> int:
        """The number of leads that are new since the last night."""
        return sum(lead.is_new for lead in self.shortlist)


@dataclass(frozen=True, slots=True)
class Night:
    """The night of all tenants, or of one. `without_run`: names of active tenants that had no run.

    `missed`: names of those without a run that should have had one.
    """

    night: date
    tenants: tuple[TenantNight, ...]
    prices: dict[str, float] = field(default_factory=dict)
    without_run: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def balance(self) -> Balance:
        """The sum over all tenants."""
        reached = tuple(sum(it.balance.reached[number] for it in self.tenants) for number in range(len(STAGES)))
        rests: Counter[tuple[str, str]] = Counter()
        for rest in (rest for it in self.tenants for rest in it.balance.rests):
            rests[rest.stage, rest.cause] += rest.companies
        order = sorted(rests, key=lambda each: (STAGES.index(each[0]), -rests[each], each[1]))
        return Balance(reached, tuple(Rest(stage, cause, rests[stage, cause]) for stage, cause in order))

    @property
    def is_balanced(self) -> bool:
        """Whether every tenant's balance adds up; differences of two tenants do not cancel out."""
        return all(it.balance.is_balanced for it in self.tenants)

    @property
    def leads(self) -> int:
        return sum(it.leads for it in self.tenants)

    @property
    def new_leads(self) -> int:
        return sum(it.new_leads for it in self.tenants)

    @property
    def buckets(self) -> dict[str, int]:
        """Leads per bucket, the best bucket first."""
        found = Counter(lead.bucket for it in self.tenants for lead in it.shortlist)
        return {bucket: found[bucket] for bucket in ("High", "Medium", "Low")}

    @property
    def spend(self) -> tuple[Spend, ...]:
        """Units per vendor over all tenants. A sum of caps exists only if every tenant has one."""
        sums: dict[tuple[str, str], Spend] = {}
        for each in (each for it in self.tenants for each in it.spend):
            so_far = sums.get((each.vendor, each.unit))
            if so_far is None:
                sums[each.vendor, each.unit] = each
                continue
            cap = None if each.cap is None or so_far.cap is None else each.cap + so_far.cap
            sums[each.vendor, each.unit] = Spend(
                each.vendor, each.unit, each.used + so_far.used, cap, each.by_night + so_far.by_night
            )
        return tuple(sums.values())

    @property
    def durations(self) -> tuple[Durations, ...]:
        """Durations per step over all tenants, the slowest step (by the 95th percentile) first."""
        all_of: dict[str, list[int]] = {}
        for each in (each for it in self.tenants for each in it.durations):
            all_of.setdefault(each.step, []).extend(each.ms)
        found = [Durations(step, tuple(ms)) for step, ms in all_of.items() if ms]
        return tuple(sorted(found, key=lambda it: (-it.percentile(0.95), it.step)))

    @property
    def degraded(self) -> tuple[tuple[str, int], ...]:
        """Degraded reasons with their number of companies, over all tenants."""
        found: Counter[str] = Counter()
        for reason, companies in (each for it in self.tenants for each in it.degraded):
            found[reason] += companies
        return tuple(sorted(found.items(), key=lambda it: (-it[1], it[0])))

    @property
    def took(self) -> timedelta | None:
        """The time from the first start to the last end; `None` while a run is in progress."""
        ends = [it.ended_at for it in self.tenants]
        if not ends or any(end is None for end in ends):
            return None
        return max(end for end in ends if end is not None) - min(it.started_at for it in self.tenants)

    @property
    def to_do(self) -> int:
        """The number of issues that need a person; each tenant without a run is one."""
        return len(self.missed) + sum(issue.urgency == "act" for it in self.tenants for issue in it.issues)

    def per_lead(self, spend: Spend) -> float | None:
        """Units per scored company; `None` without leads."""
        return spend.by_night / self.leads if self.leads else None

    @property
    def cost_per_lead(self) -> float | None:
        """Money per scored company; `None` without leads, or if a vendor that was used has no price."""
        used = [each for each in self.spend if each.by_night]
        if not self.leads or not self.prices or any(each.vendor not in self.prices for each in used):
            return None
        return sum(each.by_night * self.prices[each.vendor] for each in used) / self.leads


def issues_of(tenants: Iterable[TenantNight]) -> Sequence[tuple[TenantNight, Issue]]:
    """Lists all issues with their tenants, those that need a person first."""
    urgencies: tuple[Urgency, ...] = ("act", "wait", "note")
    found = [(it, issue) for it in tenants for issue in it.issues]
    return sorted(found, key=lambda each: urgencies.index(each[1].urgency))
