"""Health and metrics of a stage at work on the real parts, read over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from common.contracts import RequestEnrichment
from common.http import health
from common.ids import new_id
from common.postgres import Database
from common.runtime import Runtime
from embedded.postgres import Postgres
from testkit.samples import sample
from testkit.stages import a_company, a_stage, at_work, ended, envelope_for, publish, until

#: Every service's. A name, or a label, that is added or goes is a change of what dashboards and alerts stand on. Those
#: that one service has besides are in docs/metrics.md.
METRICS = {
    "leadgen_stage_handled": {"stage", "topic", "lane", "outcome"},
    "leadgen_stage_handling_seconds": {"stage", "topic", "lane"},
    "leadgen_stage_request_age_seconds": {"stage", "topic"},
    "leadgen_stage_in_flight": {"stage", "topic", "lane"},
    "leadgen_inbox_taken_in": {"stage", "topic"},
    "leadgen_inbox_unreadable": {"stage", "topic"},
    "leadgen_inbox_open": {"stage", "topic", "lane"},
    "leadgen_inbox_oldest_seconds": {"stage", "topic", "lane"},
    "leadgen_inbox_paused": {"stage", "topic"},
    "leadgen_inbox_dead_letters": {"stage", "topic"},
    "leadgen_inbox_dead_letters_oldest_seconds": {"stage", "topic"},
    "leadgen_outbox_open": {"stage"},
    "leadgen_outbox_oldest_seconds": {"stage"},
    "leadgen_outbox_sent": {"stage"},
    "leadgen_outbox_failed": {"stage"},
    "leadgen_outbox_refused": {"stage"},
    "leadgen_consumer_lag": {"stage", "topic"},
    "leadgen_database_connections": {"stage", "state"},
    "leadgen_database_connections_max": {"stage"},
}
#: How names of metrics begin that one service has besides: here when its modules are imported in the same run.
OF_ONE_SERVICE = tuple(
    f"leadgen_{service}_" for service in ("gateway", "upserter", "enricher", "scorer", "odoo", "nightly")
)


@asynccontextmanager
async def asked(runtime: Runtime, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the runtime's health endpoints, wired as `service.run` does."""
    live, ready = [health.tasks_run(lambda: runtime.must_run)], [health.database_answers(database), runtime.is_assigned]
    app = Starlette(routes=[*health.routes(live=live, ready=ready), health.metrics_route()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


async def is_ok(client: httpx.AsyncClient, path: str) -> bool:
    return (await client.get(path)).status_code == 200


@pytest.mark.parametrize("which", ["heartbeats", "fetching", "reading", "workers", "leases", "relay", "gauges"])
async def test_a_dead_task_ends_liveness(which: str, toy: str, database: Database, kafka: str) -> None:
    """Any of ours, FastStream's or the Kafka client's: then only a new process helps, and /livez says so."""
    async with at_work(a_stage(), database, kafka) as runtime, asked(runtime, database) as client:
        await until(lambda: is_ok(client, "/readyz"))
        assert await is_ok(client, "/livez")
        tasks = {
            "heartbeats": runtime.consumer._coordinator._coordination_task,
            "fetching": runtime.consumer._fetcher._fetch_task,
            "reading": runtime.intake.subscriber.tasks[0],
            "relay": runtime.relay.task,
            **{task.get_name().split()[0]: task for task in runtime._tasks},
        }
        tasks[which].cancel()
        await asyncio.wait([tasks[which]], timeout=60)
        answer = await client.get("/livez")
    assert answer.status_code == 503
    assert "has ended" in answer.text


async def test_without_its_database_a_service_is_alive_but_not_ready(
    toy: str, database: Database, kafka: str, breakable_postgres: Postgres
) -> None:
    """A restart would not help it; it is ready again by itself."""
    async with at_work(a_stage(), database, kafka) as runtime, asked(runtime, database) as client:
        await until(lambda: is_ok(client, "/readyz"))
        await asyncio.to_thread(breakable_postgres.stop)
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text.split(":")[0]) == (503, "database")
        assert await is_ok(client, "/livez")
        await asyncio.to_thread(breakable_postgres.start)
        await until(lambda: is_ok(client, "/readyz"))
        assert await is_ok(client, "/livez")


async def test_a_service_without_partitions_is_not_ready(toy: str, database: Database, kafka: str) -> None:
    """Before the start and after the stop it has none."""
    runtime = Runtime(a_stage(), database, kafka, lanes={"interactive": 1, "nightly": 1})
    async with asked(runtime, database) as client:
        before = await client.get("/readyz")
        async with runtime:
            await until(lambda: is_ok(client, "/readyz"))
        after = await client.get("/readyz")
    assert (before.status_code, before.text) == (after.status_code, after.text) == (503, "no partitions assigned yet")


async def test_metrics_are_the_closed_list_with_bounded_labels(toy: str, database: Database, kafka: str) -> None:
    """Each name with its help and its labels; no tenant, no uen among them; and they count."""
    event = RequestEnrichment(tenant_id=1, company=a_company("201912345K"))
    of_a_request = envelope_for(event)._replace(correlation_id=str(new_id()))
    async with at_work(a_stage(), database, kafka) as runtime, asked(runtime, database) as client:
        await publish(kafka, [(event, of_a_request)])
        await ended(database, "toy", 1)
        text = (await client.get("/metrics")).text
    families = [family for family in text_string_to_metric_families(text) if family.name.startswith("leadgen_")]
    ours = [
        family
        for family in families
        if not family.name.endswith("_created")  # the client's own: when each began
        and not family.name.startswith(OF_ONE_SERVICE)
    ]
    assert {family.name for family in ours} == set(METRICS)
    assert all(family.documentation for family in ours)
    for family in ours:
        labels = {name for sample in family.samples for name in sample.labels}
        assert labels - {"le"} <= METRICS[family.name]
    done = {"stage": "toy", "topic": RequestEnrichment.topic, "lane": "interactive", "outcome": "done"}
    counted = [sample.value for family in ours for sample in family.samples if sample.labels == done]
    assert max(counted) >= 1
    aged = {"stage": "toy", "topic": RequestEnrichment.topic}
    assert sample("leadgen_stage_request_age_seconds_count", **aged) >= 1
    assert sample("leadgen_database_connections_max", stage="toy") >= 1
    assert "201912345K" not in text
