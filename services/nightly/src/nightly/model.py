"""The night and the events that it announces. Pure.

An announcement's id is made of the night and the job. So a second pass in the same night, after a crash or by mistake,
announces the same ids, which the consumer recognises: nothing starts twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import Event, RequestUpsert
from common.ids import scheduled_id
from common.outbox import Announcement
from common.singapore import SINGAPORE


@dataclass(frozen=True)
class Tenant:
    """A tenant, by number and name."""

    tenant_id: int
    name: str


def midnight_of(night: date) -> datetime:
    """Returns the beginning of the night's date in Singapore."""
    return datetime.combine(night, time(), SINGAPORE)


def select_tenants(active: Collection[Tenant], include: Collection[int], exclude: Collection[int]) -> list[Tenant]:
    """Selects active tenants. An empty `include` selects all; `exclude` wins over `include`."""
    return [it for it in active if (not include or it.tenant_id in include) and it.tenant_id not in exclude]


def upsert_request(tenant_id: int, job_id: UUID, night: date) -> Announcement:
    """Builds the command to execute this job in this night; equal each time."""
    return nightly_announcement(RequestUpsert(tenant_id=tenant_id, job_id=job_id), night, correlation_id=str(job_id))


def nightly_announcement(event: Event, night: date, *, correlation_id: str | None = None) -> Announcement:
    """Builds the announcement of an event that happens once in a night; equal each time."""
    event_id = scheduled_id(midnight_of(night), event.topic, event.identity)
    return Announcement(event, Envelope(event_id, event.tenant_id, lane="nightly", correlation_id=correlation_id))
