"""Wires the nightly run: announces, sends the outbox, prints the summary, and exits."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from common import logs
from common.errors import LeadgenError
from common.postgres import Database
from common.relay import Relay
from common.service import wait_for_kafka
from common.settings import read
from common.singapore import day_in_singapore
from nightly.run import PRODUCER, publish_queued_jobs
from nightly.settings import NightlySettings
from nightly.summary import Summary

#: How long the run may send its outbox. The rest waits there for the next run.
DRAIN_S = 300.0


def main() -> None:
    """Console script. Exits with 1 if anything was left undone."""
    parser = argparse.ArgumentParser(prog="leadgen-nightly", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    as_json = parser.parse_args().json
    settings = read(NightlySettings)
    logs.configure(PRODUCER, settings.log_level, stream=sys.stderr)
    if not settings.sched_enabled:
        sys.stdout.write("SCHED_ENABLED is false: nothing was published.\n")
        return
    try:
        summary = asyncio.run(_run(settings))
    except LeadgenError as error:
        raise SystemExit(f"Nothing was published: {error}") from None
    sys.stdout.write((summary.as_json() if as_json else summary.as_table()) + "\n")
    if summary.failed:
        raise SystemExit(1)


async def _run(settings: NightlySettings) -> Summary:
    database = await Database.connect(settings.database_url, name=PRODUCER)
    try:
        summary = await publish_queued_jobs(
            database,
            night=day_in_singapore(datetime.now(UTC)),
            include=settings.sched_tenant_include,
            exclude=settings.sched_tenant_exclude,
            concurrency=settings.sched_tenant_concurrency,
        )
        await wait_for_kafka(settings.kafka_bootstrap_servers)
        async with Relay(database, settings.kafka_bootstrap_servers, PRODUCER, drain_s=DRAIN_S):
            pass  # the relay sends the whole outbox before it stops
    finally:
        await database.close()
    return summary
