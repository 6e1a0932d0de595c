"""Measurements of what must not grow with the work that waits, and of a product at rest."""
