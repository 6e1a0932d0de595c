"""Routes for operators and admins: nights, dead letters, the audit log, Odoo, spending and figures."""
