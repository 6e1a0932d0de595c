"""A tenant's Odoo connection: what its admin may store, and where it is stored."""
