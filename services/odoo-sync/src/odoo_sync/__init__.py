"""Writes scored leads into the tenants' Odoos."""
