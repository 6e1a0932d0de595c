"""The nightly pass: has the register refreshed, announces the queued jobs of every active tenant, and keeps the
inboxes' partitions.

An announcement's id is made of the night and the job, so that a second pass in the same night, after a crash or by
mistake, is recognised by the consumer and starts nothing again. Sending is the relay's: the caller drains the outbox.
"""

import asyncio
import time
from collections.abc import Collection
from datetime import date, datetime
from datetime import time as clock
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from common.cloudevents import Envelope
from common.contracts import Event, RefreshRegister, RequestUpsert
from common.errors import LeadgenError
from common.ids import scheduled_id
from common.outbox import Announcement, announce
from common.postgres import Database
from nightly import jobs
from nightly.jobs import Tenant
from nightly.summary import Summary, TenantOutcome, Upkeep

PRODUCER = "nightly"
SINGAPORE = ZoneInfo("Asia/Singapore")


def night_of(now: datetime) -> date:
    """The night that `now` (aware) belongs to: its date in Singapore."""
    return now.astimezone(SINGAPORE).date()


def midnight_of(night: date) -> datetime:
    """When the night's date begins in Singapore."""
    return datetime.combine(night, clock(), SINGAPORE)


async def publish_queued_jobs(
    database: Database,
    *,
    night: date,
    include: Collection[int] = (),
    exclude: Collection[int] = (),
    concurrency: int = 3,
) -> Summary:
    """Announces a refresh and every queued job of the chosen tenants, each in a transaction of its own. Repeatable.

    A tenant that fails is reported in the summary and the others go on; so is one of `include` that is not active.
    Raises Unavailable when the tenants cannot be listed at all.
    """
    began = time.perf_counter()
    async with database.without_tenant() as tx:
        active = await jobs.active_tenants(tx)
        services = await jobs.consumers(tx)
        await announce(tx, PRODUCER, [once(RefreshRegister(), night)])
    at_once = asyncio.Semaphore(concurrency)

    async def look_after(tenant: Tenant) -> TenantOutcome:
        async with at_once:
            return await _publish(database, tenant, night)

    outcomes = await asyncio.gather(*(look_after(tenant) for tenant in chosen(active, include, exclude)))
    upkeep = [await _keep_partitions(database, service) for service in services]
    return Summary(
        night=night,
        tenants=(*outcomes, *_not_active(active, include)),
        upkeep=tuple(upkeep),
        seconds=round(time.perf_counter() - began, 3),
    )


def chosen(active: Collection[Tenant], include: Collection[int], exclude: Collection[int]) -> list[Tenant]:
    """The active tenants that the lists leave: an empty `include` takes all, `exclude` has the last word."""
    return [it for it in active if (not include or it.tenant_id in include) and it.tenant_id not in exclude]


def request_of(tenant_id: int, job_id: UUID, night: date) -> Announcement:
    """The command to execute this job this night: the same each time it is asked."""
    return once(RequestUpsert(tenant_id=tenant_id, job_id=job_id), night, correlation_id=str(job_id))


def once(event: Event, night: date, *, correlation_id: str | None = None) -> Announcement:
    """The announcement of what is to happen once in this night: the same each time it is asked."""
    event_id = scheduled_id(midnight_of(night), event.topic, event.identity)
    return Announcement(event, Envelope(event_id, event.tenant_id, lane="nightly", correlation_id=correlation_id))


async def _publish(database: Database, tenant: Tenant, night: date) -> TenantOutcome:
    try:
        async with database.transaction(tenant.tenant_id) as tx:
            queued = await jobs.queued_jobs(tx, midnight_of(night))
            await announce(tx, PRODUCER, [request_of(tenant.tenant_id, job_id, night) for job_id in queued])
    except (LeadgenError, asyncpg.PostgresError) as error:
        return TenantOutcome(tenant.tenant_id, tenant.name, error=f"{type(error).__name__}: {error}")
    return TenantOutcome(tenant.tenant_id, tenant.name, jobs=len(queued))


async def _keep_partitions(database: Database, consumer: str) -> Upkeep:
    try:
        async with database.without_tenant() as tx:
            await jobs.keep_inbox_partitions(tx, consumer)
    except (LeadgenError, asyncpg.PostgresError) as error:
        return Upkeep(consumer, error=f"{type(error).__name__}: {error}")
    return Upkeep(consumer)


def _not_active(active: Collection[Tenant], include: Collection[int]) -> list[TenantOutcome]:
    """A number in `include` that is no active tenant is most likely a slip: it is reported, not ignored."""
    unknown = sorted(set(include) - {tenant.tenant_id for tenant in active})
    return [TenantOutcome(tenant_id, "", error="is no active tenant") for tenant_id in unknown]
