"""Admission of requests: credentials, tenants, rate limits, and limits on size and time."""
