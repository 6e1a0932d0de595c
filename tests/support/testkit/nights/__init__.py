"""Nights as the tables hold them: runs with their companies, and one that is known in every number."""
