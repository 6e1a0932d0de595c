"""Admission of requests: tokens, tenants, rates, and limits on size and time."""
