"""Choices and defaults of the bench commands and their measurements. Imports nothing from either."""

from enum import StrEnum

#: Rows per batch of a job. The upserter's own default is smaller, so that nobody waits long for a batch to end.
UPSERT_BATCH = 2_000

#: Companies that are synced, and of these the ones that the baseline writes record by record.
ODOO_COMPANIES = 1_000
ODOO_SAMPLE = 100


class EnrichPart(StrEnum):
    """A part of the enricher's measurement; most are a figure of EnrichFigures, in the same order."""

    MAKESPAN = "makespan"
    SPEED = "speed"
    DELAY = "delay"
    MEMORY = "memory"
    REPLICAS = "replicas"


class GatewayPart(StrEnum):
    """A part of the gateway's measurement, each with its own module among the cases."""

    LISTS = "lists"
    TTFB = "ttfb"
    STREAMS = "streams"
