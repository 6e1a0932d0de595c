"""Forgotten people and companies: the list of digests, and its use to remove them from JSON and texts."""
