"""Builders and waiting helpers that several packages' tests share. Not installed: pytest puts it on the path."""
