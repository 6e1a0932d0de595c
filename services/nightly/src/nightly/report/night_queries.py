"""Reads a night's report from the tables, each tenant's rows in a transaction of that tenant. It writes nothing."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from common.errors import Permanent
from common.postgres import Connection, Database
from common.singapore.calendar import day_in_singapore
from nightly.report.company_progress import CompanyProgress, balance_of
from nightly.report.issues import Circumstances, issues_of
from nightly.report.night import Durations, Night, ShortLead, Spend, TenantNight
from nightly.report.reasons import grouped
from nightly.tables import inboxes

TENANTS = "SELECT tenant_id, name, active FROM tenants ORDER BY tenant_id"

LATEST = "SELECT max(night) FROM enrichment_runs WHERE tenant_id = tenant()"

RUN = """
    SELECT run_id, night, status, cap, skip, started_at, ended_at, window_ends_at, error,
           coalesce(cardinality(manifest.company_ids), 0) AS published,
           coalesce(manifest.vendor_budget, '{}')::text AS vendor_budget,
           coalesce(run.summary -> 'carried_over', '[]')::text AS carried_over,
           coalesce(run.summary -> 'upsert', '{}')::text AS upsert,
           (run.summary -> 'late_commands')::text AS late_commands,
           run.window_ends_at < now() AS is_over,
           EXISTS (SELECT FROM icp_rules WHERE tenant_id = tenant()) AS has_icp
      FROM enrichment_runs run LEFT JOIN run_manifests manifest USING (tenant_id, run_id, night)
     WHERE run.tenant_id = tenant() AND run.night = $1
"""

NIGHT_OF = "SELECT night FROM enrichment_runs WHERE tenant_id = tenant() AND run_id = $1"

# One statement, so that all of it is of one moment. A score and a link count from this run's visit on: newer ones
# replace them, and mean that the company came as far.
COMPANIES = """
    SELECT company.state, company.dead_at, company.error,
           company.taken_in_at IS NOT NULL OR visit.enriched_at IS NOT NULL AS is_taken_over,
           visit.enriched_at IS NOT NULL AS is_visited,
           coalesce(lead.enriched_at >= visit.enriched_at, false) AS is_scored,
           CASE WHEN link.enriched_at >= visit.enriched_at THEN link.outcome END AS link, link.reason AS link_reason,
           coalesce(visit.degraded_reasons, '{}') AS degraded_reasons, coalesce(visit.steps, '[]') AS steps,
           company.score_ms, company.sync_ms
      FROM run_companies company
      LEFT JOIN LATERAL (
          SELECT enriched_at, degraded_reasons, steps::text FROM company_enrichment_runs run
           WHERE run.tenant_id = company.tenant_id AND run.company_id = company.company_id
             AND run.event_id = company.event_id
           ORDER BY enriched_at LIMIT 1
      ) visit ON true
      LEFT JOIN lead_scores lead USING (tenant_id, company_id)
      LEFT JOIN odoo_links link USING (tenant_id, company_id)
     WHERE company.tenant_id = tenant() AND company.run_id = $1
"""

USAGE = "SELECT vendor, used FROM vendor_usage WHERE tenant_id = tenant() AND day = $1"

#: Whether a tenant had an Odoo when the night began.
HAD_ODOO = "SELECT EXISTS (SELECT FROM odoo_connections WHERE tenant_id = tenant() AND created_at <= $1)"

BLOCKED = "SELECT blocked FROM odoo_states WHERE tenant_id = tenant()"

PAUSES = "SELECT consumer, since, reason FROM inbox_pauses WHERE tenant_id = tenant() ORDER BY consumer"

# Odoo's controller /mail/view leads to the record in every version from 14 on.
SHORTLIST = """
    SELECT company.uen, company.name, listed.score, listed.bucket, listed.rationale, listed.contact::text,
           company.detail, listed.is_new, link.outcome, link.lead_id,
           CASE WHEN connection.url ~* '^https?://'
                THEN rtrim(connection.url, '/') || '/mail/view?model=crm.lead&res_id=' || link.lead_id END AS odoo_url
      FROM shortlist_leads listed
      JOIN run_companies company USING (tenant_id, run_id, company_id)
      LEFT JOIN odoo_links link USING (tenant_id, company_id)
      LEFT JOIN odoo_connections connection USING (tenant_id)
     WHERE listed.tenant_id = tenant() AND listed.run_id = $1
     ORDER BY listed.is_late, listed.score DESC, listed.company_id LIMIT $2
