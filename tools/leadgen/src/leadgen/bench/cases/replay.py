"""Measures a rerun of a day of scored leads, by `leadgen replay`, into odoo-sync as a separate process.

The leads of four tenants stand in a real Kafka and were handled once. A round is the whole command: it counts the
slice, plays it, and waits until odoo-sync has ended all of it. The tenants have no Odoo, so no lead needs a call to
one, as when nothing has changed; each is compared, saved and announced.
"""

import statistics
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from common.contracts import LeadScored
from common.errors import Permanent
from leadgen.bench.harness.enriched_companies import visited
from leadgen.bench.harness.publishing import publish
from leadgen.bench.harness.waiting import until
from leadgen.local.service import Service
from leadgen.replay.running import ReplayRequest, Screen, replay
from leadgen.replay.slices import Slice
from leadgen.tenants.tenants import add_tenant

TENANTS = (1, 2, 3, 4)
RATE = 100_000
PATIENCE_S = 300.0

ADD = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
"""
DONE = "SELECT count(*) FROM inbox WHERE consumer = 'odoo-sync' AND state = 'done'"


class NotReplayed(Permanent):
    """The rerun ended before every lead was done."""


@dataclass(frozen=True)
class ReplayFigures:
    """Events per second of the whole command, the median of the rounds."""

    events_per_s: int
    spread: tuple[int, int]
    of: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def bench_replay(
    database_url: str, bootstrap_servers: str, folder: Path, *, leads: int = 20_000, rounds: int = 3
) -> ReplayFigures:
    """Needs a migrated database of its own, the rights of its owner, and the topics. `folder` gets odoo-sync's log."""
    for tenant in TENANTS:
        await add_tenant(database_url, tenant, f"Tenant {tenant}")
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers}
    odoo_sync = Service("odoo-sync", "leadgen-odoo-sync", environment, folder)
    owner = await asyncpg.connect(database_url)
    try:
        events = [a_lead(number, TENANTS[number % len(TENANTS)]) for number in range(1, leads + 1)]
        companies = [it.company for it in events]
        names = [it.company_id for it in companies], [it.uen for it in companies], [it.name for it in companies]
        await owner.execute(ADD, *names)
        odoo_sync.start()
        await odoo_sync.is_ready()
        began = datetime.now(UTC)
        await publish(bootstrap_servers, events, "nightly")
        await until(lambda: owner.fetchval(DONE), lambda done: done == leads, within_s=PATIENCE_S)
        rates = []
        for _ in range(rounds):
            await owner.execute("VACUUM ANALYZE inbox")  # what autovacuum does within a minute
            rates.append(await _rate(database_url, bootstrap_servers, leads, began))
    finally:
        await odoo_sync.stop()
        await owner.close()
    figures = {"leads": leads, "rounds": rounds, "tenants": len(TENANTS)}
    return ReplayFigures(round(statistics.median(rates)), (round(min(rates)), round(max(rates))), figures)


def a_lead(number: int, tenant_id: int) -> LeadScored:
    """Makes a scored lead of the register's company with this number."""
    enriched = visited(number, tenant_id)
    return LeadScored(
        tenant_id=tenant_id,
        company=enriched.company,
        score=0.5 + number % 50 / 100,
        bucket="High",
        rationale="Industry and size fit; a contact is known.",
        contact=enriched.contacts[0] if enriched.contacts else None,
        model_version="bench",
        enriched_at=enriched.enriched_at,
        scored_at=enriched.enriched_at,
    )


async def _rate(database_url: str, bootstrap_servers: str, leads: int, since: datetime) -> float:
    it = Slice(LeadScored.topic, since=since)
    order = ReplayRequest(it, "odoo-sync", "rerun", afresh=False, rate=RATE, operator="bench", reason="measured")
    screen = Screen(say=lambda _: None, confirm=lambda: None)
    began = time.perf_counter()
    report = await replay(database_url, bootstrap_servers, order, screen, dry_run=False, wait_s=PATIENCE_S)
    took = time.perf_counter() - began
    if report.get("outcomes") != {"done": leads, "dead": 0, "open": 0}:
        raise NotReplayed(f"{leads} leads were to be done: {report}")
    return leads / took
