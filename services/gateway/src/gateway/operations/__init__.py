"""Nightly runs and dead letters of all tenants, for operators."""
