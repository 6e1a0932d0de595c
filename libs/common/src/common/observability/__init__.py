"""Logs, metrics and traces of all services."""
