"""Settings of the nightly run."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from common.settings import Settings

Tenants = Annotated[frozenset[int], NoDecode]


class NightlySettings(Settings):
    """Settings of the run, read once, in main.py. SCHED_START_CRON is the scheduler's (deploy/k8s)."""

    database_url: str
    kafka_bootstrap_servers: str
    log_level: str = "INFO"
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
