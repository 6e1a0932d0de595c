"""A gateway as a separate process, with rate limits that no measurement reaches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadgen.bench.harness.servers import Servers
from leadgen.local.service import Service

SECRET = "the secret of this measurement, long enough"  # noqa: S105 - of a database that is dropped


@asynccontextmanager
async def gateway_process(its: Servers, name: str, **settings: str) -> AsyncIterator[Service]:
    """Runs a gateway, and yields it when it is ready."""
    environment = {
        "GATEWAY_JWT_SECRET": SECRET,
        "REQUESTS_PER_MINUTE": "100000000",
        "TENANT_REQUESTS_PER_MINUTE": "100000000",
        "TENANT_REQUESTS_PER_MINUTE_AND_REPLICA": "100000000",
        "DATABASE_URL": its.database_url,
        "KAFKA_BOOTSTRAP_SERVERS": its.bootstrap_servers,
        **settings,
    }
    gateway = Service(name, "leadgen-gateway", environment, its.folder)
    gateway.start()
    try:
        await gateway.is_ready()
        yield gateway
    finally:
        await gateway.stop()
