"""One module per table: queries and statements on the caller's connection."""
