"""The nightly pass: announces a refresh of the register and every queued job, and maintains the inbox partitions.

Each tenant is announced in a transaction of its own. The relay sends the outbox; the caller waits for it.
"""

import asyncio
import time
from collections.abc import Collection
from datetime import date

import asyncpg

from common.contracts import RefreshRegister
from common.errors import LeadgenError
from common.outbox import announce
from common.postgres import Database
from nightly import tables
from nightly.model import Tenant, midnight_of, nightly_announcement, select_tenants, upsert_request
from nightly.summary import PartitionOutcome, Summary, TenantOutcome

PRODUCER = "nightly"


async def publish_queued_jobs(
    database: Database,
    *,
    night: date,
    include: Collection[int] = (),
    exclude: Collection[int] = (),
    concurrency: int = 3,
) -> Summary:
    """Announces a refresh and every queued job of the selected tenants. May be repeated.

    A tenant that fails, or that is in `include` but not active, is reported in the summary. The others go on.
    Raises Unavailable when the tenants cannot be listed.
    """
    began = time.perf_counter()
    async with database.without_tenant() as tx:
        active = await tables.active_tenants(tx)
        services = await tables.consumers(tx)
        await announce(tx, PRODUCER, [nightly_announcement(RefreshRegister(), night)])
    slots = asyncio.Semaphore(concurrency)

    async def publish(tenant: Tenant) -> TenantOutcome:
        async with slots:
            return await _publish(database, tenant, night)

    outcomes = await asyncio.gather(*(publish(tenant) for tenant in select_tenants(active, include, exclude)))
    partitions = [await _keep_partitions(database, service) for service in services]
    return Summary(
        night=night,
        tenants=(*outcomes, *_not_active(active, include)),
        upkeep=tuple(partitions),
        seconds=round(time.perf_counter() - began, 3),
    )


async def _publish(database: Database, tenant: Tenant, night: date) -> TenantOutcome:
    try:
        async with database.transaction(tenant.tenant_id) as tx:
            queued = await tables.queued_jobs(tx, midnight_of(night))
            await announce(tx, PRODUCER, [upsert_request(tenant.tenant_id, job_id, night) for job_id in queued])
    except (LeadgenError, asyncpg.PostgresError) as error:
        return TenantOutcome(tenant.tenant_id, tenant.name, error=f"{type(error).__name__}: {error}")
    return TenantOutcome(tenant.tenant_id, tenant.name, jobs=len(queued))


async def _keep_partitions(database: Database, consumer: str) -> PartitionOutcome:
    try:
        async with database.without_tenant() as tx:
            await tables.keep_inbox_partitions(tx, consumer)
    except (LeadgenError, asyncpg.PostgresError) as error:
        return PartitionOutcome(consumer, error=f"{type(error).__name__}: {error}")
    return PartitionOutcome(consumer)


def _not_active(active: Collection[Tenant], include: Collection[int]) -> list[TenantOutcome]:
    """Reports the numbers in `include` that are no active tenants: most likely a typing error."""
    unknown = sorted(set(include) - {tenant.tenant_id for tenant in active})
    return [TenantOutcome(tenant_id, "", error="is no active tenant") for tenant_id in unknown]
