"""Credentials as they are written: API keys and the keys that encrypt."""
