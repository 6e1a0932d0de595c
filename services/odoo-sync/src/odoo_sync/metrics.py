"""Metrics of odoo-sync alone. Every service has those of `common.metrics` as well."""

from prometheus_client import Gauge

odoo_blocked = Gauge("leadgen_odoo_blocked", "Tenants whose Odoo refuses us until someone acts.", ["stage"])
