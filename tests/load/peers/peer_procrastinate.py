"""Procrastinate: a task that writes a row and defers another task; stalled jobs are retried as its guide advises."""

import asyncio
import os

import asyncpg
import uvloop
from handing_over import obey, parts
from procrastinate import App, PsycopgConnector

DATABASE = os.environ["DATABASE_URL"]
app = App(connector=PsycopgConnector(conninfo=DATABASE))
pool: "asyncpg.Pool | None" = None


@app.task(queue="out")
async def announced(number: int) -> None:
    """Nobody works on this queue."""


@app.task(queue="in", pass_context=False)
async def handle(number: int) -> None:
    if number == int(os.environ["HANGS_AT"]):
        await pool.execute("INSERT INTO in_hand VALUES ($1)", number)
        await asyncio.Event().wait()
    await pool.execute("INSERT INTO results VALUES ($1)", number)
    await announced.defer_async(number=number)


@app.periodic(cron="* * * * * */10")
@app.task(queue="in", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context, timestamp: int) -> None:
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


async def prepare() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


async def enqueue(first: int, number: int) -> None:
    async with app.open_async():
        async for part in parts(first, number):
            await handle.batch_defer_async(*({"number": n} for n in part))


async def work() -> None:
    global pool
    pool = await asyncpg.create_pool(DATABASE, min_size=1, max_size=8)
    async with app.open_async():
        await app.run_worker_async(queues=["in"], concurrency=8)


if __name__ == "__main__":
    obey(prepare, enqueue, lambda: uvloop.run(work()))
