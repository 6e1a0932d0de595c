"""The product as processes, tenants with new candidates, and the nightly command to run on it.

The companies are those of the simulator's register that still trade, each the candidate of one tenant.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import asyncpg
import httpx

from common.contracts import Company
from common.errors import Permanent
from leadgen.audit.auditing import audit
from leadgen.audit.check import Report, Scope
from leadgen.bench.harness.processes.enricher_process import INDEXED, NO_CAP, live_companies
from leadgen.local.stack import Stack, stack

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

COMPANIES = """
    INSERT INTO companies (company_id, uen, name, address, postal_code, website_domain, status, incorporated_on)
    OVERRIDING SYSTEM VALUE
    SELECT *, 'live', '2015-01-01' FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
"""
TENANTS = "INSERT INTO tenants (tenant_id, name) SELECT n, 'Tenant ' || n FROM generate_series(1, $1::int) n"
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT 1 + (nth - 1) / $2, company_id, gen_random_uuid()
      FROM unnest($1::bigint[]) WITH ORDINALITY AS given (company_id, nth)
"""
UNFINISHED = "SELECT (SELECT count(*) FROM inbox WHERE state = 'open') + (SELECT count(*) FROM outbox)"
#: Budgets are no limit here: what a night may spend is measured elsewhere.
UNLIMITED = {
    "TAVILY_MAX_QUERIES": NO_CAP,
    "OPENAI_DAILY_TOKENS_CAP": NO_CAP,
    "LUSHA_MAX_CONTACT_LOOKUPS": NO_CAP,
    "ZEROBOUNCE_MAX_VERIFICATIONS": NO_CAP,
    "LLM_RATIONALE": "false",  # the scorer's rewording continues after the night
}


class NightFailed(Permanent):
    """The nightly command failed, or left something undone."""


class Started(NamedTuple):
    """A start of the nightly command: its summary and its duration."""

    summary: Mapping[str, Any]
    seconds: float


@dataclass
class NightlyProduct:
    """The running product; `owner` is a connection that sees every row."""

    stack: Stack
    owner: Owner
    http: httpx.AsyncClient
    folder: Path

    async def ask_simulator(self, path: str) -> Any:
        """Reads one of the simulator's own endpoints."""
        answer = await self.http.get(f"{self.stack.simulator}/_simulator/{path}")
        return answer.raise_for_status().json()

    async def run_night(self, cap: int, *, night: date | None = None, concurrency: int = 3) -> Started:
        """Runs a night of all tenants and waits for its end. Raises NightFailed unless all of it is done."""
        settings = {
            "SCHED_REQUIRE_ODOO": "false",
            "SCHED_DAILY_CAP_PER_TENANT": str(cap),
            "SCHED_TENANT_CONCURRENCY": str(concurrency),
        }
        began = time.perf_counter()
        out = await self.script("leadgen-nightly", "--json", *(["--date", str(night)] if night else []), **settings)
        return Started(json.loads(out), time.perf_counter() - began)

    async def script(self, name: str, *arguments: str, **settings: str) -> str:
        """Runs one of our console scripts beside the product, and returns its output. Raises NightFailed."""
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name(name),
            *arguments,
            env={**os.environ, **self.stack.environment, **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        if process.returncode:
            said = errors.decode(errors="replace")[-2000:]
            raise NightFailed(f"{name} ended with {process.returncode}: {said}{out.decode(errors='replace')[-2000:]}")
        return out.decode()

    async def audited(self) -> Report:
        """Waits until nothing is open, then audits everything, also the vendors' ledger; returns the report."""
        until = time.monotonic() + 120
        while await self.owner.fetchval(UNFINISHED):
            if time.monotonic() > until:
                break  # the audit says what is open
            await asyncio.sleep(0.1)
        scope = Scope(patience_s=0)
        return await audit(self.stack.database_url, self.stack.kafka, scope, simulator=self.stack.simulator)


@asynccontextmanager
async def nightly_product(
    folder: Path, *, tenants: int, candidates: int, settings: Mapping[str, str]
) -> AsyncIterator[NightlyProduct]:
    """Starts the product with so many tenants, each with so many candidates. `folder` gets data and logs."""
    first = {"SIMULATOR_SLOW_MS": "0", "SIMULATOR_COMPANIES": str(INDEXED), **UNLIMITED, **settings}
    async with (
        stack(folder, durable=False, settings=first) as product,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
    ):
        owner = await asyncpg.connect(product.database_url)
        try:
            companies = live_companies(tenants * candidates)
            await owner.execute(TENANTS, tenants)
            await owner.execute(COMPANIES, *_columns(companies))
            await owner.execute(CANDIDATES, [it.company_id for it in companies], candidates)
            await owner.execute("ANALYZE companies, icp_candidate_companies")
            await product.is_ready()
            yield NightlyProduct(product, owner, http, folder)
        finally:
            await owner.close()


def _columns(companies: Sequence[Company]) -> list[list[object]]:
    rows = [(it.company_id, it.uen, it.name, it.address, it.postal_code, it.website_domain) for it in companies]
    return list(map(list, zip(*rows, strict=True)))
