"""A tenant's Odoo connection: the fields that its admin may set, and their storage."""
