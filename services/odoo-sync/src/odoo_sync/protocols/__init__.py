"""Calls to one Odoo over JSON-2 or JSON-RPC, and the meaning of their failures."""
