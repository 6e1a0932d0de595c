"""Wires the gateway and serves it until SIGTERM."""

import asyncio
import signal

import uvicorn

from common import health, logs
from common.gauges import keep_gauges
from common.outbox import Relay
from common.service import connect
from common.settings import read
from gateway.access import Tenants
from gateway.api import Parts, application
from gateway.feed import Feed
from gateway.requests import SERVICE, Requests
from gateway.settings import GatewaySettings


def main() -> None:
    """The console script."""
    settings = read(GatewaySettings)
    logs.configure(SERVICE, settings.log_level)
    asyncio.run(serve(settings))


async def serve(settings: GatewaySettings) -> None:
    """Serves; it needs the database to start, and works without Kafka until Kafka is back."""
    # uvicorn raises the signals that it caught once more when it is done: by then they have had their effect.
    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, lambda *_: None)
    database = await connect(SERVICE, settings.database_url, size=20)
    feed = Feed(settings.kafka_bootstrap_servers)
    relay = Relay(database, settings.kafka_bootstrap_servers, SERVICE)

    async def hears_facts() -> str | None:
        return None if feed.is_reading else "the feed of facts is not connected to Kafka"

    app = application()
    app.state.database = database
    app.state.parts = Parts(
        settings=settings,
        tenants=Tenants(database),
        requests=Requests(database, relay),
        feed=feed,
        live=[health.tasks_run(lambda: [feed.task, relay.task, gauges])],
        ready=[health.database_answers(database), hears_facts],
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app, settings.http_host, settings.http_port, log_config=None, access_log=False, timeout_graceful_shutdown=10
        )
    )
    gauges = asyncio.create_task(keep_gauges(database, SERVICE), name="gauges")
    try:
        async with feed.running(), relay:
            await server.serve()
    finally:
        gauges.cancel()
        await asyncio.gather(gauges, return_exceptions=True)
        await database.close()
