"""Settings of odoo-sync, besides those of every service."""

from cryptography.fernet import MultiFernet
from pydantic import Field, SecretStr, field_validator

from common.credentials.fernet_keys import cipher
from common.settings import DatabaseSettings, LogLevel, Settings, StageSettings
from odoo_sync.protocols.protocol_detection import ProtocolName


class OdooSettings(Settings):
    """The settings for calls to the tenants' Odoos and for the leads there."""

    score_min_export: float = Field(default=0.66, ge=0, le=1, description="minimum score for a lead in Odoo")
    odoo_recreate_deleted: bool = Field(
        default=False, description="create records again that people deleted in Odoo; by default they stay deleted"
    )
    odoo_protocol: ProtocolName = Field(
        default="auto", description="json2 (Odoo 19 and later) or jsonrpc (14 and later); auto asks each server"
    )
    odoo_timeout_s: float = Field(default=30, gt=0, description="seconds that one call to Odoo may take")
    odoo_patience_h: float = Field(
        default=24, gt=0, description="hours that leads wait for an Odoo that does not answer; then dead letters"
    )
    odoo_credentials_key: SecretStr | None = Field(
        default=None,
        description="decrypts the API keys in odoo_connections; needed only if a tenant has a connection. While keys "
        "are rotated: several, separated by commas, the newest first",
    )

    @field_validator("odoo_credentials_key")
    @classmethod
    def _are_fernet_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is None or not keys.get_secret_value().strip():
            return None
        try:
            cipher(keys.get_secret_value())
        except ValueError as error:
            raise ValueError(
                "no Fernet key: it must be 32 bytes in URL-safe base64, as Fernet.generate_key() gives"
            ) from error
        return keys

    @property
    def credentials(self) -> MultiFernet | None:
        """The keys that decrypt the API keys; `None` if none is set."""
        return cipher(self.odoo_credentials_key.get_secret_value()) if self.odoo_credentials_key else None


class OdooSyncSettings(StageSettings, OdooSettings):
    """The settings of the service, read once in main.py."""

    odoo_sync_interactive_workers: int = Field(default=4, ge=1, description="workers of the interactive lane")
    odoo_sync_nightly_workers: int = Field(default=4, ge=1, description="workers of the nightly lane")


class OperatorSettings(OdooSettings, DatabaseSettings):
    """The settings of the operator's commands, which need no Kafka."""

    log_level: LogLevel = "WARNING"
