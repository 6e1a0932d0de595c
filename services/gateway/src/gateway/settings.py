"""Settings of the gateway, besides those of every service."""

from typing import Annotated, Literal

from cryptography.fernet import MultiFernet
from pydantic import AfterValidator, Field, SecretStr, field_validator

from common.credentials.fernet_keys import cipher
from common.settings import HTTP_ADDRESS, ServiceSettings
from gateway.http.cross_origin import origins_of


def _long_enough(secret: str) -> str:
    if 0 < len(secret) < 32:
        raise ValueError("needs at least 32 characters")
    return secret


class GatewaySettings(ServiceSettings):
    """Settings of the service, read once, in main.py."""

    app_env: Literal["local", "production"] = "local"
    gateway_jwt_secret: Annotated[str, AfterValidator(_long_enough)] = ""
    oidc_issuer: str = Field(default="", pattern=rf"{HTTP_ADDRESS}|^$")
    oidc_audience: str = ""
    oidc_jwks_url: str = ""
    oidc_clock_skew_s: float = Field(default=30, ge=0, le=120)
    oidc_subject_claim: str = Field(default="sub", min_length=1)
    oidc_tenant_claim: str = Field(default="tenant_id", min_length=1)
    oidc_role_claim: str = "role"
    staging_upsert_mode: Literal["background", "off", "sync_preview"] = "background"
    upsert_sync_limit: int = Field(default=10, ge=0, le=100)
    chat_timeout_s: float = Field(default=60, gt=0)
    chat_debounce_ms: int = Field(default=400, ge=0, le=10_000)
    web_folder: str = ""
    tenant_requests_per_minute: int = Field(default=600, gt=0)
    subject_requests_per_minute: int = Field(default=0, ge=0)
    requests_per_minute: int = Field(default=6000, gt=0)
    tenant_requests_per_minute_and_replica: int = Field(default=6000, gt=0)
    enrich_now_daily_cap_per_tenant: int = Field(default=200, ge=0, le=2**31 - 1)
    odoo_credentials_key: SecretStr | None = None
    gateway_max_requests: int = Field(default=64, gt=0)
    gateway_max_streams: int = Field(default=2000, gt=0)
    cors_origins: str = ""
    tavily_max_queries: int = Field(default=800, ge=0, description="the enricher's and scorer's caps, to be shown")
    openai_daily_tokens_cap: int = Field(default=150_000, ge=0)
    lusha_max_contact_lookups: int = Field(default=500, ge=0)
    zerobounce_max_verifications: int = Field(default=1000, ge=0)
    llm_rationale_tokens_cap: int = Field(default=15_000, ge=0)

    @field_validator("odoo_credentials_key")
    @classmethod
    def _are_fernet_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is None or not keys.get_secret_value().strip():
            return None
        cipher(keys.get_secret_value())
        return keys

    @property
    def credentials(self) -> MultiFernet | None:
        """The keys that encrypt the API keys of tenants' Odoos; `None` if none is set."""
        return cipher(self.odoo_credentials_key.get_secret_value()) if self.odoo_credentials_key else None

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, listed: str) -> str:
        origins_of(listed)
        return listed

    @property
    def is_production(self) -> bool:
        """Whether the gateway serves users, and so accepts only the issuer's tokens."""
        return self.app_env == "production"

    def fault(self) -> str | None:
        """Finds a contradiction between the settings of tokens; `None` if there is none."""
        if self.oidc_issuer and not self.oidc_audience:
            return "setting OIDC_AUDIENCE: missing; tokens of OIDC_ISSUER are checked for their audience"
        if self.is_production:
            if not self.oidc_issuer:
                return "setting OIDC_ISSUER: missing; APP_ENV=production accepts no tokens of `leadgen token`"
            if any(url.startswith("http:") for url in (self.oidc_issuer, self.oidc_jwks_url)):
                return "setting OIDC_ISSUER, OIDC_JWKS_URL: APP_ENV=production needs https"
        elif not (self.oidc_issuer or self.gateway_jwt_secret):
            return "setting GATEWAY_JWT_SECRET: missing; without it and OIDC_ISSUER nobody can come in"
        return None

    @property
    def local_token_secret(self) -> str:
        """The secret of local tokens; empty if they are not accepted."""
        return "" if self.is_production else self.gateway_jwt_secret

    @property
    def caps(self) -> dict[str, int]:
        """Units per tenant and day by vendor, with the names in usage.py."""
        return {
            "tavily": self.tavily_max_queries,
            "lusha": self.lusha_max_contact_lookups,
            "zerobounce": self.zerobounce_max_verifications,
            "openai": self.openai_daily_tokens_cap,
            "openai_wording": min(self.llm_rationale_tokens_cap, self.openai_daily_tokens_cap),
        }
