"""PgQueuer: an entrypoint that writes a row and enqueues another job."""

import asyncio
import os

import asyncpg
import uvloop
from handing_over import obey, parts
from pgqueuer import PgQueuer, Queries
from pgqueuer.db import AsyncpgDriver

DATABASE = os.environ["DATABASE_URL"]


async def prepare() -> None:
    connection = await asyncpg.connect(DATABASE)
    await Queries(AsyncpgDriver(connection)).install()
    await connection.close()


async def enqueue(first: int, number: int) -> None:
    connection = await asyncpg.connect(DATABASE)
    queries = Queries(AsyncpgDriver(connection))
    async for part in parts(first, number):
        payloads = [str(n).encode() for n in part]
        await queries.enqueue(["in"] * len(payloads), payloads, [0] * len(payloads))
    await connection.close()


async def work() -> None:
    pool = await asyncpg.create_pool(DATABASE, min_size=1, max_size=8)
    driver = AsyncpgDriver(await asyncpg.connect(DATABASE))
    queries, worker = Queries(driver), PgQueuer(driver)

    @worker.entrypoint("in")
    async def handle(job) -> None:
        number = int(job.payload)
        if number == int(os.environ["HANGS_AT"]):
            await pool.execute("INSERT INTO in_hand VALUES ($1)", number)
            await asyncio.Event().wait()
        await pool.execute("INSERT INTO results VALUES ($1)", number)
        await queries.enqueue("out", job.payload)

    await worker.run()


if __name__ == "__main__":
    obey(prepare, enqueue, lambda: uvloop.run(work()))
