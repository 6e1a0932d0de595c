"""The whole product as processes, started once per run of `make test-whole`; each test has tenants of its own.

It has a PostgreSQL, a Kafka and a register of its own, so that nothing of other tests takes part.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.audit.command import as_text
from leadgen.chat_client import ChatEvent, chat
from leadgen.kafka.topics import LISTENER, read_topics
from leadgen.load import load_generated
from leadgen.local.service import Service
from leadgen.local.stack import SERVICES, Stack, stack
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token
from testkit.stages import until

ROWS, SEED = 20_000, 65

SETTINGS = {
    "INBOX_LEASE_S": "3",  # what a killed process held is free again after that
    "UPSERT_MAX_PER_JOB": "500",  # so that one night is not enough for Manufacturing
    "STAGING_BATCH_SIZE": "200",
    "SCHED_REQUIRE_ODOO": "false",
    "CHAT_TIMEOUT_S": "300",  # a chat that is cut short tells no last score, and a busy machine needs longer
}

Lead: TypeAlias = tuple[str, float, str, str]

LEADS = """
    SELECT uen, score, bucket, rationale
      FROM lead_scores JOIN companies USING (company_id) WHERE tenant_id = $1 ORDER BY uen
"""
LINKED = "SELECT count(*) FROM odoo_links WHERE tenant_id = $1"
UNFINISHED = """
    SELECT concat_ws(' ', 'inbox of', consumer, topic, phase, error) AS place, count(*) AS rows
      FROM inbox WHERE state = 'open' GROUP BY 1
     UNION ALL
    SELECT 'outbox of ' || producer, count(*) FROM outbox GROUP BY 1
"""

_numbers = count(101)


class Rep:
    """Someone of a tenant, talking to the gateway."""

    def __init__(self, product: "Product", tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.token = token(product.stack.jwt_secret, tenant_id, "rep@example.com")
        self._product = product

    def chat(self, message: str) -> AsyncIterator[ChatEvent]:
        """Yields the gateway's stream as it comes."""
        return chat(self._product.http, self._product.stack.gateway, self.token, message)

    async def ask(self, method: str, path: str, **body: object) -> httpx.Response:
        """Any other request."""
        return await self._product.http.request(
            method,
            f"{self._product.stack.gateway}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            json=body or None,
            timeout=30,
        )

    async def leads(self) -> list[Lead]:
        """The scored leads of the tenant, as they stand in the database."""
        return [tuple(row) for row in await self._product.fetch(LEADS, self.tenant_id)]

    async def leads_when_done(self, expected: int, *, within_s: float = 240) -> list[Lead]:
        """The leads once there are as many, and all have gone on to odoo-sync."""

        async def are_there() -> bool:
            ((linked,),) = await self._product.fetch(LINKED, self.tenant_id)
            return bool(linked >= expected)

        await until(are_there, within_s=within_s)
        return await self.leads()


class Product:
    """The running product, and what a test may look at and do to it."""

    def __init__(self, running: Stack, http: httpx.AsyncClient) -> None:
        self.stack = running
        self.http = http
        #: When parts were killed: answers of vendors may be lost then.
        self.kills: list[datetime] = []

    def kills_now(self, kill: Callable[[], None]) -> None:
        """Kills a part by this function, and notes when."""
        self.kills.append(datetime.now(UTC))
        kill()

    async def rep(self) -> Rep:
        """Someone of a new tenant."""
        tenant_id = next(_numbers)
        await add_tenant(self.stack.database_url, tenant_id, f"Tenant {tenant_id}")
        return Rep(self, tenant_id)

    def service(self, name: str) -> Service:
        return self.stack.services[name]

    def script(self, name: str) -> tuple[Path, dict[str, str]]:
        """A console script of ours, and the environment to run it in beside the product."""
        return Path(sys.executable).with_name(name), {**os.environ, **self.stack.environment}

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Asked as the tables' owner, whom no policy hides a row from, on a connection that no outage has broken."""
        connection = await asyncpg.connect(self.stack.database_url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    async def is_quiet(self) -> bool:
        """Nothing left to do, nothing left to tell, nothing under way from one to the other."""
        return not await self._unfinished()

    async def is_at_rest(self, *, within_s: float = 240) -> None:
        """Returns when it is quiet; fails with what is unfinished then."""
        try:
            await until(self.is_quiet, within_s=within_s)
        except AssertionError as error:
            error.add_note(f"unfinished: {await self._unfinished()}")
            raise

    async def _unfinished(self) -> dict[str, int]:
        """Counts the open work: by inbox and topic, by outbox, and by group of consumers what is in no inbox yet."""
        unfinished = await self._in_database()
        return unfinished or await self._lag() or await self._in_database()

    async def _in_database(self) -> dict[str, int]:
        return {row["place"]: row["rows"] for row in await self.fetch(UNFINISHED)}

    async def _lag(self) -> dict[str, int]:
        """Counts by group the messages that stand in Kafka and are in no inbox yet."""
        topics = read_topics()
        groups = {consumer for topic in topics.topics.values() for consumer in topic.consumers} & set(SERVICES)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.stack.kafka)
        reader = AIOKafkaConsumer(bootstrap_servers=self.stack.kafka)
        try:
            await admin.start()
            await reader.start()
            lag: Counter[str] = Counter()
            for group in groups - {LISTENER}:
                held = await admin.list_consumer_group_offsets(group)
                places = [
                    TopicPartition(name, number)
                    for name, topic in topics.topics.items()
                    if group in topic.consumers
                    for number in range(topic.partitions or topics.defaults.partitions)
                ]
                for place, end in (await reader.end_offsets(places)).items():
                    lag[f"lag of {group}"] += end - max(0, held[place].offset if place in held else 0)
        finally:
            await reader.stop()
            await admin.close()
        return {group: messages for group, messages in lag.items() if messages}

    async def comes_to_rest(self, *, within_s: float = 240) -> None:
        """Returns when all work is done. Fails with what an audit of everything until now finds."""
        await self.is_at_rest(within_s=within_s)
        report = await audit(
            self.stack.database_url,
            self.stack.kafka,
            Scope(patience_s=0),
            simulator=self.stack.simulator,
            kills=self.kills,
        )
        assert report.is_clean, as_text(report)


@pytest.fixture(scope="session")
async def running_product(product_folder: Path) -> AsyncIterator[Product]:
    """Everything, ready, with a register of 20,000 made-up companies."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "GATEWAY_JWT_SECRET"):
            environment.delenv(name, raising=False)
        async with (
            # No connection is used again: the gateway may be ending an idle one at that moment.
            httpx.AsyncClient(
                trust_env=False, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
            ) as http,
            stack(product_folder, durable=False, settings=SETTINGS) as running,
        ):
            await load_generated(ROWS, SEED, running.database_url, rejects=product_folder / "rejects.csv")
            await running.is_ready()
            yield Product(running, http)


@pytest.fixture
async def product(running_product: Product) -> Product:
    """The product with every service ready and at rest, whatever was done to it before.

    A server that an earlier test failed to start again is started here: its fault stays that test's.
    """
    for server in (running_product.stack.postgres, running_product.stack.broker):
        if server is not None and not server.is_running():
            await asyncio.to_thread(server.start)
    await running_product.stack.is_ready()
    await running_product.is_at_rest()
    return running_product
