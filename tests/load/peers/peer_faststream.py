"""FastStream over Kafka, bare: a handler that writes a row and publishes a message, with the defaults."""

import asyncio
import os

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from faststream import FastStream
from faststream.kafka import KafkaBroker
from handing_over import obey, parts

DATABASE, KAFKA = os.environ["DATABASE_URL"], os.environ["KAFKA_BOOTSTRAP_SERVERS"]


async def prepare() -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=KAFKA)
    await admin.start()
    await admin.create_topics([NewTopic(name, 6, 1) for name in ("peers.in", "peers.out")])
    await admin.close()


async def enqueue(first: int, number: int) -> None:
    async with AIOKafkaProducer(bootstrap_servers=KAFKA, acks="all") as producer:
        async for part in parts(first, number):
            for n in part:
                await producer.send("peers.in", str(n).encode(), key=str(n).encode())
            await producer.flush()


async def work() -> None:
    pool = await asyncpg.create_pool(DATABASE, min_size=1, max_size=8)
    broker = KafkaBroker(KAFKA, logger=None)

    @broker.subscriber("peers.in", group_id="peers", auto_offset_reset="earliest")
    async def handle(number: int) -> None:
        if number == int(os.environ["HANGS_AT"]):
            await pool.execute("INSERT INTO in_hand VALUES ($1)", number)
            await asyncio.Event().wait()
        await pool.execute("INSERT INTO results VALUES ($1)", number)
        await broker.publish(str(number), "peers.out", key=str(number).encode())

    await FastStream(broker).run()


if __name__ == "__main__":
    obey(prepare, enqueue, lambda: uvloop.run(work()))
