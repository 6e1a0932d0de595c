"""A company as its tenant sees it: the known facts, and its history."""
