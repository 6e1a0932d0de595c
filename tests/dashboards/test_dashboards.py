"""Every panel of every dashboard has data after a real demo: two chats and a night, scraped by a real Prometheus."""

import asyncio
import math
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from embedded.child import Child
from embedded.ports import LOOPBACK, free_port
from grafana_dashboards import queries
from testkit.stages import until

pytestmark = [pytest.mark.dashboards, pytest.mark.timeout(900)]

ALERTS = Path(__file__).resolve().parents[2] / "deploy/prometheus/alerts.yml"

#: The window of rates, in place of Grafana's $__rate_interval: all of the demo, however slow the machine is.
WINDOW = "30m"


class Prometheus:
    """A running server, asked by its HTTP API."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def get(self, path: str, **parameters: str) -> Any:
        answer = await self._http.get(f"{self._url}/api/v1/{path}", params=parameters, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def values(self, query: str) -> list[float]:
        """The finite values of an instant query: what a panel can show."""
        found = (await self.get("query", query=query))["result"]
        return [value for it in found if math.isfinite(value := float(it["value"][1]))]

    async def is_ready(self) -> bool:
        try:
            return (await self._http.get(f"{self._url}/-/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def has(self, query: str) -> bool:
        return bool(await self.values(query))


@pytest.fixture
async def prometheus(product: Any, prometheus_folder: Path, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """Scrapes every service of the product once a second, and evaluates the rules."""
    targets = [
        it.metrics_url.removeprefix("http://").removesuffix("/metrics") for it in product.stack.services.values()
    ]
    given = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ALERTS)],
        "scrape_configs": [{"job_name": "leadgen", "static_configs": [{"targets": targets}]}],
    }
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump(given), encoding="utf-8")
    port = free_port()
    command = [
        prometheus_folder / "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
    ]
    child = Child.start(command, log=tmp_path / "prometheus.log", env=dict(os.environ))
    try:
        server = Prometheus(f"http://{LOOPBACK}:{port}", product.http)
        await until(server.is_ready, within_s=120)
        await until(lambda: server.has(f'sum(up{{job="leadgen"}}) == {len(targets)}'), within_s=120)
        yield server
    finally:
        await asyncio.to_thread(child.stop)


async def chat(rep: Any, message: str) -> None:
    """A chat to its end."""
    names = [event.name async for event in rep.chat(message)]
    assert names[-1] == "done", names


async def night(product: Any, rep: Any) -> None:
    """The nightly command for the rep's tenant, to its end."""
    command, environment = product.script("leadgen")
    given = {"SCHED_REQUIRE_ODOO": "false", "SCHED_DAILY_CAP_PER_TENANT": "6"}
    ended = await asyncio.to_thread(
        subprocess.run,
        [command, "nightly", "--tenant", str(rep.tenant_id)],
        env=environment | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


async def test_every_panel_has_data_after_a_demo(product: Any, prometheus: Prometheus) -> None:
    """A query without a finite value would be an empty panel. And no rule fails to be evaluated."""
    rep = await product.rep()
    await chat(rep, "Manufacturing")
    # What only the first chat made is scraped before the second one: a rate needs two samples.
    await until(lambda: prometheus.has('leadgen_gateway_first_byte_seconds_count{route="/chat"}'), within_s=60)
    await chat(rep, "Construction")
    await night(product, rep)
    await product.comes_to_rest()
    await until(lambda: prometheus.has('sum(leadgen_nightly_companies{state="no_connection"}) >= 6'), within_s=180)
    await until(lambda: prometheus.has("rate(leadgen_upserter_jobs_ended_total[1m]) > 0"), within_s=60)

    empty: list[str] = []
    for dashboard, panel, query in queries():
        if not await prometheus.has(query.replace("$__rate_interval", WINDOW)):
            empty.append(f"{dashboard}: {panel}: {query}")
    assert not empty

    rules = [rule for group in (await prometheus.get("rules"))["groups"] for rule in group["rules"]]
    assert len(rules) > 30
    assert not [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] == "err"]
