"""Rows of Odoo's records, compared with Odoo's present values. Pure: no SQL, no HTTP, no clock."""
