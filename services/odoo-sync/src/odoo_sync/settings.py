"""What odoo-sync reads from its environment beyond what every service reads."""

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, field_validator

from common.settings import StageSettings


class OdooSyncSettings(StageSettings):
    """Read once, in main.py."""

    score_min_export: float = Field(
        default=0.66, ge=0, le=1, description="the score from which a company becomes a lead in Odoo"
    )
    odoo_timeout_s: float = Field(default=30, gt=0, description="seconds that one call to Odoo may take")
    odoo_credentials_key: SecretStr | None = Field(
        default=None, description="opens the API keys in odoo_connections; needed only where a tenant has a connection"
    )

    odoo_sync_interactive_workers: int = Field(default=4, ge=1, description="workers for what someone waits for")
    odoo_sync_nightly_workers: int = Field(default=4, ge=1, description="workers for what comes from the night")

    @field_validator("odoo_credentials_key")
    @classmethod
    def _is_a_fernet_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None or not key.get_secret_value():
            return None
        try:
            Fernet(key.get_secret_value())
        except ValueError as error:
            raise ValueError(
                "no Fernet key: it must be 32 bytes in URL-safe base64, as Fernet.generate_key() gives"
            ) from error
        return key

    @property
    def credentials(self) -> Fernet | None:
        """What opens the API keys; None when no key is set."""
        return Fernet(self.odoo_credentials_key.get_secret_value()) if self.odoo_credentials_key else None
