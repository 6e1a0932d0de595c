"""Settings of every service, read from its environment once, in `main.py`, into one frozen object."""

import sys
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    log_level: str = "INFO"


class StageSettings(ServiceSettings):
    """And how a stage works through its inbox."""

    shutdown_grace_s: float = Field(default=20, ge=0)
    inbox_bound: int = Field(default=20_000, ge=100)
    inbox_lease_s: float = Field(default=15, ge=1)


S = TypeVar("S", bound=Settings)


def read(settings: type[S]) -> S:
    """The settings from the environment. Exits with a line per setting that is missing or wrong."""
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"setting {name}: {problem['msg']} (see .env.example)\n")
        raise SystemExit(2) from None
