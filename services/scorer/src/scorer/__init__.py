"""Scores each enriched company and explains the score."""
