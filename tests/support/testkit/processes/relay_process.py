"""A relay of the scorer's outbox in a process of its own, until it is killed.

python -m testkit.processes.relay_process DATABASE_URL KAFKA_BOOTSTRAP_SERVERS
"""

import asyncio
import sys

from common.delivery.outbox.relay import Relay
from common.postgres import Database


async def _run(database_url: str, bootstrap_servers: str) -> None:
    database = await Database.connect(database_url, size=2)
    async with Relay(database, bootstrap_servers, "scorer"):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], sys.argv[2]))
