"""The way of a chunk of leads into one Odoo."""
