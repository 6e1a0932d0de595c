"""Ports and secrets of the product on this machine, saved beside its data between starts.

So what an earlier start printed still works, and credentials that were stored under its key can still be read.
"""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import Permanent
from embedded.ports import free_port, is_free

FILE = "local.json"


class SavedSettingsUnreadable(Permanent):
    """The file of saved ports and secrets is damaged."""


class SavedSettings(BaseModel):
    """The ports of PostgreSQL, Kafka and the gateway, the key of tokens, and the key of Odoo credentials."""

    model_config = ConfigDict(frozen=True)

    postgres_port: int = Field(ge=1, le=65535)
    kafka_port: int = Field(ge=1, le=65535)
    gateway_port: int = Field(ge=1, le=65535)
    jwt_secret: str
    credentials_key: str


def read_saved_settings(folder: Path) -> SavedSettings:
    """Reads the saved settings, or creates them. A port that another process uses now is replaced by a free one.

    Raises SavedSettingsUnreadable.
    """
    file = folder / FILE
    if not file.exists():
        return SavedSettings(
            postgres_port=free_port(),
            kafka_port=free_port(),
            gateway_port=free_port(),
            jwt_secret=secrets.token_urlsafe(32),
            credentials_key=Fernet.generate_key().decode(),
        )
    try:
        kept = SavedSettings.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise SavedSettingsUnreadable(
            f"{file} is damaged: restore it, or delete it and connect the tenants' Odoos again"
        ) from error
    ports = ("postgres_port", "kafka_port", "gateway_port")
    return kept.model_copy(update={name: free_port() for name in ports if not is_free(getattr(kept, name))})


def write_saved_settings(folder: Path, kept: SavedSettings) -> None:
    """Saves the settings, readable by this user only, whole or not at all."""
    written = folder / f"{FILE}.{os.getpid()}"
    written.touch(mode=0o600)
    written.write_text(kept.model_dump_json(indent=2) + "\n", encoding="utf-8")
    written.rename(folder / FILE)
