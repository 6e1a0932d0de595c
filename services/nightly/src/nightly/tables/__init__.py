"""The tables that a night reads and writes, one module each. The caller owns the transaction."""
