"""`leadgen tenant list`, `leads` and `jobs` as an operator meets them: rows of that tenant, or a sentence."""

import asyncio
import json
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from leadgen.cli import app

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

COMPANY = "INSERT INTO companies (uen, name) VALUES ($1, $2) RETURNING company_id"
LEAD = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, confidence, rationale, model_version, enriched_at)
    VALUES ($1, $2, $3, $4, 0.5, $5, '1', now())
"""
JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, asked, job_type, status, params, processed, total)
    VALUES ($1, $2, 'it', 'staging_upsert', 'queued', '{"terms": ["Logistics"], "codes": [], "limit": null}', 3, 40)
"""


async def leadgen(database_url: str, *arguments: str) -> Result:
    """Runs the command, which has an event loop of its own."""
    environment = {"DATABASE_URL": database_url}
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)


@pytest.fixture
async def leads(owner: Owner) -> None:
    """Two leads of tenant 1 and one of tenant 2; the names hold what a terminal could take for markup."""
    for tenant, uen, name, score in [
        (1, "201900001K", "[b]Ace", 0.4),
        (1, "201900002K", "Best", 0.9),
        (2, "3", "C", 1),
    ]:
        company = await owner.fetchval(COMPANY, uen, name)
        await owner.execute(LEAD, tenant, company, score, "High" if score > 0.6 else "Low", f"because of {name}")


async def test_a_tenants_leads_are_listed_best_first(database_url: str, leads: None) -> None:
    shown = await leadgen(database_url, "leads", "--tenant", "1")
    assert shown.exit_code == 0, shown.output
    assert shown.output.index("Best") < shown.output.index("[b]Ace")
    assert "because of C" not in shown.output

    as_json = await leadgen(database_url, "leads", "--tenant", "1", "--limit", "1", "--json")
    assert [it["uen"] for it in json.loads(as_json.output)["leads"]] == ["201900002K"]


async def test_a_tenants_jobs_are_listed(database_url: str, owner: Owner) -> None:
    await owner.execute(JOB, UUID(int=7), 1)
    shown = await leadgen(database_url, "jobs", "--tenant", "1")
    assert ("3 of 40" in shown.output, "Logistics" in shown.output, shown.exit_code) == (True, True, 0)
    (job,) = json.loads((await leadgen(database_url, "jobs", "--tenant", "1", "--json")).output)["jobs"]
    assert (job["terms"], job["total"]) == (["Logistics"], 40)


@pytest.mark.parametrize(("what", "words"), [("leads", "no scored lead yet"), ("jobs", "no job yet")])
async def test_an_empty_list_says_what_fills_it(what: str, words: str, database_url: str) -> None:
    empty = await leadgen(database_url, what, "--tenant", "3")
    assert (empty.exit_code, words in empty.output) == (0, True)
    unknown = await leadgen(database_url, what, "--tenant", "99")
    assert (unknown.exit_code, "there is no tenant 99" in unknown.output) == (1, True)


async def test_the_tenants_are_listed(database_url: str, owner: Owner) -> None:
    await owner.execute("UPDATE tenants SET active = false, nightly_cap = 7 WHERE tenant_id = 2")
    shown = await leadgen(database_url, "tenant", "list")
    assert ("Tenant 1" in shown.output, shown.output.count("switched off")) == (True, 1)
    tenants = json.loads((await leadgen(database_url, "tenant", "list", "--json")).output)["tenants"]
    assert [(it["tenant_id"], it["nightly_cap"]) for it in tenants][:2] == [(1, None), (2, 7)]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
async def test_a_tenant_needs_a_name(name: str, database_url: str, owner: Owner) -> None:
    refused = await leadgen(database_url, "tenant", "add", "--tenant", "9", "--name", name)
    assert (refused.exit_code, "needs a name" in refused.output) == (2, True)
    assert not await owner.fetchval("SELECT count(*) FROM tenants WHERE tenant_id = 9")


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.startswith("leadgen 0.")
