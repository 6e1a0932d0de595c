"""The whole product on loopback: simulator, services, and PostgreSQL and Kafka, which the environment may name.

Everything starts as early as what it needs allows, and stops in the reverse order; nothing outlives this process.
"""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import Permanent
from embedded.child import Child
from embedded.hold import hold
from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.command_line.options import with_login
from leadgen.database.migrate import migrate
from leadgen.kafka.topics import create_topics
from leadgen.local.page import built_page
from leadgen.local.saved_settings import read_saved_settings, write_saved_settings
from leadgen.local.service import DidNotGetReady, Service
from leadgen.ssic import seed_ssic

#: Name, and the console script that is its deployable.
SERVICES = {
    "gateway": "leadgen-gateway",
    "upserter": "leadgen-upserter",
    "enricher": "leadgen-enricher",
    "scorer": "leadgen-scorer",
    "odoo-sync": "leadgen-odoo-sync",
    "nightly": "leadgen-nightly-stage",
}

#: Free space without which a start fails midway.
LEAST_SPACE = 300 * 2**20

Report = Callable[[str, float], None]


class NoSpace(Permanent):
    """The disk has too little room for the servers' data."""


@dataclass
class Stack:
    """The running product. `postgres` and `broker` are `None` if the environment names others."""

    database_url: str
    kafka: str
    jwt_secret: str
    environment: Mapping[str, str]
    services: dict[str, Service] = field(default_factory=dict)
    simulator: str | None = None
    postgres: Postgres | None = None
    broker: Kafka | None = None

    @property
    def gateway(self) -> str:
        """The gateway's URL."""
        return self.services["gateway"].url

    async def is_ready(self) -> None:
        """Waits until every service is ready. Raises DidNotGetReady."""
        await asyncio.gather(*(service.is_ready() for service in self.services.values()))


