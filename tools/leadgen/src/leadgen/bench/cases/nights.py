"""Proves three nights in a row of many tenants on the whole product: what a night promises, after each of them.

    twice        companies that a tenant was given in more than one night
    off_cap      runs with another number of companies than the cap
    unfinished   companies that have not ended as synced or without an Odoo
    exceptions   of the audit, after the last night
    wrong        figures of the reports that differ from the tables

All of them are 0, or the command fails.
"""

import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from common.errors import Permanent
from common.singapore.calendar import day_in_singapore
from leadgen.audit.command import as_text
from leadgen.bench.harness.processes.nightly_product import NightlyProduct, nightly_product

NIGHTS = 3
WORKERS = {"SCHED_COMPANY_CONCURRENCY": "32", "CRAWL_DELAY_S": "0"}

TWICE = """
    SELECT count(*) FROM (SELECT FROM run_companies GROUP BY tenant_id, company_id HAVING count(*) > 1) AS twice
"""
OFF_CAP = """
    SELECT count(*) FROM (
        SELECT run_id, count(company_id) FROM enrichment_runs LEFT JOIN run_companies USING (tenant_id, run_id)
         GROUP BY tenant_id, run_id HAVING count(company_id) <> $1) AS off_cap
"""
UNFINISHED = "SELECT count(*) FROM run_companies WHERE state NOT IN ('synced', 'no_connection')"
#: The funnel of each tenant, from the tables of the stages themselves, and its companies.
TRUTH = """
    SELECT company.tenant_id, tenants.name,
           ARRAY[count(*), count(taken.event_id), count(run.event_id), count(score.company_id),
                 count(*) FILTER (WHERE link.outcome = 'synced'), 0] AS funnel,
           array_agg(company.uen) AS uens
      FROM run_companies AS company
      JOIN tenants USING (tenant_id)
      LEFT JOIN inbox AS taken ON taken.consumer = 'enricher' AND taken.event_id = company.event_id
      LEFT JOIN company_enrichment_runs AS run
        ON run.tenant_id = company.tenant_id AND run.company_id = company.company_id AND run.event_id = company.event_id
      LEFT JOIN lead_scores AS score
        ON score.tenant_id = company.tenant_id AND score.company_id = company.company_id
      LEFT JOIN odoo_links AS link ON link.tenant_id = company.tenant_id AND link.company_id = company.company_id
     WHERE company.night = $1
     GROUP BY company.tenant_id, tenants.name ORDER BY company.tenant_id
"""
#: A line of the report: published, taken over, visited, scored, synced, and what is unexplained.
FUNNEL = re.compile(r"^(Tenant \d+)((?:\s+\d+){6})\s*$", re.MULTILINE)


class NotProved(Permanent):
    """A night has not kept what it promises."""


async def prove_nights(folder: Path, *, tenants: int, cap: int) -> dict[str, Any]:
    """Runs the nights of the last days. Raises NightFailed, NotProved."""
    today = day_in_singapore(datetime.now(UTC))
    wrong: list[str] = []
    seconds: list[float] = []
    async with nightly_product(
        folder / "product", tenants=tenants, candidates=NIGHTS * cap, settings=WORKERS
    ) as product:
        for night in (today - timedelta(days=back) for back in reversed(range(NIGHTS))):
            began = time.perf_counter()
            await product.run_night(cap, night=night, concurrency=8)
            seconds.append(round(time.perf_counter() - began, 1))
            wrong += await wrong_figures(product, night)
        report = await product.audited()
        figures = {
            "nights": await product.owner.fetchval("SELECT count(DISTINCT night) FROM enrichment_runs"),
            "runs": await product.owner.fetchval("SELECT count(*) FROM enrichment_runs"),
            "companies": await product.owner.fetchval("SELECT count(*) FROM run_companies"),
            "twice": await product.owner.fetchval(TWICE),
            "off_cap": await product.owner.fetchval(OFF_CAP, cap),
            "unfinished": await product.owner.fetchval(UNFINISHED),
            "exceptions": sum(it.count for it in report.exceptions),
            "wrong": len(wrong),
        }
    expected = {"nights": NIGHTS, "runs": NIGHTS * tenants, "companies": NIGHTS * tenants * cap}
    if any(figures[name] != expected.get(name, 0) for name in figures):
        raise NotProved("\n".join([str(figures), *wrong, as_text(report)]))
    return figures | {"night_s": seconds, "audit_s": report.seconds}


async def wrong_figures(product: NightlyProduct, night: date) -> list[str]:
    """Compares the report on a night with the tables: each tenant's funnel, and the companies of its shortlist."""
    text = await product.script("leadgen-nightly-report", str(night), COLUMNS="200")
    reported = {name: [int(figure) for figure in figures.split()] for name, figures in FUNNEL.findall(text)}
    words = set(text.split())
    wrong = []
    truth = await product.owner.fetch(TRUTH, night)
    for row in truth:
        if reported.pop(row["name"], None) != row["funnel"]:
            wrong.append(f"{night}: the funnel of {row['name']} is {row['funnel']}, not as the report says")
        if missing := set(row["uens"]) - words:
            wrong.append(f"{night}: the shortlist of {row['name']} lacks {', '.join(sorted(missing))}")
    return wrong + [f"{night}: the report tells of {name}, which had no night" for name in reported]
