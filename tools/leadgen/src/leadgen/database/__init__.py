"""The database's schema: its migrations and their rules, and the tables' owner's connection."""
