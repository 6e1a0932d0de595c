"""Publishes the queued work of every active tenant, once a night."""