"""

#: The vendors that the report names, with their units.
UNITS = {"tavily": "credits", "openai": "tokens", "lusha": "credits", "zerobounce": "addresses"}
#: The vendor that a step of an enrichment pays.
PAID = {
    "find_site": "tavily",
    "tavily": "tavily",
    "understand": "openai",
    "lusha": "lusha",
    "zerobounce": "zerobounce",
}
ODOO = {
    "no_connection": "not connected",
    "blocked": "refuses all calls",
    "refused": "refused",
    "deleted": "deleted by people",
}


class NoSuchNight(Permanent):
    """There is no run of this night, or none with this id."""


async def read_night(
    database: Database,
    which: date | UUID | None,
    prices: Mapping[str, float],
    *,
    include: Collection[int] = (),
    exclude: Collection[int] = (),
) -> Night:
    """Reads the report of a night, of one run, or of the latest night. Raises NoSuchNight, Unavailable.

    `include` and `exclude` are those of the settings: a tenant that they leave out is not missed.
    """
    async with database.without_tenant() as tx:
        tenants = await tx.fetch(TENANTS)
    night = which if isinstance(which, date) else await _night_of(database, [it["tenant_id"] for it in tenants], which)
    found, without_run = [], []
    for tenant_id, name, is_active in tenants:
        async with database.transaction(tenant_id) as tx:
            run = await tx.fetchrow(RUN, night)
            if run is not None and which in (night, run["run_id"], None):
                found.append(await _read_tenant(tx, tenant_id, name, run))
            elif is_active and not isinstance(which, UUID):
                without_run.append((tenant_id, name))
    if not found:
        raise NoSuchNight(f"no tenant had a run in the night of {night}: `leadgen nightly report` shows the latest")
    began, missed = min(it.started_at for it in found), set[int]()
    for tenant_id, _ in without_run:
        async with database.transaction(tenant_id) as tx:
            is_meant = tenant_id not in exclude and (not include or tenant_id in include)
            if is_meant and await tx.fetchval(HAD_ODOO, began):
                missed.add(tenant_id)
    return Night(
        night,
        tuple(found),
        dict(prices),
        tuple(name for tenant_id, name in without_run if tenant_id not in missed),
        tuple(name for tenant_id, name in without_run if tenant_id in missed),
    )


async def _night_of(database: Database, tenants: list[int], run_id: UUID | None) -> date:
    nights = []
    for tenant_id in tenants:
        async with database.transaction(tenant_id) as tx:
            nights.append(await (tx.fetchval(LATEST) if run_id is None else tx.fetchval(NIGHT_OF, run_id)))
    found: list[date] = [night for night in nights if night is not None]
    if not found:
        raise NoSuchNight(f"there is no run {run_id}" if run_id else "there is no run yet: `leadgen nightly` makes one")
    return max(found)


async def _read_tenant(tx: Connection, tenant_id: int, name: str, run: asyncpg.Record) -> TenantNight:
    rows = await tx.fetch(COMPANIES, run["run_id"])
    progresses = [
        CompanyProgress(
            row["state"], row["is_taken_over"], row["is_visited"], row["is_scored"], row["link"], row["dead_at"]
        )
        for row in rows
    ]
    balance = balance_of(run["published"], progresses)
    degraded = grouped(row["degraded_reasons"] for row in rows)
    steps = [step for row in rows for step in json.loads(row["steps"])]
    usage = await tx.fetch(USAGE, day_in_singapore(run["started_at"]))
    circumstances = Circumstances(
        tenant_id=tenant_id,
        run_id=str(run["run_id"]),
        night=run["night"],
        status=run["status"],
        error=run["error"],
        window_ends_at=run["window_ends_at"],
        is_over=run["is_over"],
        has_icp=run["has_icp"],
        upsert=await _read_upsert(tx, run),
        cap=run["cap"],
        published=run["published"],
        skip=run["skip"],
        dead=[(row["dead_at"], _first_line(row["error"])) for row in rows if row["state"] == "dead"],
        refused=[_first_line(row["link_reason"]) for row in rows if row["link"] == "refused"],
        balance=balance,
        degraded=degraded,
        blocked=await tx.fetchval(BLOCKED),
        pauses=[tuple(row) for row in await tx.fetch(PAUSES)],
        carried_over=[
            (date.fromisoformat(it["night"]), it["finished_since"], it["unfinished"])
            for it in json.loads(run["carried_over"])
        ],
    )
    return TenantNight(
        tenant_id=tenant_id,
        name=name,
        run_id=str(run["run_id"]),
        state=run["status"],
        started_at=run["started_at"],
        ended_at=run["ended_at"],
        cap=run["cap"],
        balance=balance,
        spend=_spend(usage, json.loads(run["vendor_budget"]), steps),
        durations=_durations(steps, rows),
        degraded=degraded,
        issues=issues_of(circumstances),
        shortlist=await _shortlist(tx, run),
    )


async def _read_upsert(tx: Connection, run: asyncpg.Record) -> dict[str, int]:
    """Reads the outcome of the commands to the upserter: as of the selection, and of late ones as of now."""
    counts: dict[str, int] = json.loads(run["upsert"])
    if run["late_commands"] is None:
        return counts | {"open": counts.get("late", 0)}
    since = await inboxes.ended(tx, [UUID(it) for it in json.loads(run["late_commands"])])
    late = {"open": len(since.open), "late": len(since.open) + since.done}
    return counts | late | {"dead": counts.get("dead", 0) + since.dead}


async def _shortlist(tx: Connection, run: asyncpg.Record) -> tuple[ShortLead, ...]:
    rows = await tx.fetch(SHORTLIST, run["run_id"], run["cap"])
    return tuple(
        ShortLead(
            rank=rank,
            uen=row["uen"],
            name=row["name"],
            score=row["score"],
            bucket=row["bucket"],
            rationale=row["rationale"],
            contact=_contact_words(row["contact"]),
            why_selected=row["detail"],
            is_new=row["is_new"],
            odoo=f"lead {row['lead_id']}" if row["lead_id"] is not None else ODOO.get(row["outcome"], "not there yet"),
            odoo_url=row["odoo_url"],
        )
        for rank, row in enumerate(rows, 1)
    )


def _contact_words(stored: str | None) -> str | None:
    if stored is None:
        return None
    contact: dict[str, str | None] = json.loads(stored)
    person = ", ".join(part for part in (contact["name"], contact["title"]) if part)
    return f"{person}: {contact['value']}" if person else contact["value"]


def _spend(
    usage: list[asyncpg.Record], budget: dict[str, dict[str, int]], steps: list[dict[str, Any]]
) -> tuple[Spend, ...]:
    used = {row["vendor"]: row["used"] for row in usage}
    by_night = dict.fromkeys(UNITS, 0)
    for step in steps:
        if step["step"] in PAID:
            by_night[PAID[step["step"]]] += step["units"] or 0
    return tuple(
        Spend(vendor, unit, used.get(vendor, 0), budget.get(vendor, {}).get("cap"), by_night[vendor])
        for vendor, unit in UNITS.items()
        if vendor in budget or vendor in used or by_night[vendor]
    )


def _durations(steps: list[dict[str, Any]], rows: list[asyncpg.Record]) -> tuple[Durations, ...]:
    """Collects the durations of each executed step; skipped steps have none."""
    found: dict[str, list[int]] = {}
    for step in steps:
        if step["outcome"] != "not_needed":
            found.setdefault(step["step"], []).append(step["duration_ms"])
    for name, column in (("score", "score_ms"), ("sync", "sync_ms")):
        measured = [row[column] for row in rows if row[column] is not None]
        if measured:
            found[name] = measured
    return tuple(Durations(step, tuple(ms)) for step, ms in found.items())


def _first_line(words: str | None) -> str:
    return (words or "no reason was recorded").splitlines()[0][:200]
