"""`leadgen odoo`: the tenants' Odoo connections and their addresses."""
