"""Metrics of odoo-sync only. Every service has those of `common.observability.metrics` as well."""

from prometheus_client import Gauge

odoo_blocked = Gauge("leadgen_odoo_blocked", "Tenants whose Odoo refuses all calls until someone acts.", ["stage"])
odoo_waiting = Gauge("leadgen_odoo_waiting", "Tenants whose leads wait for an Odoo that does not answer.", ["stage"])
odoo_waiting_seconds = Gauge(
    "leadgen_odoo_waiting_seconds", "Time since the first failure of the Odoo that has been away longest.", ["stage"]
)
