"""A tenant's night on the real processes: from an ICP to scored leads, once; resumed, and started over HTTP."""

import asyncio
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.singapore.calendar import day_in_singapore
from leadgen.tenants.tenants import Limits, limit_tenant
from leadgen.tenants.tokens import Role, token
from testkit.stages import until

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

CAP = 6
RUN = "SELECT run_id::text, status, trigger, published_at FROM enrichment_runs WHERE tenant_id = $1"
COMPANIES = "SELECT uen, state, reason FROM run_companies WHERE tenant_id = $1 ORDER BY night, position"
REQUESTED = """
    SELECT count(*), count(DISTINCT event_id) FROM inbox
     WHERE consumer = 'enricher' AND tenant_id = $1 AND topic = 'enrichment.requested.nightly.v1'
"""


@pytest.fixture
async def rep(product: Any) -> Any:
    """Someone of a tenant that looks for manufacturers, and has asked for nothing yet."""
    rep = await product.rep()
    answer = await rep.ask("PUT", "/icp", industries=["C"])
    assert answer.status_code == 200, answer.text
    await product.comes_to_rest()
    return rep


async def nightly(product: Any, rep: Any, *arguments: str, code: int = 0, **settings: str) -> str:
    """The command to its end, for the rep's tenant; returns what it printed."""
    command, environment = product.script("leadgen")
    given = {"SCHED_REQUIRE_ODOO": "false", "SCHED_DAILY_CAP_PER_TENANT": str(CAP), **settings}
    ended = await asyncio.to_thread(
        subprocess.run,
        [command, "nightly", "--tenant", str(rep.tenant_id), *arguments],
        env=environment | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout if code == 0 else ended.stderr


async def test_a_tenant_with_an_icp_has_scored_leads_in_the_morning(product: Any, rep: Any) -> None:
    """A tenant with an ICP has scored leads in the morning, of the whole register, though no rep ever asked; each
    requested once, also by a second start on the same day.
    """
    [outcome] = json.loads(await nightly(product, rep, "--json"))["tenants"]

    assert (outcome["status"], outcome["planned"], outcome["states"]) == ("done", CAP, {"no_connection": CAP})
    assert outcome["upsert"]["new_candidates"] == 500
    [run] = await product.fetch(RUN, rep.tenant_id)
    assert (run["status"], run["trigger"], run["published_at"] is None) == ("done", "command", False)
    companies = [tuple(row) for row in await product.fetch(COMPANIES, rep.tenant_id)]
    assert sorted(uen for uen, *_ in companies) == [uen for uen, *_ in await rep.leads()]
    assert {(state, reason) for _, state, reason in companies} == {("no_connection", "new")}

    again = await nightly(product, rep)
    assert f"{rep.tenant_id}" in again
    await product.comes_to_rest()
    assert [tuple(row) for row in await product.fetch(REQUESTED, rep.tenant_id)] == [(CAP, CAP)]


async def test_a_dry_run_says_what_a_night_would_do(product: Any, rep: Any, tmp_path: Path) -> None:
    """A dry run says what a night would do, and writes nothing; as JSON it is a manifest that a night can be given,
    once it is this tenant's own.
    """
    yesterday = day_in_singapore(datetime.now(UTC)) - timedelta(days=1)
    await nightly(product, rep, "--date", str(yesterday), "--no-wait", SCHED_DAILY_CAP_PER_TENANT="0")

    text = await nightly(product, rep, "--dry-run", "--limit", "3")
    assert "3 companies of at most 3; due are 500 new, 0 stale, 0 updated" in text
    [planned] = json.loads(await nightly(product, rep, "--dry-run", "--json"))
    assert len(await product.fetch(RUN, rep.tenant_id)) == 1

    chosen = planned["companies"][-2:]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"tenant_id": rep.tenant_id, "companies": chosen}))
    [outcome] = json.loads(await nightly(product, rep, "--from-manifest", str(manifest), "--json"))["tenants"]
    assert (outcome["status"], outcome["planned"]) == ("done", 2)
    assert [row["uen"] for row in await product.fetch(COMPANIES, rep.tenant_id)] == [it["uen"] for it in chosen]

    manifest.write_text(json.dumps(planned))
    said = await nightly(product, rep, "--from-manifest", str(manifest), code=1)
    [line] = said.splitlines()
    assert line.endswith(f"has a run of {planned['night']} already, with another manifest; it stays as it is")


async def test_an_operator_starts_a_night_over_http(product: Any, rep: Any) -> None:
    """The stage plans it by the tenant's own cap, and records its end though nobody waits for it."""
    await limit_tenant(product.stack.database_url, rep.tenant_id, Limits(nightly_cap=3))
    ops = token(product.stack.jwt_secret, rep.tenant_id, "ops@example.com", role=Role.OPS)
    headers = {"Authorization": f"Bearer {ops}"}
    url = f"{product.stack.gateway}/admin/runs/nightly?tenant_id={rep.tenant_id}"
    answer = await product.http.post(url, headers=headers)
    assert answer.status_code == 202, answer.text

    async def is_done() -> bool:
        rows = await product.fetch(RUN, rep.tenant_id)
        return [row["status"] for row in rows] == ["done"]

    await until(is_done, within_s=150)
    [run] = await product.fetch(RUN, rep.tenant_id)
    assert run["trigger"] == "request"
    assert len(await rep.leads()) == 3
