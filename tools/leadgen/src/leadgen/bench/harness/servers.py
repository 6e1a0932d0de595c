"""PostgreSQL, Kafka and a folder for one measurement: started for the run, or on named servers.

DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS in the environment name servers; a bench then makes and drops its own database
on the former and uses the latter's topics.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg

from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.database.migrate import migrate
from leadgen.kafka.topics import create_topics


class Servers(NamedTuple):
    """A migrated database, with its owner's rights; a broker with the topics; a folder for logs."""

    database_url: str
    bootstrap_servers: str
    folder: Path


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Yields the servers that most measurements need."""
    with temporary_folder() as folder:
        async with database(folder) as database_url, _broker(folder) as bootstrap_servers:
            yield Servers(database_url, bootstrap_servers, folder)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yields a folder for data and logs, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadgen-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[str]:
    """Yields the URL of a migrated database, on the server in DATABASE_URL or on one started for it."""
    if given := os.environ.get("DATABASE_URL"):
        owner = await asyncpg.connect(given)
        name = f"bench_{os.getpid()}"
        await owner.execute(f"CREATE DATABASE {name}")
        try:
            url = given.rsplit("/", 1)[0] + f"/{name}"
            await migrate(url)
            yield url
        finally:
            await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await owner.close()
        return
    server = Postgres(folder / "postgres", durable=False)
    await asyncio.to_thread(server.start)
    try:
        await migrate(server.url)
        yield server.url
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[str]:
    """Yields the address of a broker with the topics."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        await create_topics(given)
        yield given
        return
    server = Kafka(folder / "kafka")
    await asyncio.to_thread(server.start)
    try:
        await create_topics(server.bootstrap_servers)
        yield server.bootstrap_servers
    finally:
        await asyncio.to_thread(server.stop)
