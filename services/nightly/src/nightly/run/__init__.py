"""The run of a tenant in a night: planned, followed, concluded."""
