"""`leadgen leads` and `leadgen jobs`: a tenant's best leads and newest jobs, in the terminal or as JSON."""

import json
from datetime import datetime
from typing import Annotated, Any

import asyncpg
import typer
from rich.markup import escape
from rich.table import Column, Table

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, DatabaseUrl
from leadgen.command_line.terminal import print_table
from leadgen.command_line.time_options import in_singapore
from leadgen.demo.event_text import bucket_of
from leadgen.scoring.leads import of_tenant
from leadgen.tenants.tenants import NoSuchTenant, TenantNumber

IS_THERE = "SELECT EXISTS (SELECT FROM tenants WHERE tenant_id = $1)"

LEADS = """
    SELECT company_id, uen, name, score, bucket, confidence, rationale, enriched_at
      FROM lead_scores lead JOIN companies USING (company_id)
     WHERE lead.tenant_id = tenant() ORDER BY score DESC, company_id DESC LIMIT $1
"""

JOBS = """
    SELECT job_id, status, params -> 'terms' AS terms, processed, total, error, created_at, started_at, ended_at
      FROM background_jobs WHERE tenant_id = tenant() ORDER BY created_at DESC, job_id DESC LIMIT $1
"""

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Maximum number of rows to show.")]


def leads_command(tenant: TenantNumber, database_url: DatabaseUrl, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List a tenant's scored leads, best first."""
    rows = run_or_exit(_rows(database_url, tenant, LEADS, limit))
    if as_json:
        _print_json(leads=rows)
        return
    if not rows:
        typer.echo(f"tenant {tenant} has no scored lead yet: `leadgen chat` or `leadgen nightly` brings some")
        return
    table = Table("score", "company", "UEN", "known", "why")
    for row in rows:
        known = "" if row["confidence"] is None else f"{row['confidence']:.0%}"
        score = f"{row['score']:.2f} {bucket_of(row['bucket'], row['confidence'])}"
        table.add_row(score, escape(row["name"]), row["uen"] or "", known, escape(row["rationale"]))
    print_table(table)


def jobs_command(tenant: TenantNumber, database_url: DatabaseUrl, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List a tenant's background jobs, the newest first."""
    rows = run_or_exit(_rows(database_url, tenant, JOBS, limit))
    for row in rows:
        row["terms"] = json.loads(row["terms"] or "[]")
    if as_json:
        _print_json(jobs=rows)
        return
    if not rows:
        typer.echo(f"tenant {tenant} has no job yet: a request for more companies than are done at once makes one")
        return
    table = Table(Column("job", no_wrap=True), "status", "done", "asked for", "since", "error")
    for row in rows:
        since = row["ended_at"] or row["started_at"] or row["created_at"]
        done = f"{row['processed']} of {row['total']}"
        asked = escape(", ".join(row["terms"]))
        table.add_row(str(row["job_id"]), row["status"], done, asked, in_singapore(since), escape(row["error"] or ""))
    print_table(table)


async def _rows(database_url: str, tenant_id: int, statement: str, limit: int) -> list[dict[str, Any]]:
    """Reads a list. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    async with of_tenant(database_url, tenant_id) as tx:
        if not await tx.fetchval(IS_THERE, tenant_id):
            raise NoSuchTenant(f"there is no tenant {tenant_id}: `leadgen tenant list` shows the existing ones")
        rows: list[asyncpg.Record] = await tx.fetch(statement, limit)
    return [dict(row) for row in rows]


def _print_json(**lists: list[dict[str, Any]]) -> None:
    typer.echo(json.dumps(lists, default=_as_text, ensure_ascii=False))


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
