"""Brings scored leads into the tenant's Odoo."""
