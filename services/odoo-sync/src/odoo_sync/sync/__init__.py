"""The steps that write a chunk of leads into one Odoo."""
