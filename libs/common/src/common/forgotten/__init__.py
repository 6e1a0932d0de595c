"""Forgotten people and companies: the list of digests, and the removal from JSON and texts of what it names."""
