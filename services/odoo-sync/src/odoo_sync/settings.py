"""What odoo-sync reads from its environment beyond what every service reads."""

from cryptography.fernet import Fernet, MultiFernet
from pydantic import Field, SecretStr, field_validator

from common.settings import Settings, StageSettings
from odoo_sync.probing import ProtocolName


class OdooSettings(Settings):
    """How the tenants' Odoos are called, and on which terms leads go there."""

    score_min_export: float = Field(
        default=0.66, ge=0, le=1, description="the score from which a company becomes a lead in Odoo"
    )
    odoo_recreate_deleted: bool = Field(
        default=False, description="make again what people deleted in Odoo; else it stays deleted, and is told so"
    )
    odoo_protocol: ProtocolName = Field(
        default="auto", description="json2 (Odoo 19 and later) or jsonrpc (14 and later); auto asks each server"
    )
    odoo_timeout_s: float = Field(default=30, gt=0, description="seconds that one call to Odoo may take")
    odoo_credentials_key: SecretStr | None = Field(
        default=None,
        description="opens the API keys in odoo_connections; needed only where a tenant has a connection. Several, "
        "with commas between them, while keys are rotated: the newest first",
    )

    @field_validator("odoo_credentials_key")
    @classmethod
    def _are_fernet_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is None or not keys.get_secret_value().strip():
            return None
        try:
            opener(keys.get_secret_value())
        except ValueError as error:
            raise ValueError(
                "no Fernet key: it must be 32 bytes in URL-safe base64, as Fernet.generate_key() gives"
            ) from error
        return keys

    @property
    def credentials(self) -> MultiFernet | None:
        """What opens the API keys; None when no key is set."""
        return opener(self.odoo_credentials_key.get_secret_value()) if self.odoo_credentials_key else None


class OdooSyncSettings(StageSettings, OdooSettings):
    """Read once, in main.py."""

    odoo_sync_interactive_workers: int = Field(default=4, ge=1, description="workers for what someone waits for")
    odoo_sync_nightly_workers: int = Field(default=4, ge=1, description="workers for what comes from the night")


class OperatorSettings(OdooSettings):
    """The same, for the operator's commands, which need no Kafka."""

    database_url: str
    log_level: str = "WARNING"


def opener(keys: str) -> MultiFernet:
    """Encrypts with the first of these keys, and opens with any. Raises ValueError."""
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
