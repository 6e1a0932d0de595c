"""Settings of every service, read from its environment once, in `main.py`, into one frozen object."""

import argparse
import sys
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _in_capitals(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_in_capitals)]


class Settings(BaseSettings):
    """Names are the field names in upper case; what a service does not know is not its business."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")


class ServiceSettings(Settings):
    """Addresses of the infrastructure, and settings of logs and health checks."""

    database_url: str
    kafka_bootstrap_servers: str
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    http_read_timeout_s: float = Field(default=10, gt=0)
    http_write_timeout_s: float = Field(default=30, gt=0)
    http_hsts_days: int = Field(default=0, ge=0)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    log_level: LogLevel = "INFO"

    @field_validator("metrics_port", mode="before")
    @classmethod
    def _may_be_left_empty(cls, port: object) -> object:
        return None if port == "" else port


class StageSettings(ServiceSettings):
    """And how a stage works through its inbox."""

    shutdown_grace_s: float = Field(default=20, ge=0)
    inbox_bound: int = Field(default=20_000, ge=100)
    inbox_lease_s: float = Field(default=15, ge=1)


S = TypeVar("S", bound=Settings)


def read_for_service(settings: type[S], name: str) -> S:
    """Reads the settings of a service, whose only command line option is `--help`: it lists them."""
    parser = argparse.ArgumentParser(
        name,
        description=f"Runs {name} until SIGTERM. It takes no arguments; its settings are environment variables.",
        epilog=_listed(settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()
    return read(settings)


def _listed(settings: type[Settings]) -> str:
    lines = []
    for name, field in settings.model_fields.items():
        default = "required" if field.is_required() else f"default {field.get_default(call_default_factory=True)!r}"
        lines.append(f"  {name.upper()}  ({default})")
    return "\n".join(["settings:", *lines, "", ".env.example explains each of them."])


def read(settings: type[S]) -> S:
    """The settings from the environment. Exits with a line per setting that is missing or wrong."""
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"setting {name}: {problem['msg']} (see .env.example)\n")
        raise SystemExit(2) from None
