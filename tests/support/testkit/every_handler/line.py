"""The stages in a line, what their events are about, and what is to follow from those."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

import asyncpg

from common.cloudevents import Envelope
from common.contracts import (
    CancelJob,
    CheckOdoo,
    Company,
    CompanyEnriched,
    CompanyUpserted,
    Event,
    Icp,
    IcpChanged,
    JobProgressed,
    LeadScored,
    LeadSynced,
    RefreshRegister,
    RequestCandidates,
    RequestEnrichment,
    RequestIndustry,
    RequestNightlyEnrichment,
    RequestUpsert,
    ResyncOdoo,
)
from common.handling.stage import Stage
from common.ids import derived_id
from testkit.servers.fake_odoo import FakeOdoo
from testkit.stages import a_company

Deliveries: TypeAlias = list[tuple[Event, Envelope]]
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SSIC = "SSIC "
#: Live companies of an industry in the register; a request saves HEAD of them at once, and a job the rest, by BATCH.
REGISTERED, HEAD, BATCH = 9, 2, 3

#: What each request, and each job, is about: its companies are no other's, so that all are news.
INDUSTRIES = ("25911", "25912", "25913", "25914", "25919", "25921", "25922", "25923")
REGISTER = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code, website)
    SELECT $2 || '-' || n, 'MAKER ' || n, 'Live Company', (date '2020-01-01' - n::int)::text, $2, website
      FROM unnest($1::text[]) WITH ORDINALITY AS made (website, n)
"""
ENLIST = "INSERT INTO companies (uen, name, website_domain) VALUES ($1, $2, $3) RETURNING company_id"

#: What each event about a company leads to, up to Odoo. All of one chain have one key, which is their identity.
NEXT: dict[type[Event], type[Event]] = {
    RequestEnrichment: CompanyEnriched,
    RequestNightlyEnrichment: CompanyEnriched,
    CompanyEnriched: LeadScored,
    LeadScored: LeadSynced,
}

#: Handlers of events in NEXT that announce nothing.
SILENT = {
    ("upserter", CompanyEnriched),
}


def announces(stage: str, event: Event) -> bool:
    """Whether this stage is the one that announces what follows from the event."""
    return (stage, type(event)) not in SILENT


def followers(kind: type[Event]) -> Iterator[type[Event]]:
    """Lists the events that follow from this one, one after the other."""
    while kind in NEXT:
        kind = NEXT[kind]
        yield kind


@dataclass(frozen=True)
class Line:
    """The stages by name, their cases, what their events are about, and what is to follow from those."""

    stages: dict[str, Stage]
    cases: Sequence["Case"]
    odoo: FakeOdoo
    owner: Owner
    websites: Sequence[str]
    #: The code that each job is about, and those that none is about yet.
    jobs: dict[UUID, str] = field(default_factory=dict)
    codes: Iterator[str] = field(default_factory=lambda: iter(INDUSTRIES))
    #: The companies that the change of a tenant's ICP finds scored.
    leads: dict[int, list[str]] = field(default_factory=dict)
    #: The companies that a tenant's resync finds waiting.
    waiting: dict[int, list[str]] = field(default_factory=dict)

    async def register(self) -> str:
        """Adds REGISTERED companies of an industry, each with a website; returns its code."""
        code = next(self.codes)
        await self.owner.execute(REGISTER, self.websites, code)
        return code

    def expected(self, deliveries: Deliveries, *, to_the_end: bool, by: str | None = None) -> set[tuple[str, UUID]]:
        """Topics and ids of what follows from these events: at once, by one stage, or in the end, by all of them."""
        found = set()
        for event, envelope in deliveries:
            for kind, identity in self._announced_by(event) if by is None or announces(by, event) else ():
                event_id = envelope.event_id
                for step in [kind, *(followers(kind) if to_the_end else ())]:
                    event_id = derived_id(event_id, step.topic, identity)
                    found.add((step.topic, event_id))
        return found

    def _announced_by(self, event: Event) -> list[tuple[type[Event], str]]:
        """Lists what the handlers of this event announce: the types, and their identities."""
        match event:
            case RequestIndustry(tenant_id=tenant, request_id=request_id, terms=[words]):
                keys = [f"{tenant}:{words.removeprefix(SSIC)}-{number}" for number in range(1, HEAD + 1)]
                found = [(kind, key) for key in keys for kind in (CompanyUpserted, RequestEnrichment)]
                return [(JobProgressed, f"{request_id}:queued:0"), *found]
            case RequestUpsert(tenant_id=tenant, job_id=job_id):
                # The last batch is announced as the end.
                progress = [f"{job_id}:running:{number}" for number in range(BATCH, REGISTERED, BATCH)]
                keys = [f"{tenant}:{self.jobs[job_id]}-{number}" for number in range(1, REGISTERED + 1)]
                return [(JobProgressed, it) for it in [*progress, f"{job_id}:done:{REGISTERED}"]] + [
                    (CompanyUpserted, key) for key in keys
                ]
            case CancelJob(job_id=job_id):
                return [(JobProgressed, f"{job_id}:error:0")]
            case RequestCandidates(tenant_id=tenant, icp=Icp(industries=[code])):
                keys = [f"{tenant}:{code.removeprefix('2020:')}-{number}" for number in range(1, REGISTERED + 1)]
                return [(CompanyUpserted, key) for key in keys]
            case RefreshRegister():
                return []
            case IcpChanged(tenant_id=tenant):
                return [(LeadScored, f"{tenant}:{uen}") for uen in self.leads[tenant]]
            case CheckOdoo():
                return []
            case ResyncOdoo(tenant_id=tenant):
                return [(LeadSynced, f"{tenant}:{uen}") for uen in self.waiting[tenant]]
        return [(NEXT[type(event)], event.key)]

    async def companies(self, prefix: str, count: int = 2) -> list[Company]:
        """Adds as many companies to the register's table, each with a website."""
        made = []
        for number in range(count):
            known = {"uen": f"{prefix}{number}", "name": "ACME", "website_domain": self.websites[number]}
            company_id = await self.owner.fetchval(ENLIST, *known.values())
            made.append(a_company(**known, company_id=company_id))
        return made


Make: TypeAlias = Callable[[Line, str], Awaitable[Deliveries]]


@dataclass(frozen=True)
class Case:
    """A handler: its stage, its event, and how to make some deliveries, distinguished from others by a prefix."""

    stage: str
    event: type[Event]
    make: Make

    def __str__(self) -> str:
        return f"{self.stage}: {self.event.__name__}, {self.make.__name__.replace('_', ' ')}"
