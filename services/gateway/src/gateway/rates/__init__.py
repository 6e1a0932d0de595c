"""Limits on how often a tenant, a user or an API key may send requests."""
