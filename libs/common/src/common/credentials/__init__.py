"""Formats of credentials: API keys, and the keys that encrypt."""
