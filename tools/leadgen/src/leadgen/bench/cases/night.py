"""Measures a tenant's night from the start of the nightly command to its end, and the audit of a large night.

    makespan_ratio  the night with the latency of real sites and vendors, next to the sum of what the simulator made
                    each company wait, divided by the companies that are enriched at once
    companies       of that night, all of them synced or without an Odoo
    overhead_s      the seconds by which the night was longer than that
    audit_s         the audit of a made night of `audited` companies, all that a night writes into tables and topics

The audit of the measured night is clean, or the measurement fails.
"""

from pathlib import Path
from typing import Any

from common.errors import Permanent
from leadgen.audit.auditing import audit
from leadgen.audit.check import Report, Scope
from leadgen.audit.command import as_text
from leadgen.bench.harness.instruments.simulator_waits import REALISTIC, waits_s
from leadgen.bench.harness.ledger_night import make_night
from leadgen.bench.harness.processes.nightly_product import nightly_product
from leadgen.bench.harness.servers import servers
from leadgen.tenants.tenants import add_tenant

TENANT = 1
ENDED = """
    SELECT count(*) FILTER (WHERE state IN ('synced', 'no_connection')) AS ended, count(*) AS companies,
           array_agg(company_id) AS company_ids
      FROM run_companies
"""
#: Seconds from the run's start to its first request being taken in, and to the last one being enriched and synced.
PHASES = """
    SELECT extract(epoch FROM min(taken_in_at) - started_at)::float8 AS planned_s,
           extract(epoch FROM max(company.enriched_at) - started_at)::float8 AS enriched_s,
           extract(epoch FROM max(company.scored_at) - started_at)::float8 AS scored_s,
           extract(epoch FROM run.ended_at - started_at)::float8 AS ended_s
      FROM run_companies AS company JOIN enrichment_runs AS run USING (tenant_id, run_id)
     GROUP BY started_at, run.ended_at
"""
IN_HAND = "SELECT sum(duration_ms) / 1000.0 FROM company_enrichment_runs"


class NotClean(Permanent):
    """The audit found exceptions, or companies are missing: there is nothing to measure."""


async def bench_night(folder: Path, *, companies: int, workers: int, audited: int) -> dict[str, Any]:
    """Starts servers and services of its own. Raises NightFailed, NotClean."""
    settings = {**REALISTIC, "SCHED_COMPANY_CONCURRENCY": str(workers)}
    async with nightly_product(folder / "product", tenants=1, candidates=companies, settings=settings) as product:
        started = await product.run_night(companies)
        row = await product.owner.fetchrow(ENDED)
        if row is None or not row["ended"] == row["companies"] == companies:
            raise NotClean(f"of {companies} companies {dict(row or {})} have ended: {started.summary}")
        waits = await waits_s(product, row["company_ids"])
        in_hand = float(await product.owner.fetchval(IN_HAND)) / workers
        phases = {name: round(at, 1) for name, at in dict(await product.owner.fetchrow(PHASES) or {}).items()}
        own = await product.audited()
        _require_clean(own)
    large = await _audit_of_large(audited)
    least = sum(waits.values()) / workers
    return {
        "makespan_ratio": round(started.seconds / least, 3),
        "companies": companies,
        "overhead_s": round(started.seconds - least, 1),
        "audit_s": large.seconds,
        "of": {
            "makespan_s": round(started.seconds, 1),
            "least_s": round(least, 1),
            "in_hand_s": round(in_hand, 1),  # the companies' own time, divided likewise
            "phases": phases,
            "workers": workers,
            "waits_s": {name: round(seconds) for name, seconds in waits.items()},
            "audited_companies": audited,
            "audited_messages": large.counts["messages"],
            "own_audit_s": own.seconds,
        },
    }


async def _audit_of_large(companies: int) -> Report:
    """Audits a night that PostgreSQL and the relay have made in bulk, on servers of its own."""
    async with servers() as its:
        await add_tenant(its.database_url, TENANT, "Tenant 1")
        await make_night(its.database_url, its.bootstrap_servers, tenants=[TENANT], companies=companies)
        report = await audit(its.database_url, its.bootstrap_servers, Scope(patience_s=0))
    _require_clean(report)
    return report


def _require_clean(report: Report) -> None:
    if not report.is_clean:
        raise NotClean(as_text(report))
