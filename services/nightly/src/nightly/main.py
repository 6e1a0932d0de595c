"""Wires the nightly command, and the stage that starts runs on request (`consumer.py`).

The command begins a run for each active tenant, and announces its commands to the upserter. At a tenant's turn it waits
for these, writes the manifest (the companies of the run) and announces their enrichment. Then it waits until all runs
are over, sends the report and deletes old rows. A second start in the same night resumes each run where it is. A tenant
that fails is a line of the summary and stops no other.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog

from common.delivery.outbox.relay import Relay
from common.errors import LeadgenError, Unavailable
from common.handling.stage import Stage
from common.kafka_servers import Servers
from common.observability import logs
from common.postgres import Database
from common.service import run, wait_for_kafka
from common.settings import read, read_for_service
from common.singapore.calendar import day_in_singapore
from nightly.command import Command, read_command
from nightly.consumer import nightly
from nightly.gauges import kept_gauges
from nightly.model import RunRefused
from nightly.night import Choice, choose, read_origin, run_night
from nightly.night import plans as make_plans
from nightly.plan import plans
from nightly.plan.given_manifests import Origin
from nightly.planning import PRODUCER
from nightly.pruning import prune
from nightly.rules import rules_of
from nightly.run.follower import following
from nightly.settings import NightlySettings
from nightly.summary import FAILED, Summary
from nightly.tables import runs

log = structlog.get_logger(__name__)

#: Seconds within which a broker has to answer at the start.
KAFKA_S = 20.0
#: Seconds that the end may take to send the outbox. The rest waits there for the next relay.
DRAIN_S = 60.0
#: Connections: a few tenants at once, each with one.
CONNECTIONS = 10


def main() -> None:
    """Console script. Exits with 0 (all done), 3 (partial), 1 (failure) or 2 (wrong options or settings)."""
    command = read_command()
    settings = read(NightlySettings)
    logs.configure(PRODUCER, settings.log_level, stream=sys.stderr)
    if not settings.sched_enabled:
        sys.stdout.write("SCHED_ENABLED is false: nothing was published.\n")
        return
    try:
        text, code = asyncio.run(_start(command, settings))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What is published continues; run the command again to resume.\n")
        raise SystemExit(130) from None
    except LeadgenError as error:
        sys.stderr.write(f"Nothing was published: {error}\n")
        raise SystemExit(FAILED) from None
    sys.stdout.write(text + "\n")
    raise SystemExit(code)


def serve() -> None:
    """Console script of the stage: starts the runs that `POST /admin/runs/nightly` requests, and follows all runs."""
    settings = read_for_service(NightlySettings, "leadgen-nightly-stage")

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        stage = nightly(database, settings)
        patience = timedelta(minutes=settings.sched_odoo_patience_minutes)
        async with following(database, patience) as follower, kept_gauges(database) as gauges:
            stage.tasks += [follower, gauges]
            yield stage

    run(PRODUCER, settings, compose, interactive=1, nightly=settings.nightly_request_workers)


async def _start(command: Command, settings: NightlySettings) -> tuple[str, int]:
    """Runs the night, or with `--dry-run` only plans it. Returns the text to print, and the exit code."""
    today = day_in_singapore(datetime.now(UTC))
    rules = rules_of(settings, command.night or today, today=today, limit=command.limit)
    choice = Choice(
        include=settings.sched_tenant_include if command.include is None else command.include,
        exclude=settings.sched_tenant_exclude if command.exclude is None else command.exclude,
        only=command.tenants,
        require_odoo=settings.sched_require_odoo,
    )
    origin = None if command.from_manifest is None else origin_of(command.from_manifest)
    database = await Database.of_service(PRODUCER, settings, size=CONNECTIONS)
    try:
        chosen = await choose(database, choice)
        given = None if origin is None else await read_origin(database, chosen, origin)
        if command.is_dry_run:
            made = await make_plans(database, chosen, rules, given)
            return (plans.as_json if command.as_json else plans.as_text)(made, rules.night), 0
        await require_kafka(settings.kafka)
        async with Relay(database, settings.kafka, PRODUCER, drain_s=DRAIN_S):
            summary = await run_night(
                database,
                chosen,
                rules,
                concurrency=settings.sched_tenant_concurrency,
                wait=command.wait,
                given=given,
            )
        if command.wait and settings.sends_reports:
            await send_report(database, settings, summary)
        if command.wait:
            await prune_after(database, settings)
    finally:
        await database.close()
    return summary.as_json() if command.as_json else summary.as_table(), summary.exit_code


async def prune_after(database: Database, settings: NightlySettings) -> None:
    """Deletes rows past their retention period.

    If that fails, the night's result does not change; the next night continues.
    """
    try:
        await prune(database, settings.retention)
    except (LeadgenError, asyncpg.PostgresError) as error:
        log.error("not_pruned", error=str(error))


async def send_report(database: Database, settings: NightlySettings, summary: Summary) -> None:
    """Sends the report on the night, unless another start has reported on all runs of this one since they were planned.

    One that cannot be sent is a line in the log, and the night is as it was; the next start tries again.
    """
    # Imported here: the page's libraries are not needed before.
    from nightly.report import command, night_queries

    ran = [(it.tenant_id, UUID(it.run_id)) for it in summary.tenants if it.run_id]
    try:
        async with database.lock(f"report {summary.night}", wait=True):
            if await _is_reported(database, ran):
                return
            report = await night_queries.read_night(
                database,
                summary.night,
                settings.vendor_prices,
                include=settings.sched_tenant_include,
                exclude=settings.sched_tenant_exclude,
            )
            if refused := await asyncio.to_thread(command.send_report, settings, report):
                log.error("report_not_sent_to_all", refused=refused)
            for tenant_id, run_id in ran:
                async with database.transaction(tenant_id) as tx:
                    await runs.mark_reported(tx, run_id)
    except (LeadgenError, asyncpg.PostgresError) as error:
        log.error("report_not_sent", error=str(error))


async def _is_reported(database: Database, ran: Iterable[tuple[int, UUID]]) -> bool:
    for tenant_id, run_id in ran:
        async with database.transaction(tenant_id) as tx:
            found = await runs.find(tx, run_id)
        if found is None or not found.summary.get("is_reported"):
            return False
    return True


async def require_kafka(bootstrap_servers: Servers) -> None:
    """Raises Unavailable if no broker answers in time. Keeps the client's own lines about that out of the log."""
    loggers = [logging.getLogger(name) for name in ("aiokafka", "common.service")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel("CRITICAL")
    try:
        async with asyncio.timeout(KAFKA_S):
            await wait_for_kafka(bootstrap_servers)
    except TimeoutError:
        raise Unavailable(f"Kafka does not answer at {bootstrap_servers} (waited {KAFKA_S:g} s)") from None
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def origin_of(given: str) -> Origin:
    """Reads the argument of `--from-manifest`: a run's id, or a file. Raises RunRefused for an unreadable file."""
    try:
        return Origin(run_id=UUID(given), name=given)
    except ValueError:
        pass
    try:
        return Origin(text=Path(given).read_text(encoding="utf-8"), name=given)
    except (OSError, UnicodeDecodeError) as error:
        raise RunRefused(f"{given} is neither a run's id nor a file that can be read: {error}") from error
