"""odoo-sync's tables in PostgreSQL, and its lock."""
