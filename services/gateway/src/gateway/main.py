"""Wires the gateway and serves it until SIGTERM."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from common import asyncapi
from common.contracts import EVENTS
from common.delivery.gauges import keep_gauges
from common.delivery.outbox.relay import Relay
from common.forgotten.suppression import ReadSuppression
from common.http import health
from common.http.http_server import http_server
from common.http.request_spans import RequestSpans
from common.observability import logs
from common.postgres import Database
from common.service import connect, recorded_spans, run_until_exit
from common.settings import read_for_service
from gateway.access.api_keys import ApiKeys
from gateway.access.authentication import Authentication
from gateway.access.oidc_tokens import OidcRules, OidcTokens
from gateway.access.signing_keys import SigningKeys
from gateway.access.tenants import Tenants
from gateway.access.users import Users
from gateway.agent.executor import Agent
from gateway.api import application
from gateway.dependencies import Dependencies
from gateway.http.cross_origin import admit_origins, origins_of
from gateway.icp.changes import IcpChanges
from gateway.industries.classification import Classification
from gateway.lists.keeper import keep_lists
from gateway.messaging.feed import Feed
from gateway.messaging.requests import SERVICE, Requests
from gateway.questions.answering import Questions
from gateway.rates.rate import Rate
from gateway.rates.replica_rates import ReplicaRates
from gateway.rates.shared_rates import Rates
from gateway.replies import Replies
from gateway.settings import GatewaySettings

log = structlog.get_logger(__name__)


def main() -> None:
    """Console script of the service."""
    settings = read_for_service(GatewaySettings, "leadgen-gateway")
    if (fault := settings.fault()) is not None:
        sys.stderr.write(f"{fault} (see .env.example)\n")
        raise SystemExit(2)
    logs.configure(SERVICE, settings.log_level)
    with recorded_spans(SERVICE, settings):
        run_until_exit(serve(settings))


async def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    async with health.metrics_served(settings), gateway(settings) as app:
        await http_server(RequestSpans(for_browsers(app, settings)), settings).serve()


def for_browsers(app: ASGIApp, settings: GatewaySettings) -> ASGIApp:
    """Allows the origins in the settings to call the gateway from a browser."""
    return admit_origins(app, origins_of(settings.cors_origins))


@asynccontextmanager
async def gateway(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """Builds the application. It needs the database to start; it starts without Kafka and uses it when it is back."""
    database = await connect(SERVICE, settings, size=20)
    feed = Feed(settings.kafka, ReadSuppression(database))
    relay = Relay(database, settings.kafka, SERVICE)
    gauges = asyncio.create_task(keep_gauges(database, SERVICE), name="gauges")
    lists = asyncio.create_task(keep_lists(database, feed.facts_came), name="lists")
    api_keys, users = ApiKeys(database), Users(database)
    recorder = asyncio.create_task(api_keys.keep_recording_use(), name="use of API keys")
    oidc = _oidc_tokens(settings)
    tenants, requests, classification = Tenants(database), Requests(database, relay), Classification(database)
    icp_changes = IcpChanges(database, requests, tenants)
    questions = Questions(database, classification, icp_changes)
    replies = Replies(settings, requests, feed, questions)
    agent = Agent(database, tenants, replies, questions)
    rates = _rates(database, settings)
    dependencies = Dependencies(
        settings,
        _authentication(settings, api_keys, users, oidc),
        api_keys,
        users,
        tenants,
        rates,
        ReplicaRates(Rate(settings.tenant_requests_per_minute_and_replica)),
        requests,
        feed,
        classification,
        database,
        icp_changes,
        replies,
        agent,
    )
    probes = [
        *health.routes(
            live=[health.tasks_run(lambda: [feed.task, relay.task, gauges, lists, recorder])],
            ready=[health.database_answers(database), feed.is_connected],
        ),
        health.metrics_route(),  # not open in permissions.py: on this port it needs a credential
        asyncapi.route("Leadgen", EVENTS, EVENTS),
    ]
    try:
        await dependencies.classification.load_at_start()
        async with feed, relay, agent:
            yield application(dependencies, probes)
    finally:
        for task in (gauges, lists, recorder):
            task.cancel()
        await asyncio.gather(gauges, lists, recorder, return_exceptions=True)
        await api_keys.record_use()
        await rates.close()
        if oidc is not None:
            await oidc.keys.close()
        await database.close()


def _rates(database: Database, settings: GatewaySettings) -> Rates:
    per_subject = settings.subject_requests_per_minute
    return Rates(
        database,
        each=Rate(settings.tenant_requests_per_minute),
        everyone=Rate(settings.requests_per_minute),
        per_subject=Rate(per_subject) if per_subject else None,
    )


def _oidc_tokens(settings: GatewaySettings) -> OidcTokens | None:
    """Builds the check of OIDC tokens and fetches the issuer's keys in the background; `None` without an issuer."""
    if not settings.oidc_issuer:
        return None
    rules = OidcRules(
        settings.oidc_issuer,
        settings.oidc_audience,
        settings.oidc_clock_skew_s,
        settings.oidc_subject_claim,
        settings.oidc_tenant_claim,
        settings.oidc_role_claim,
    )
    keys = SigningKeys(settings.oidc_issuer, settings.oidc_jwks_url)
    keys.refresh()
    return OidcTokens(rules, keys)


def _authentication(
    settings: GatewaySettings, api_keys: ApiKeys, users: Users, oidc: OidcTokens | None
) -> Authentication:
    if settings.is_production and settings.gateway_jwt_secret:
        log.warning("local_tokens_refused", reason="APP_ENV is production: GATEWAY_JWT_SECRET is not used")
    return Authentication(
        api_keys,
        users,
        secret=settings.local_token_secret,
        oidc=oidc,
        no_local_tokens="APP_ENV is production" if settings.is_production else "GATEWAY_JWT_SECRET is not set",
    )
