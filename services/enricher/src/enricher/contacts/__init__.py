"""People to write to: prospects from a vendor, verified e-mail addresses, and the table of contacts."""
