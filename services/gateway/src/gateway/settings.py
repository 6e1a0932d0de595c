"""Settings of the gateway, besides those of every service."""

from typing import Literal

from pydantic import Field, field_validator

from common.settings import ServiceSettings
from gateway.edge.cross_origin import origins_of


class GatewaySettings(ServiceSettings):
    """Settings of the service, read once, in main.py."""

    gateway_jwt_secret: str = Field(min_length=32)
    staging_upsert_mode: Literal["background", "off", "sync_preview"] = "background"
    upsert_sync_limit: int = Field(default=10, ge=0, le=100)
    chat_timeout_s: float = Field(default=60, gt=0)
    chat_debounce_ms: int = Field(default=400, ge=0, le=10_000)
    web_folder: str = ""
    tenant_requests_per_minute: int = Field(default=600, gt=0)
    requests_per_minute: int = Field(default=6000, gt=0)
    cors_origins: str = ""

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, listed: str) -> str:
        origins_of(listed)
        return listed
