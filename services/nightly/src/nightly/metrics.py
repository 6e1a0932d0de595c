"""Metrics of the nightly stage: the newest night of all tenants together. Commands end too soon to be scraped."""

from prometheus_client import Gauge

runs = Gauge(
    "leadgen_nightly_runs",
    "Runs of the newest night, by status: planning, publishing, running, done, partial, failed.",
    ["status"],
)
companies = Gauge(
    "leadgen_nightly_companies",
    "Companies of the newest night, by state: requested, enriching, scoring, syncing, odoo_waiting, synced, "
    "no_connection, held_back, unsynced, dead.",
    ["state"],
)
started = Gauge(
    "leadgen_nightly_started_timestamp_seconds",
    "Unix time at which the first run of the newest night was started; 0 before the first night.",
)
window_ends = Gauge(
    "leadgen_nightly_window_ends_timestamp_seconds",
    "Unix time at which the last window of the newest night ends; 0 before the first night.",
)
