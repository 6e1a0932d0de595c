"""Rows of Odoo's records, compared with what is there. Pure: no SQL, no HTTP, no clock."""