@asynccontextmanager
async def stack(
    folder: Path,
    *,
    report: Report = lambda what, seconds: None,
    with_simulator: bool = True,
    durable: bool = True,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Starts all parts with their data under `folder`. The services are started, but may not be ready yet.

    `settings` are environment variables for the services and the simulator. Ports and secrets are those of the last
    start on this folder. Raises LeadgenError: what is missing or wrong.
    """
    held = hold(folder / "leadgen")  # or this start would take the other's servers for somebody else's
    try:
        async with _held_stack(
            folder, report, settings or {}, with_simulator=with_simulator, durable=durable
        ) as product:
            yield product
    finally:
        os.close(held)


@asynccontextmanager
async def _held_stack(
    folder: Path, report: Report, settings: Mapping[str, str], *, with_simulator: bool, durable: bool
) -> AsyncIterator[Stack]:
    require_space(folder)
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    clock = time.perf_counter()

    def say(what: str) -> None:
        report(what, time.perf_counter() - clock)

    kept = read_saved_settings(folder)
    own_postgres = Postgres(folder / "postgres", durable=durable, port=kept.postgres_port)
    own_broker = Kafka(folder / "kafka", port=kept.kafka_port)
    # The environment may name our own servers: by what an earlier `leadgen up` printed.
    database_url = os.environ.get("DATABASE_URL") or own_postgres.url
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or own_broker.bootstrap_servers
    postgres = own_postgres if database_url == own_postgres.url else None
    broker = own_broker if bootstrap == own_broker.bootstrap_servers else None
    async with AsyncExitStack() as running:
        starts = [
            asyncio.create_task(_prepare_postgres(running, postgres, database_url, say)),
            asyncio.create_task(_prepare_kafka(running, broker, bootstrap, say)),
        ]
        try:
            await asyncio.gather(*starts)
        finally:
            await asyncio.wait(starts)  # when one fails, the other is not left half started
        write_saved_settings(
            folder, kept
        )  # now that the data is ours: another product that runs on it has its own ports
        jwt_secret = os.environ.get("GATEWAY_JWT_SECRET") or kept.jwt_secret
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "GATEWAY_JWT_SECRET": jwt_secret,
            "ODOO_CREDENTIALS_KEY": os.environ.get("ODOO_CREDENTIALS_KEY") or kept.credentials_key,
        }
        environment["WEB_FOLDER"] = built_page()
        simulator = None
        if with_simulator:
            simulator = await start_simulator(running, logs, settings)
            # These sites are ours: no need to be polite to them, nor to try https, which they do not speak.
            environment |= {"CRAWLER_PROXY": simulator, "CRAWL_DELAY_S": "0", "CRAWL_SCHEMES": "http"}
            environment["CRAWL_DELAY_MAX_S"] = "0"
            environment |= vendors_of(simulator)
            say(f"Simulator with the companies' websites on {simulator}")
        environment |= settings
        product = Stack(
            database_url,
            bootstrap,
            jwt_secret,
            environment,
            simulator=simulator,
            postgres=postgres,
            broker=broker,
        )
        for name, command in SERVICES.items():
            port = kept.gateway_port if name == "gateway" else None
            service = product.services[name] = Service(name, command, environment, logs, port=port)
            service.start()
            running.push_async_callback(service.stop)
        say(f"Services started: {', '.join(SERVICES)}; logs in {logs}")
        try:
            yield product
        finally:
            # All at once: each may take its time to finish what it has in hand.
            await asyncio.gather(*(service.stop() for service in product.services.values()))


def require_space(folder: Path, least: int = LEAST_SPACE) -> None:
    """Raises NoSpace if the disk is nearly full: servers without space fail with unclear errors."""
    free = shutil.disk_usage(folder).free
    if free < least:
        raise NoSpace(
            f"{free // 2**20} MB are free in {folder.absolute()}; PostgreSQL and Kafka need {least // 2**20}: "
            "free some, or name another folder (for `leadgen up` with --data, for the demo in TMPDIR)"
        )


def vendors_of(simulator: str) -> dict[str, str]:
    """Returns the settings by which the enricher uses the simulator instead of the real vendors. It accepts any key."""
    return {
        f"{vendor}_{what}": value
        for vendor, path in {
            "TAVILY": "tavily",
            "LUSHA": "lusha",
            "ZEROBOUNCE": "zerobounce",
            "OPENAI": "openai/v1",
        }.items()
        for what, value in (("API_KEY", "simulated"), ("BASE_URL", f"{simulator}/{path}"))
    }


async def _prepare_postgres(
    running: AsyncExitStack, ours: Postgres | None, url: str, say: Callable[[str], None]
) -> None:
    if ours is not None:
        await _start(running, ours)
        say(f"PostgreSQL on 127.0.0.1:{ours.port}")
    applied = await migrate(url)
    await seed_ssic(url)
    say(f"Schema up to date ({len(applied)} migrations applied), industry codes seeded")


async def _prepare_kafka(
    running: AsyncExitStack, ours: Kafka | None, bootstrap: str, say: Callable[[str], None]
) -> None:
    if ours is not None:
        await _start(running, ours)
        say(f"Kafka on {bootstrap}")
    await create_topics(with_login(bootstrap) if ours is None else bootstrap)
    say("Topics are there")


async def _start(running: AsyncExitStack, server: Postgres | Kafka) -> None:
    """Starts a server in a thread. A cancelled start is completed, then stopped, since a thread cannot be cancelled."""
    running.push_async_callback(asyncio.to_thread, server.stop)
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.gather(starting, return_exceptions=True)
        raise


async def start_simulator(running: AsyncExitStack, logs: Path, settings: Mapping[str, str]) -> str:
    """Starts the simulator for as long as `running` lasts, and reads its URL from the first line that it prints."""
    log = logs / "simulator.log"
    log.unlink(missing_ok=True)
    child = Child.start([Path(sys.executable).with_name("leadgen-simulator")], log=log, env={**os.environ, **settings})
    running.push_async_callback(asyncio.to_thread, child.stop)
    for _ in range(300):
        first, _, rest = log.read_text().partition("\n")
        if rest or first.endswith("}"):
            return str(json.loads(first)["url"])
        if not child.is_running():
            break
        await asyncio.sleep(0.1)
    raise DidNotGetReady(f"the simulator did not start: {log.read_text()}")
