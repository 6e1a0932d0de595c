"""Fernet keys, which encrypt the API keys of tenants' Odoos. They are in the setting ODOO_CREDENTIALS_KEY only."""

from cryptography.fernet import Fernet, MultiFernet


def cipher(keys: str) -> MultiFernet:
    """Builds a cipher from comma-separated Fernet keys: the first encrypts, any decrypts. Raises ValueError."""
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
