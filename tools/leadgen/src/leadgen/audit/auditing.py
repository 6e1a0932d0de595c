"""Runs the audit: takes the snapshot, runs every check, and collects the exceptions."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from common.errors import Permanent
from common.kafka_servers import Servers
from leadgen.audit.check import Check, Exceptions, Report, Scope
from leadgen.audit.checks import CHECKS
from leadgen.audit.checks.spend import WAIVED
from leadgen.audit.ledger import UNDER_WAY, compare, read_ledger
from leadgen.audit.snapshot import TENANTS, Owner, copy_database_rows, create_tables, derive
from leadgen.audit.topics import take_messages, take_positions
from leadgen.database.owner_connection import connected
from leadgen.kafka.topics import read_topics
from leadgen.tenants.tenants import NoSuchTenant

#: Messages that are about to be dropped by their topic's retention are not looked for.
MARGIN = timedelta(hours=1)
IS_TENANT = "SELECT true FROM tenants WHERE tenant_id = $1"
IS_RUN = "SELECT true FROM enrichment_runs WHERE tenant_id = tenant() AND run_id = $1"
COUNTS = """
    SELECT (SELECT count(*) FROM audit_messages WHERE place = 'topic') AS messages,
           (SELECT count(*) FROM audit_messages WHERE place <> 'topic') AS waiting_announcements,
           (SELECT count(*) FROM audit_inbox) AS inbox_rows, (SELECT count(*) FROM audit_expected) AS expected,
           (SELECT count(*) FROM audit_runs) AS enrichments, (SELECT count(*) FROM audit_jobs) AS jobs,
           (SELECT count(*) FROM audit_nights) AS nights
"""


class NoSuchRun(Permanent):
    """There is no run with this id."""


async def audit(
    database_url: str,
    bootstrap_servers: Servers,
    scope: Scope,
    *,
    simulator: str | None = None,
    kills: Sequence[datetime] = (),
    under_way: timedelta = UNDER_WAY,
    shown: int | None = None,
) -> Report:
    """Audits the scope; changes nothing. With a `simulator`, also its ledger; `kills` explain lost charges.

    Raises NoSuchTenant, NoSuchRun, DatabaseRefused, Unavailable, TopicsRefused.
    """
    began = time.perf_counter()
    topics = read_topics()
    kept = timedelta(days=topics.defaults.retention_days) - MARGIN
    async with connected(database_url) as owner:
        await owner.execute("SET search_path = public, pg_temp; SET jit = off; SET work_mem = '64MB'")
        if scope.tenant_id is not None and not await owner.fetchval(IS_TENANT, scope.tenant_id):
            raise NoSuchTenant(f"there is no tenant {scope.tenant_id}")
        if scope.run_id is not None:
            scope = replace(scope, tenant_id=await _tenant_of(owner, scope.run_id, scope.tenant_id))
        await create_tables(owner, scope, topics)
        await take_positions(owner, bootstrap_servers, topics)
        taken = await copy_database_rows(owner, scope, kept=kept)
        await take_messages(owner, bootstrap_servers, topics, scope, taken["since"])
        await derive(owner)
        found = [it for check in CHECKS if (it := await _ask(owner, check, shown)).count]
        waived = [_waived(row) for row in await owner.fetch(WAIVED)]
        explained: list[str] = []
        if simulator is not None:
            unlike, explained, lost = await compare(owner, await read_ledger(simulator), kills, under_way)
            found += unlike
            waived += lost
        counts = await owner.fetchrow(COUNTS)
    return Report(
        at=taken["at"],
        since=taken["since"],
        counts=dict(counts or {}),
        checks=len(CHECKS) + (2 if simulator else 0),
        explained=explained,
        waived=waived,
        exceptions=found,
        seconds=round(time.perf_counter() - began, 1),
    )


async def _tenant_of(owner: Owner, run_id: UUID, tenant_id: int | None) -> int:
    """Finds the tenant of a run. Raises NoSuchRun."""
    async with owner.transaction(readonly=True):
        for row in await owner.fetch(TENANTS, tenant_id):
            await owner.execute("SELECT set_config('request.tenant_id', $1, true)", str(row["tenant_id"]))
            if await owner.fetchval(IS_RUN, run_id):
                return int(row["tenant_id"])
    raise NoSuchRun(f"there is no run {run_id}" + (f" of tenant {tenant_id}" if tenant_id else ""))


def _waived(row: asyncpg.Record) -> str:
    units = f"{row['counted']} counted, {row['charged']} charged to enrichments"
    return f"tenant {row['tenant_id']}, {row['vendor']}: {units}; {row['lost_attempts']} attempts had no result"


async def _ask(owner: Owner, check: Check, shown: int | None) -> Exceptions:
    rows = await owner.fetch(check.query)
    return Exceptions(check, len(rows), [dict(row) for row in rows[:shown]])
