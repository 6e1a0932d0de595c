"""Structured data by the vocabulary of schema.org."""
