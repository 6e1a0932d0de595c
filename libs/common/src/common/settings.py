"""Settings of every service, read from the environment once, in `main.py`, into one frozen object."""

import argparse
import sys
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.kafka_servers import Mechanism, Protocol, SecuredServers


def _in_capitals(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_in_capitals)]


class Settings(BaseSettings):
    """Base of settings. A field's variable is its name in upper case; unknown variables are ignored."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")


class KafkaSettings(Settings):
    """Kafka's addresses and login."""

    kafka_bootstrap_servers: str
    kafka_security_protocol: Protocol = "PLAINTEXT"
    kafka_ssl_cafile: str = ""
    kafka_sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _has_login(self) -> "KafkaSettings":
        if self.kafka_security_protocol.startswith("SASL") and not (
            self.kafka_sasl_username and self.kafka_sasl_password
        ):
            raise ValueError(
                f"KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs KAFKA_SASL_USERNAME and"
                " KAFKA_SASL_PASSWORD"
            )
        return self

    @property
    def kafka(self) -> SecuredServers:
        """Kafka's addresses with the login of the settings."""
        return SecuredServers(
            self.kafka_bootstrap_servers,
            self.kafka_security_protocol,
            self.kafka_sasl_mechanism,
            self.kafka_sasl_username,
            self.kafka_sasl_password,
            self.kafka_ssl_cafile,
        )


class DatabaseSettings(Settings):
    """The addresses of PostgreSQL. If there are two, the first is PgBouncer's."""

    database_url: str
    database_direct_url: str = ""


class ServiceSettings(KafkaSettings, DatabaseSettings):
    """Addresses of the infrastructure, and settings of logs and health checks."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    http_read_timeout_s: float = Field(default=10, gt=0)
    http_write_timeout_s: float = Field(default=30, gt=0)
    http_hsts_days: int = Field(default=0, ge=0)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    log_level: LogLevel = "INFO"
    otel_exporter_otlp_endpoint: str = ""
    otel_traces_sampler_arg: float = Field(default=1, ge=0, le=1)
    otel_nightly_sampler_arg: float = Field(default=0.01, ge=0, le=1)

    @field_validator("metrics_port", mode="before")
    @classmethod
    def _may_be_left_empty(cls, port: object) -> object:
        return None if port == "" else port


class StageSettings(ServiceSettings):
    """Settings of a service with handlers: inbox bound, lease, shutdown grace."""

    shutdown_grace_s: float = Field(default=20, ge=0)
    inbox_bound: int = Field(default=20_000, ge=100)
    inbox_lease_s: float = Field(default=15, ge=1)


#: The pattern of a setting that is an address.
HTTP_ADDRESS = r"^https?://\S+$"

S = TypeVar("S", bound=Settings)


def read_for_service(settings: type[S], name: str) -> S:
    """Reads the settings of a service. Its only command line option is `--help`, which lists them."""
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
    """Reads the settings from the environment. Exits with a line for each that is missing or invalid."""
    return read_with(settings)


def read_with(settings: type[S], **given: Any) -> S:
    """Reads settings as `read` does, with these values in place of the environment's."""
    try:
        return settings(**given)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            is_address = str(problem.get("ctx", {}).get("pattern", "")).startswith(HTTP_ADDRESS)
            wrong = "it must look like https://host.example" if is_address else problem["msg"]
            sys.stderr.write(f"setting {name}: {wrong} (see .env.example)\n")
        raise SystemExit(2) from None
