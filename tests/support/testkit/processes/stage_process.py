"""A stage in a process of its own: ends what comes until `count` events are ended, and prints its peak memory in MB.

python -m testkit.processes.stage_process toy DATABASE_URL KAFKA_BOOTSTRAP_SERVERS COUNT
"""

import asyncio
import sys
from pathlib import Path

from common.contracts import RequestEnrichment
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from testkit.stages import at_work, ended


async def _run(name: str, database_url: str, bootstrap_servers: str, count: int) -> None:
    stage = Stage(name)

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        return

    database = await Database.connect(database_url)
    async with at_work(stage, database, bootstrap_servers):
        await ended(database, name, count, within_s=200)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    sys.stdout.write(str(int(status["VmHWM"].split()[0]) // 1024))
