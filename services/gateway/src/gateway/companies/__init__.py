"""A company as its tenant sees it: what is known about it, and what happened to it."""
