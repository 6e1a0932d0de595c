"""Two companies whose people are forgotten, with all stages at work."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

import asyncpg
import pytest
from typer.testing import CliRunner

from common.cloudevents import Envelope
from common.contracts import CompanyEnriched, Event, LeadScored, RequestEnrichment
from common.errors import Unavailable
from common.postgres import Database
from common.runtime import Runtime
from leadgen.cli import app
from leadgen.forget.running import Report, forget
from leadgen.forget.subject import Subject, parse
from leadgen.kafka.topics import read_topics
from testkit.stages import (
    at_work,
    ended,
    envelope_for,
    is_all_taken_in,
    publish,
    records_of,
    until,
)

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Deliveries: TypeAlias = list[tuple[Event, Envelope]]
TENANTS = (1, 2)
PATIENCE_S = 240
RERUNS = ((CompanyEnriched.topic, "scorer"), (CompanyEnriched.topic, "upserter"), (LeadScored.topic, "odoo-sync"))
TABLES = """
    SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'staging%' ORDER BY 1
"""


@dataclass(frozen=True)
class Scene:
    """Both companies, enriched, scored and synced for both tenants, and a way to have the stages at work."""

    owner: Owner
    database: Database
    database_url: str
    kafka: str
    line: Any
    companies: list[Any]

    @asynccontextmanager
    async def stages(self) -> AsyncIterator[dict[str, Runtime]]:
        """All stages at work."""
        async with AsyncExitStack() as open_:
            yield {
                name: await open_.enter_async_context(at_work(stage, self.database, self.kafka))
                for name, stage in self.line.stages.items()
            }

    async def visit(self, runtimes: Mapping[str, Runtime], **envelope: Any) -> None:
        """Has each company visited for each tenant, and waits until all stages are done with it."""
        events: Deliveries = [
            (event, envelope_for(event)._replace(**envelope))
            for company in self.companies
            for tenant in TENANTS
            for event in [RequestEnrichment(tenant_id=tenant, company=company)]
        ]
        await self.send(runtimes, events)

    async def send(self, runtimes: Mapping[str, Runtime], events: Deliveries) -> None:
        """Sends events, and waits until all stages are done with what follows."""
        await publish(self.kafka, events)
        await self.at_rest(runtimes)

    async def at_rest(self, runtimes: Mapping[str, Runtime]) -> None:
        for name in ("enricher", "upserter", "scorer", "odoo-sync"):
            await until(partial(is_all_taken_in, runtimes[name]), within_s=PATIENCE_S)
            await ended(self.database, name, 1, within_s=PATIENCE_S)

    async def forget(self, subject: Subject, *, is_dry: bool = False) -> Report:
        return await forget(
            self.database_url, self.kafka, subject, operator="ops", is_dry=is_dry, known_within=timedelta(0)
        )

    async def places_of(self, *texts: str) -> set[str]:
        """The tables in which one of these texts stands anywhere, unpacked if need be."""
        wanted = [text.lower() for text in texts]
        found = set()
        for table in await self.owner.fetch(TABLES):
            for row in await self.owner.fetch(f'SELECT * FROM "{table["name"]}"'):
                contents = " ".join(map(_text, row.values())).lower()
                if any(text in contents for text in wanted):
                    found.add(table["name"])
        return found

    async def messages_with(self, text: str) -> dict[str, int]:
        """Counts the messages that hold the text, by topic."""
        found = await records_of(self.kafka, [topic.name for topic in read_topics().wanted()])
        counts = {
            topic: sum(text.encode() in (record.value or b"").lower() for record in records)
            for topic, records in found.items()
        }
        return {topic: count for topic, count in counts.items() if count}

    async def rerun(self) -> None:
        """Has all messages with contacts handled again, by `leadgen replay`."""
        for topic, consumer in RERUNS:
            command = ["replay", "--topic", topic, "--into", consumer, "--rerun", "--reason", "a test", "--yes"]
            environment: dict[str, str | None] = {
                "DATABASE_URL": self.database_url,
                "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            }
            played = await asyncio.to_thread(
                CliRunner().invoke, app, [*command, "--wait", f"{PATIENCE_S}"], env=environment
            )
            assert played.exit_code == 0, played.output

    async def forget_and_be_killed(self, email: str) -> None:
        """Ends the run's connection where it waits for a lock on the last table."""
        blocker = await asyncpg.connect(self.database_url)
        try:
            async with blocker.transaction():
                await blocker.execute("LOCK TABLE contacts IN EXCLUSIVE MODE")  # may be read
                killed = asyncio.create_task(self.forget(parse(email)))
                await until(partial(_kill_blocked, self.owner), within_s=PATIENCE_S)
                with pytest.raises(Unavailable):
                    await killed
        finally:
            await blocker.close()


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("utf-8", "replace")


async def _kill_blocked(owner: Owner) -> bool:
    return bool(
        await owner.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%\"contacts\"%'"
        )
    )
