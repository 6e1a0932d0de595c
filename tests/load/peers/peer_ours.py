"""Leadgen as a peer: a stage with one handler, run as every service of the product is."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaProducer
from handing_over import obey, parts

from common.contracts import Company, LeadSynced, RequestEnrichment
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Database
from common.service import run
from common.settings import StageSettings
from leadgen.bench.harness.publishing import record, send
from leadgen.database.migrate import migrate
from leadgen.kafka.topics import create_topics

DATABASE, KAFKA = os.environ["DATABASE_URL"], os.environ["KAFKA_BOOTSTRAP_SERVERS"]


async def prepare() -> None:
    await migrate(DATABASE)
    await create_topics(KAFKA)
    owner = await asyncpg.connect(DATABASE)
    await owner.execute("CALL add_stage('peer'); GRANT ALL ON results, in_hand TO leadgen_peer")
    await owner.close()


async def enqueue(first: int, number: int) -> None:
    async with AIOKafkaProducer(bootstrap_servers=KAFKA, acks="all") as producer:
        async for part in parts(first, number):
            for n in part:
                company = Company(company_id=n, uen=f"T{n}", name=f"Company {n}")
                await send(producer, record(RequestEnrichment(tenant_id=1, company=company), "interactive"))
            await producer.flush()


@asynccontextmanager
async def compose(_: Database) -> AsyncIterator[Stage]:
    stage = Stage("peer")

    @stage.handles(RequestEnrichment)
    async def handle(work: Work[RequestEnrichment]) -> None:
        number = work.event.company.company_id
        if number == int(os.environ["HANGS_AT"]):
            async with work.reading() as tx:
                await tx.execute("INSERT INTO in_hand VALUES ($1)", number)
            await asyncio.Event().wait()
        async with work.finish() as tx:
            await tx.execute("INSERT INTO results VALUES ($1)", number)
            work.announce(LeadSynced(tenant_id=1, company=work.event.company, outcome="no_connection"))

    yield stage


if __name__ == "__main__":
    obey(prepare, enqueue, lambda: run("peer", StageSettings(), compose, interactive=8, nightly=8))
