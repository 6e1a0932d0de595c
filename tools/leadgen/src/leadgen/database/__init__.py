"""The database's schema: its migrations and their rules, and a connection as the tables' owner."""
