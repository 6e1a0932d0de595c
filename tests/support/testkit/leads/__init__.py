"""Scores and lists of leads: builders, and readers of what is stored."""
