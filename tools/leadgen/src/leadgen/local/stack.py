"""The whole product on loopback: PostgreSQL and Kafka (ours, or those that the environment names), simulator, services.

Everything starts as early as what it needs allows, and stops in the reverse order; nothing outlives this process.
"""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from embedded.child import Child
from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.local.service import DidNotGetReady, Service
from leadgen.migrate import migrate
from leadgen.ssic import seed_ssic
from leadgen.topics import create_topics

#: Name, and the console script that is its deployable.
SERVICES = {
    "gateway": "leadgen-gateway",
    "upserter": "leadgen-upserter",
    "enricher": "leadgen-enricher",
    "scorer": "leadgen-scorer",
    "odoo-sync": "leadgen-odoo-sync",
}

Tell = Callable[[str, float], None]


@dataclass
class Stack:
    """The running product."""

    database_url: str
    kafka: str
    jwt_secret: str
    environment: Mapping[str, str]
    services: dict[str, Service] = field(default_factory=dict)
    simulator: str | None = None

    @property
    def gateway(self) -> str:
        """The gateway's URL."""
        return self.services["gateway"].url

    async def is_ready(self) -> None:
        """Returns when every service is ready. Raises DidNotGetReady."""
        await asyncio.gather(*(service.is_ready() for service in self.services.values()))


@asynccontextmanager
async def stack(
    folder: Path,
    *,
    tell: Tell = lambda what, seconds: None,
    with_simulator: bool = True,
    durable: bool = True,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Starts all parts with their data under `folder`. The services are started, but perhaps not ready yet.

    `settings` are environment variables for the services. Raises LeadgenError, saying what is missing or wrong.
    """
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    clock = time.perf_counter()

    def say(what: str) -> None:
        tell(what, time.perf_counter() - clock)

    async with AsyncExitStack() as running:
        database_url, bootstrap = await asyncio.gather(
            _postgres(running, folder, durable, say), _kafka(running, folder, say)
        )
        await create_topics(bootstrap)
        say("Topics are there")
        jwt_secret = os.environ.get("GATEWAY_JWT_SECRET") or secrets.token_urlsafe(32)
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "GATEWAY_JWT_SECRET": jwt_secret,
            "ODOO_CREDENTIALS_KEY": os.environ.get("ODOO_CREDENTIALS_KEY") or Fernet.generate_key().decode(),
        }
        simulator = None
        if with_simulator:
            simulator = await _simulator(running, logs)
            # These sites are ours: no need to be polite to them, nor to try https, which they do not speak.
            environment |= {"CRAWLER_PROXY": simulator, "CRAWL_DELAY_S": "0", "CRAWL_SCHEMES": "http"}
            say(f"Simulator with the companies' websites on {simulator}")
        environment |= settings or {}
        product = Stack(database_url, bootstrap, jwt_secret, environment, simulator=simulator)
        for name, command in SERVICES.items():
            service = product.services[name] = Service(name, command, environment, logs)
            service.start()
            running.push_async_callback(service.stop)
        say(f"Services started: {', '.join(SERVICES)}; logs in {logs}")
        yield product
        # All at once: each may take its time to finish what it has in hand.
        await asyncio.gather(*(service.stop() for service in product.services.values()))


async def _postgres(running: AsyncExitStack, folder: Path, durable: bool, say: Callable[[str], None]) -> str:
    if not (url := os.environ.get("DATABASE_URL")):
        server = Postgres(folder / "postgres", durable=durable)
        await asyncio.to_thread(server.start)
        running.push_async_callback(asyncio.to_thread, server.stop)
        url = server.url
        say(f"PostgreSQL on 127.0.0.1:{server.port}")
    applied = await migrate(url)
    await seed_ssic(url)
    say(f"Schema up to date ({len(applied)} migrations applied), industry codes seeded")
    return url


async def _kafka(running: AsyncExitStack, folder: Path, say: Callable[[str], None]) -> str:
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return given
    server = Kafka(folder / "kafka")
    await asyncio.to_thread(server.start)
    running.push_async_callback(asyncio.to_thread, server.stop)
    say(f"Kafka on {server.bootstrap_servers}")
    return server.bootstrap_servers


async def _simulator(running: AsyncExitStack, logs: Path) -> str:
    """Starts it and reads its URL from the first line that it prints."""
    log = logs / "simulator.log"
    log.unlink(missing_ok=True)
    child = Child.start([Path(sys.executable).with_name("leadgen-simulator")], log=log)
    running.push_async_callback(asyncio.to_thread, child.stop)
    for _ in range(300):
        first, _, rest = log.read_text().partition("\n")
        if rest or first.endswith("}"):
            return str(json.loads(first)["url"])
        if not child.is_running():
            break
        await asyncio.sleep(0.1)
    raise DidNotGetReady(f"the simulator did not start: {log.read_text()}")
