"""The industries of SSIC in memory: loaded from PostgreSQL, found by words and by codes."""
