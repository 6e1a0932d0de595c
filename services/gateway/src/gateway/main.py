"""Wires the gateway and serves it until SIGTERM."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from common import asyncapi, health, logs
from common.contracts import EVENTS
from common.gauges import keep_gauges
from common.relay import Relay
from common.service import connect, http_server, to_the_end
from common.settings import read_for_service
from gateway.access.authentication import Authentication
from gateway.access.rates import Rate, Rates
from gateway.access.tenants import Tenants
from gateway.api import application
from gateway.classification import Classification
from gateway.dependencies import Dependencies
from gateway.edge.cross_origin import admit_origins, origins_of
from gateway.feed import Feed
from gateway.icp_changes import IcpChanges
from gateway.lists.keeper import keep_lists
from gateway.questions.answering import Questions
from gateway.replies import Replies
from gateway.requests import SERVICE, Requests
from gateway.settings import GatewaySettings


def main() -> None:
    """Console script of the service."""
    settings = read_for_service(GatewaySettings, "leadgen-gateway")
    logs.configure(SERVICE, settings.log_level)
    to_the_end(serve(settings))


async def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    with health.metrics_served(settings.http_host, settings.metrics_port):
        async with gateway(settings) as app:
            await http_server(for_browsers(app, settings), settings).serve()


def for_browsers(app: ASGIApp, settings: GatewaySettings) -> ASGIApp:
    """Admits the pages of other origins that the settings name."""
    return admit_origins(app, origins_of(settings.cors_origins))


@asynccontextmanager
async def gateway(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """Builds the application. It needs the database to start, and works without Kafka until Kafka is back."""
    database = await connect(SERVICE, settings.database_url, size=20)
    feed = Feed(settings.kafka_bootstrap_servers)
    relay = Relay(database, settings.kafka_bootstrap_servers, SERVICE)
    gauges = asyncio.create_task(keep_gauges(database, SERVICE), name="gauges")
    lists = asyncio.create_task(keep_lists(database), name="lists")
    tenants, requests, classification = Tenants(database), Requests(database, relay), Classification(database)
    icp_changes = IcpChanges(database, requests, tenants)
    dependencies = Dependencies(
        settings,
        Authentication(settings.gateway_jwt_secret),
        tenants,
        Rates(database, each=Rate(settings.tenant_requests_per_minute), everyone=Rate(settings.requests_per_minute)),
        requests,
        feed,
        classification,
        database,
        icp_changes,
        Replies(settings, requests, feed, Questions(database, classification, icp_changes)),
    )
    probes = [
        *health.routes(
            live=[health.tasks_run(lambda: [feed.task, relay.task, gauges, lists])],
            ready=[health.database_answers(database), feed.is_connected],
        ),
        health.metrics_route(),  # not open in permissions.py: on this port it needs a credential
        asyncapi.route("Leadgen", EVENTS, EVENTS),
    ]
    try:
        await dependencies.classification.load_at_start()
        async with feed, relay:
            yield application(dependencies, probes)
    finally:
        for task in (gauges, lists):
            task.cancel()
        await asyncio.gather(gauges, lists, return_exceptions=True)
        await database.close()
