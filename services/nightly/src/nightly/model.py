"""The night: its tenants, its runs, and the events that it announces, with their ids. Pure.

All ids are made of the night, the tenant and what they are about. So a second start in the same night, after a crash or
by mistake, finds the same run and announces the same events, which the consumers recognise: nothing is done twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import (
    Company,
    CompanyEnriched,
    Event,
    Icp,
    LeadScored,
    RefreshRegister,
    RequestCandidates,
    RequestNightlyEnrichment,
    RequestUpsert,
)
from common.delivery.messages import Announcement
from common.errors import Permanent
from common.ids import derived_id, night_id, scheduled_id
from common.singapore.calendar import SINGAPORE

Trigger = Literal["command", "request"]
Source = Literal["selection", "file", "run"]
Status = Literal["planning", "publishing", "running", "done", "partial", "failed"]

#: Steps of the run itself, of an enrichment, and the sync: what SCHED_SKIP may name.
RunStep = Literal["refresh", "jobs", "candidates"]
EventStep = Literal["find_site", "crawl", "tavily", "understand", "lusha", "zerobounce", "odoo"]
STEPS: tuple[str, ...] = (*get_args(RunStep), *get_args(EventStep))

#: States of a company in which its run need not wait for it any longer.
ENDS = frozenset({"synced", "no_connection", "held_back", "unsynced", "dead", "odoo_waiting"})
#: Those of them that are as they should be. `held_back` is one that people have to look at.
GOOD_ENDS = frozenset({"synced", "no_connection", "unsynced"})
#: States before the enrichment is over.
ENRICHING = frozenset({"requested", "enriching"})


class RunRefused(Permanent):
    """The run is not possible as requested; nothing was written."""


@dataclass(frozen=True)
class Tenant:
    """A tenant: its number, its name, and its own cap of companies a night."""

    tenant_id: int
    name: str
    nightly_cap: int | None = None


class Caps(NamedTuple):
    """The caps of a run: the setting's, the tenant's own (which replaces it), and the limit of this start."""

    setting: int
    tenant: int | None = None
    limit: int | None = None

    @property
    def cap(self) -> int:
        """The maximum number of companies."""
        own = self.setting if self.tenant is None else self.tenant
        return own if self.limit is None else min(own, self.limit)


class ChainIds(NamedTuple):
    """The ids of the successive events about one company in one night."""

    requested: UUID
    enriched: UUID
    scored: UUID


def midnight_of(night: date) -> datetime:
    """Returns the beginning of the night's date in Singapore."""
    return datetime.combine(night, time(), SINGAPORE)


def run_id_of(night: date, tenant_id: int) -> UUID:
    """Returns the id of the tenant's run of the night."""
    return night_id(midnight_of(night), tenant_id)


def select_tenants(active: Collection[Tenant], include: Collection[int], exclude: Collection[int]) -> list[Tenant]:
    """Selects active tenants. An empty `include` selects all; `exclude` wins over `include`."""
    return [it for it in active if (not include or it.tenant_id in include) and it.tenant_id not in exclude]


def refresh_request(night: date) -> Announcement:
    """Builds the command to refresh the companies from the register. It belongs to no tenant."""
    return nightly_announcement(RefreshRegister(), night)


def upsert_request(tenant_id: int, job_id: UUID, night: date) -> Announcement:
    """Builds the command to execute this job in this night. It is equal each time."""
    return nightly_announcement(RequestUpsert(tenant_id=tenant_id, job_id=job_id), night, correlation_id=str(job_id))


def candidates_request(tenant_id: int, icp: Icp, night: date) -> Announcement:
    """Builds the command to find candidates by the tenant's ICP."""
    event = RequestCandidates(tenant_id=tenant_id, night=night, icp=icp)
    return nightly_announcement(event, night, correlation_id=str(run_id_of(night, tenant_id)))


def enrichment_request(tenant_id: int, company: Company, night: date, skip: Collection[str]) -> Announcement:
    """Builds the command to enrich a company in this night, without the steps `skip`."""
    left_out = [step for step in get_args(EventStep) if step in skip]
    event = RequestNightlyEnrichment(tenant_id=tenant_id, company=company, skip=left_out or None)
    return nightly_announcement(event, night, correlation_id=str(run_id_of(night, tenant_id)))


def chain_ids(request: Announcement) -> ChainIds:
    """Returns the ids of all events that follow from an enrichment's request, by the derivation of the stages."""
    requested, key = request.envelope.event_id, request.event.identity
    enriched = derived_id(requested, CompanyEnriched.topic, key)
    return ChainIds(requested, enriched, derived_id(enriched, LeadScored.topic, key))


def nightly_announcement(event: Event, night: date, *, correlation_id: str | None = None) -> Announcement:
    """Builds the announcement of an event that happens once in a night. It is equal each time."""
    event_id = scheduled_id(midnight_of(night), event.topic, event.identity)
    return Announcement(event, Envelope(event_id, event.tenant_id, lane="nightly", correlation_id=correlation_id))


def is_empty(icp: Icp) -> bool:
    """Whether an ICP has no criterion that the register can answer."""
    return not icp.industries and not icp.districts and icp.age_from is None and icp.age_to is None


@dataclass(frozen=True)
class Retention:
    """Retention periods of rows in days; 0: unlimited."""

    runs: int
    facts: int
    events: int
