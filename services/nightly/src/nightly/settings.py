"""Settings of the nightly run, of its stage and of the report."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, NonNegativeFloat, field_validator
from pydantic_settings import NoDecode

from common.settings import DatabaseSettings, LogLevel, Settings, StageSettings
from nightly.model import STEPS, Retention
from nightly.plan.selection import Ages

#: The vendors that a night may pay.
VENDORS = ("tavily", "openai", "lusha", "zerobounce")


def _at_least_a_month(days: int) -> int:
    if days and days < 30:
        raise ValueError("nothing younger than 30 days is deleted: give 30 or more, or 0 to keep all")
    return days


Tenants = Annotated[frozenset[int], NoDecode]
Steps = Annotated[tuple[str, ...], NoDecode]
Days = Annotated[float, Field(ge=0)]
Retained = Annotated[int, AfterValidator(_at_least_a_month)]
Addresses = Annotated[tuple[str, ...], NoDecode]
Prices = Annotated[dict[str, NonNegativeFloat], NoDecode]


class ReportSettings(DatabaseSettings):
    """Settings of the report, read once, in report/command.py. The run has them too, since it sends the report."""

    log_level: LogLevel = "INFO"
    sched_tenant_include: Tenants = Field(
        default=frozenset(), description="only these tenants, by number; empty: all active ones"
    )
    sched_tenant_exclude: Tenants = Field(default=frozenset(), description="not these tenants, by number")
    smtp_url: str | None = Field(default=None, description="if unset: no report is sent")
    report_from: str = "leadgen@localhost"
    report_to: Addresses = Field(default=(), description="addresses that get the report of each night")
    vendor_prices: Prices = Field(default_factory=dict, description="price of a unit per vendor, for the cost per lead")

    @field_validator("sched_tenant_include", "sched_tenant_exclude", mode="before")
    @classmethod
    def _numbers(cls, given: object) -> object:
        """Parses a list such as '1, 2,3'."""
        return tenant_numbers(given) if isinstance(given, str) else given

    @field_validator("smtp_url", mode="before")
    @classmethod
    def _none_if_blank(cls, given: object) -> object:
        return given.strip() or None if isinstance(given, str) else given

    @field_validator("report_to", mode="before")
    @classmethod
    def _addresses(cls, given: object) -> object:
        """Parses a list such as 'ann@example.com, bob@example.com'."""
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @field_validator("vendor_prices", mode="before")
    @classmethod
    def _prices(cls, given: object) -> object:
        """Parses a list such as 'tavily=0.008, lusha=0.3'."""
        if not isinstance(given, str):
            return given
        pairs = [part.partition("=") for part in given.split(",") if part.strip()]
        wrong = [vendor for vendor, _, _ in pairs if vendor.strip() not in VENDORS]
        if wrong:
            raise ValueError(
                f"{wrong[0]!r} is not a vendor with a price; expected VENDOR=PRICE of {', '.join(VENDORS)}"
            )
        return {vendor.strip(): price.strip() for vendor, _, price in pairs}

    @property
    def sends_reports(self) -> bool:
        """Whether a mail server and a recipient are set."""
        return self.smtp_url is not None and bool(self.report_to)


class RetentionSettings(Settings):
    """Settings of retention periods."""

    retention_runs_days: Retained = Field(
        default=400, description="days that runs and enrichments are kept; 0: unlimited"
    )
    retention_facts_days: Retained = Field(default=400, description="days that facts and vendors' answers are kept")
    retention_events_days: Retained = Field(default=90, description="days that records of events are kept")

    @property
    def retention(self) -> Retention:
        """The retention periods in days by kind."""
        return Retention(self.retention_runs_days, self.retention_facts_days, self.retention_events_days)


class PruneSettings(RetentionSettings, DatabaseSettings):
    """Settings of `leadgen-nightly-prune`."""

    log_level: LogLevel = "INFO"


class NightlySettings(ReportSettings, RetentionSettings, StageSettings):
    """Settings of the run, read once, in main.py. SCHED_START_CRON is the scheduler's (deploy/k8s)."""

    sched_enabled: bool = Field(
        default=True, description="false: the run announces nothing and prints that it is disabled"
    )
    sched_tenant_concurrency: int = Field(default=3, ge=1, description="tenants handled at once")
    sched_require_odoo: bool = Field(default=True, description="only tenants that have an Odoo connection")
    sched_daily_cap_per_tenant: int = Field(
        default=20,
        ge=0,
        le=2**31 - 1,
        validation_alias=AliasChoices("sched_daily_cap_per_tenant", "shortlist_daily_cap"),
        description="companies a night, unless the tenant has a cap of its own",
    )
    sched_skip: Steps = Field(default=(), description="steps to leave out")
    sched_window_minutes: float = Field(
        default=360, gt=0, description="minutes after the night's start that runs are waited for"
    )
    sched_upsert_minutes: float = Field(
        default=30,
        ge=0,
        description="minutes after the night's start that selections wait for the register, jobs and candidates",
    )
    sched_odoo_patience_minutes: float = Field(
        default=5, ge=0, description="minutes of an Odoo's outage after which a run no longer waits for it"
    )
    sched_stale_enrichment_days: Days = Field(default=30, description="age past which an enrichment is stale")
    sched_stale_features_days: Days = Field(default=30, description="age past which a lead's features are stale")
    sched_stale_contacts_days: Days = Field(default=30, description="age past which contacts are stale")
    nightly_request_workers: int = Field(default=4, ge=1, description="runs planned at once by the stage")

    tavily_max_queries: int = Field(default=800, ge=0, description="the enricher's caps, for the record of a run")
    openai_daily_tokens_cap: int = Field(default=150_000, ge=0)
    lusha_max_contact_lookups: int = Field(default=500, ge=0)
    zerobounce_max_verifications: int = Field(default=1000, ge=0)

    @property
    def ages(self) -> Ages:
        """The ages above which data is stale."""
        days = (self.sched_stale_enrichment_days, self.sched_stale_features_days, self.sched_stale_contacts_days)
        return Ages(*(timedelta(days=each) for each in days))

    @property
    def vendor_caps(self) -> dict[str, int]:
        """The caps per vendor, tenant and day."""
        return {
            "tavily": self.tavily_max_queries,
            "openai": self.openai_daily_tokens_cap,
            "lusha": self.lusha_max_contact_lookups,
            "zerobounce": self.zerobounce_max_verifications,
        }

    @field_validator("sched_skip", mode="before")
    @classmethod
    def _steps(cls, given: object) -> object:
        """Parses a list such as 'crawl, odoo'; the result is in the order of STEPS."""
        if not isinstance(given, str):
            return given
        named = [part.strip().lower() for part in given.split(",") if part.strip()]
        if wrong := [name for name in named if name not in STEPS]:
            raise ValueError(f"{wrong[0]!r} is not a step that can be left out; expected some of {', '.join(STEPS)}")
        return tuple(step for step in STEPS if step in named)


def tenant_numbers(given: str) -> frozenset[int]:
    """Parses a list such as '1, 2,3'. Raises ValueError."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    wrong = [part for part in parts if not (part.isdecimal() and 0 < int(part) < 2**31)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a tenant number; expected numbers, separated by commas")
    return frozenset(int(part) for part in parts)
