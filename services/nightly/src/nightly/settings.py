"""Settings of the nightly run and of its report."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, field_validator
from pydantic_settings import NoDecode

from common.settings import Settings

#: The vendors that a night may pay.
VENDORS = ("tavily", "openai", "lusha", "zerobounce")

Tenants = Annotated[frozenset[int], NoDecode]


Addresses = Annotated[tuple[str, ...], NoDecode]
Prices = Annotated[dict[str, NonNegativeFloat], NoDecode]


class ReportSettings(Settings):
    """Settings of the report, read once, in report/command.py. The run has them too: it sends the report."""

    database_url: str
    log_level: str = "INFO"
    smtp_url: str | None = Field(default=None, description="if unset: no report is sent")
    report_from: str = "leadgen@localhost"
    report_to: Addresses = Field(default=(), description="addresses that get the report of each night")
    vendor_prices: Prices = Field(default_factory=dict, description="price of a unit per vendor, for the cost per lead")

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
            raise ValueError(f"{wrong[0]!r} is no vendor with a price; expected VENDOR=PRICE of {', '.join(VENDORS)}")
        return {vendor.strip(): price.strip() for vendor, _, price in pairs}

    @property
    def sends_reports(self) -> bool:
        """Whether there is a mail server, and somebody to write to."""
        return self.smtp_url is not None and bool(self.report_to)


class NightlySettings(ReportSettings):
    """Settings of the run, read once, in main.py. SCHED_START_CRON is the scheduler's (deploy/k8s)."""

    kafka_bootstrap_servers: str
    sched_enabled: bool = Field(
        default=True, description="false: the run announces nothing and prints that it is disabled"
    )
    sched_tenant_include: Tenants = Field(
        default=frozenset(), description="only these tenants, by number; empty: all active ones"
    )
    sched_tenant_exclude: Tenants = Field(default=frozenset(), description="not these tenants, by number")
    sched_tenant_concurrency: int = Field(default=3, ge=1, description="tenants handled at once")

    @field_validator("sched_tenant_include", "sched_tenant_exclude", mode="before")
    @classmethod
    def _numbers(cls, given: object) -> object:
        """Parses a list such as '1, 2,3'."""
        if not isinstance(given, str):
            return given
        parts = [part.strip() for part in given.split(",") if part.strip()]
        wrong = [part for part in parts if not (part.isdecimal() and 0 < int(part) < 2**31)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a tenant number; expected numbers, separated by commas")
        return frozenset(int(part) for part in parts)
