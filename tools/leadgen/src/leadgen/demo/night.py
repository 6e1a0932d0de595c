"""The demo's night: three tenants with an ICP each, a nightly run, its progress, the shortlists and the report."""

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from common.errors import Permanent, Unavailable
from leadgen.demo.screen import Screen
from leadgen.local.stack import Stack
from leadgen.service_scripts import Ended, ended_script
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import Role, token

NIGHTLY, REPORT = "leadgen-nightly", "leadgen-nightly-report"
OPERATOR = "operator@demo.example"

#: The demo's tenants have no Odoo.
SETTINGS = {"SCHED_REQUIRE_ODOO": "false"}
POLL_S = 0.5
#: Exit codes of the nightly run: all done, and partial. The report says what is missing.
FINE = (0, 3)


class DemoTenant(NamedTuple):
    """A tenant of the demo, and the kind of company that it looks for."""

    tenant_id: int
    name: str
    icp: Mapping[str, Any]


TENANTS = (
    DemoTenant(1, "Demo", {"industries": ["precision engineering"], "employees_from": 10}),
    DemoTenant(2, "Demo Foods", {"industries": ["food manufacturing"], "age_from": 2}),
    DemoTenant(3, "Demo Digital", {"industries": ["software development"], "technologies": ["Shopify"]}),
)


class NightFailed(Permanent):
    """The night failed; the message is its own."""


async def run_demo_night(product: Stack, rep: str, page: Path, screen: Screen) -> None:
    """Runs a night for three tenants and writes its report to `page`. Raises LeadgenError."""
    screen.night()
    async with httpx.AsyncClient(base_url=product.gateway, trust_env=False, timeout=30) as http:
        for tenant in TENANTS:
            await add_tenant(product.database_url, tenant.tenant_id, tenant.name)
            await _ask(http, "PUT", "/icp", token(product.jwt_secret, tenant.tenant_id, rep), json=dict(tenant.icp))
            screen.icp(tenant.name, ", ".join(tenant.icp["industries"]))
        operator = token(product.jwt_secret, TENANTS[0].tenant_id, OPERATOR, role=Role.OPS)
        environment = {**product.environment, **SETTINGS}
        only = ",".join(str(tenant.tenant_id) for tenant in TENANTS)
        running = asyncio.create_task(ended_script(NIGHTLY, "--tenant", only, "--json", environment=environment))
        try:
            await _show_progress(http, operator, running, screen)
            night = await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        _require(NIGHTLY, night, FINE)
        for tenant in TENANTS:
            access = token(product.jwt_secret, tenant.tenant_id, rep)
            screen.shortlist(tenant.name, (await _ask(http, "GET", "/shortlist", access))["leads"])
    report = await ended_script(REPORT, "--quiet", "--html", str(page), environment=environment)
    _require(REPORT, report)
    screen.report(report.out.strip())


async def start_night(product: Stack, rep: str) -> None:
    """Sets the first tenant's ICP and requests its night, which runs in the background. Raises LeadgenError."""
    tenant = TENANTS[0]
    async with httpx.AsyncClient(base_url=product.gateway, trust_env=False, timeout=30) as http:
        await _ask(http, "PUT", "/icp", token(product.jwt_secret, tenant.tenant_id, rep), json=dict(tenant.icp))
        operator = token(product.jwt_secret, tenant.tenant_id, OPERATOR, role=Role.OPS)
        await _ask(http, "POST", f"/admin/runs/nightly?tenant_id={tenant.tenant_id}", operator)


def _require(script: str, ended: Ended, fine: Collection[int] = (0,)) -> None:
    if ended.code not in fine:
        raise NightFailed(ended.errors.strip() or ended.out.strip() or f"{script} ended with {ended.code}")


async def _show_progress(
    http: httpx.AsyncClient, operator: str, running: "asyncio.Task[Ended]", screen: Screen
) -> None:
    """Prints a line for each change in a tenant's companies, until the run ends."""
    shown: dict[str, Any] = {}
    while True:
        is_over = running.done()
        for run in (await _ask(http, "GET", "/admin/runs", operator))["runs"]:
            stands = (run["status"], run["companies"])
            if shown.get(run["run_id"]) != stands:
                shown[run["run_id"]] = stands
                screen.run(run["tenant"], run["status"], run["companies"])
        if is_over:
            return
        await asyncio.wait([running], timeout=POLL_S)


async def _ask(http: httpx.AsyncClient, method: str, path: str, access: str, **body: Any) -> dict[str, Any]:
    try:
        answer = await http.request(method, path, headers={"Authorization": f"Bearer {access}"}, **body)
    except httpx.HTTPError as error:
        raise Unavailable(f"the gateway does not answer: {error!r}") from error
    try:
        found: dict[str, Any] = answer.json()
    except json.JSONDecodeError as error:
        raise NightFailed(f"{method} {path} answers {answer.status_code} without JSON") from error
    if answer.is_error:
        raise NightFailed(f"{method} {path}: {found['title']}: {found['detail']}")
    return found
