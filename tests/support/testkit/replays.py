"""`leadgen replay` into the enricher: the command, the requests that it plays, and what was handled."""

import asyncio

import asyncpg
from typer.testing import CliRunner, Result

from common.cloudevents import Envelope
from common.contracts import RequestEnrichment
from leadgen.cli import app
from testkit.stages import a_company, envelope_for

TOPIC = RequestEnrichment.topic
HANDLED = "SELECT tenant_id, uen, event_id, replay_id, lane, afresh, name FROM handled ORDER BY at"


def a_request(tenant_id: int, uen: str, name: str = "") -> RequestEnrichment:
    return RequestEnrichment(tenant_id=tenant_id, company=a_company(uen, name=name or f"Company {uen}"))


def requests(count: int, tenant_id: int = 1, keys: int = 5) -> list[tuple[RequestEnrichment, Envelope]]:
    """Events of a few companies in turn; the name says which of its company it is."""
    events = [a_request(tenant_id, f"20190000{n % keys}K", f"{n // keys:03}") for n in range(count)]
    return [(event, envelope_for(event)) for event in events]


async def leadgen(*arguments: str, database_url: str, kafka: str) -> Result:
    """Runs the command in a thread, as it would run in a process."""
    environment = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka}
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, [*arguments], env=environment))


def into_enricher(*options: str) -> list[str]:
    return ["replay", "--topic", TOPIC, "--into", "enricher", "--wait", "60", *options]


def in_order(rows: list[asyncpg.Record]) -> bool:
    """Whether each company's events come in the order in which they were announced."""
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row["uen"], []).append(row["name"])
    return all(some == sorted(some) for some in names.values())
