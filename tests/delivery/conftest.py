"""The four stages as they run in production, with everything they need arranged, and events for each of their handlers.

A new handler, or a new stage, needs a case here: `test_every_handler_is_tried_out` says so. All in one file, since test
folders are no packages: what two of their files share is a fixture.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from common.cloudevents import Envelope
from common.contracts import (
    CancelJob,
    CheckOdoo,
    Company,
    CompanyEnriched,
    CompanyUpserted,
    Contact,
    Event,
    Icp,
    IcpChanged,
    JobProgressed,
    Lane,
    LeadScored,
    LeadSynced,
    RefreshRegister,
    RequestCandidates,
    RequestEnrichment,
    RequestIndustry,
    RequestNightlyEnrichment,
    RequestUpsert,
    ResyncOdoo,
    Site,
)
from common.handling.stage import Stage
from common.ids import derived_id, new_id
from common.postgres import Database
from enricher.consumer import enricher
from enricher.enrichment.waterfall import Waterfall
from enricher.main import waterfall_of
from enricher.settings import EnricherSettings
from industries.index import IndustryIndex
from industries.ssic.hierarchy import Hierarchy
from leadgen.local.stack import vendors_of
from odoo_sync.consumer import odoo_sync
from odoo_sync.protocols.servers import OdooServers
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables.writer_lock import WriterLock
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache
from simulator.register.registry import DEFAULT_SEED, company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Behaviour, site_of
from simulator.town.sites import Robots as Rules
from testkit.industries import codes_2020, index_2020
from testkit.servers.fake_odoo import FakeOdoo, fake_odoo
from testkit.stages import a_company, envelope_for
from testkit.trusted import trusted
from upserter.consumer import upserter

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Deliveries: TypeAlias = list[tuple[Event, Envelope]]

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
#: This tenant has an Odoo, the other has none.
CONNECTED, UNCONNECTED = TENANTS = 1, 2
#: Those of these have leads that wait for it: one of them for each prefix of deliveries.
WAITING = {"": 3, "A": 3, "B": 4}
#: These have leads, and say whom they look for: one of them for each prefix of deliveries.
CHOOSY = {"": 3, "A": 3, "B": 4}
SSIC = "SSIC "
VISITED = Site(outcome="visited", url="http://acme.sg/", about="We make caps.")
EMAIL = Contact(kind="email", value="sales@acme.sg", is_role=True, source_url="http://acme.sg/")
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

QUEUE = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)
    VALUES ($1, $2, 'staging_upsert', 'queued', $4::jsonb, $3, $1::uuid::text)
"""
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT tenant_id, company_id, gen_random_uuid() FROM unnest($1::int[]) tenant_id, unnest($2::bigint[]) company_id
"""
SCORED = """
    WITH features AS (
        INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at, evidence)
        VALUES ($1, $2, '{}', '1', $3, $4))
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    VALUES ($1, $2, 0, 'Low', 'not by an ICP', '1', $3)
"""
#: What the names of companies begin with, behind the prefix, that wait for their Odoo.
WAITED = "W"
HELD_BACK = (
    "INSERT INTO odoo_links (tenant_id, company_id, outcome, scored_at, lead) VALUES ($1, $2, 'blocked', $3, $4)"
)


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


def enveloped(events: Iterable[Event], lane: Lane = "interactive") -> Deliveries:
    return [(event, envelope_for(event, lane=lane)) for event in events]


async def requests(line: Line, prefix: str) -> Deliveries:
    """Requests of the same words by both tenants."""
    terms = [SSIC + await line.register()]
    return enveloped(
        RequestIndustry(tenant_id=tenant, request_id=new_id(), terms=terms, sync_limit=HEAD) for tenant in TENANTS
    )


async def jobs(line: Line, prefix: str) -> Deliveries:
    """A queued job of each tenant, as a request leaves it; none of its companies is saved yet."""
    code = await line.register()
    made = [RequestUpsert(tenant_id=tenant, job_id=new_id()) for tenant in TENANTS]
    line.jobs.update((event.job_id, code) for event in made)
    params = json.dumps({"terms": [], "bands": [[["2020", code]]]})
    await line.owner.executemany(QUEUE, [(event.job_id, event.tenant_id, REGISTERED, params) for event in made])
    return enveloped(made)


async def cancellations(line: Line, prefix: str) -> Deliveries:
    """Cancellations of a queued job of each tenant."""
    made = [
        CancelJob(tenant_id=tenant, job_id=new_id(), requested_by="rep@example.com", requested_at=NOW)
        for tenant in TENANTS
    ]
    params = json.dumps({"terms": [], "bands": []})
    await line.owner.executemany(QUEUE, [(event.job_id, event.tenant_id, REGISTERED, params) for event in made])
    return enveloped(made)


async def icp_passes(line: Line, prefix: str) -> Deliveries:
    """Requests for candidates of an industry that has none yet."""
    code = await line.register()
    icp = Icp(industries=[f"2020:{code}"])
    return enveloped(RequestCandidates(tenant_id=tenant, night=NOW.date(), icp=icp) for tenant in TENANTS)


async def refreshes(line: Line, prefix: str) -> Deliveries:
    """Refreshes of a register that has grown; of no tenant."""
    await line.register()
    return enveloped([RefreshRegister()])


async def visits(line: Line, prefix: str) -> Deliveries:
    """Visits to the same companies for both tenants."""
    companies = await line.companies(f"{prefix}V")
    return enveloped(RequestEnrichment(tenant_id=tenant, company=it) for it in companies for tenant in TENANTS)


async def nightly_visits(line: Line, prefix: str) -> Deliveries:
    """Visits as in the night, by their own topic and lane."""
    companies = await line.companies(f"{prefix}N")
    made = [RequestNightlyEnrichment(tenant_id=tenant, company=it) for it in companies for tenant in TENANTS]
    return enveloped(made, "nightly")


async def visited(line: Line, prefix: str, kind: str = "E") -> Deliveries:
    """Two visits to each company, a candidate of both tenants: the later one wins."""
    companies = await line.companies(f"{prefix}{kind}")
    await line.owner.execute(CANDIDATES, TENANTS, [company.company_id for company in companies])
    return enveloped(
        CompanyEnriched(
            tenant_id=tenant,
            company=it,
            site=VISITED.model_copy(update={"pages": minute}),
            contacts=[EMAIL],
            degraded_reasons=[],
            enriched_at=NOW.replace(minute=minute),
        )
        for it in companies
        for minute in (1, 2)
        for tenant in TENANTS
    )


async def changed_icps(line: Line, prefix: str) -> Deliveries:
    """Changed ICPs of a tenant with leads that were scored without one."""
    tenant, companies = CHOOSY[prefix], await line.companies(f"{prefix}I")
    for it in companies:
        seen = CompanyEnriched(
            tenant_id=tenant, company=it, site=VISITED, contacts=[EMAIL], degraded_reasons=[], enriched_at=NOW
        )
        await line.owner.execute(SCORED, tenant, it.company_id, NOW, seen.model_dump_json())
    line.leads[tenant] = [it.uen for it in companies]
    return enveloped([IcpChanged(tenant_id=tenant, icp=Icp(industries=["2020:25"]), changed_at=NOW)])


async def candidates_visited(line: Line, prefix: str) -> Deliveries:
    """Visits again, for the handler that remembers their times."""
    return await visited(line, prefix, "C")


def leads_of(tenant: int, companies: Iterable[Company]) -> list[LeadScored]:
    return [
        LeadScored(
            tenant_id=tenant,
            company=it,
            score=0.9,
            bucket="High",
            rationale="a site",
            contact=EMAIL,
            model_version="1",
            enriched_at=NOW,
            scored_at=NOW,
        )
        for it in companies
    ]


async def leads_for_odoo(line: Line, prefix: str, tenant: int = CONNECTED) -> Deliveries:
    """Leads of the tenant that has an Odoo."""
    return enveloped(leads_of(tenant, await line.companies(f"{prefix}L{tenant}")))


async def leads_that_waited(line: Line, prefix: str) -> Deliveries:
    """Resyncs of a tenant whose Odoo works again."""
    tenant = WAITING[prefix]
    leads = leads_of(tenant, await line.companies(f"{prefix}{WAITED}"))
    await line.owner.executemany(
        HELD_BACK, [(tenant, it.company.company_id, it.scored_at, it.model_dump_json()) for it in leads]
    )
    line.waiting[tenant] = [it.company.uen for it in leads]
    return enveloped([ResyncOdoo(tenant_id=tenant, requested_at=NOW)])


async def odoo_checks(line: Line, prefix: str) -> Deliveries:
    """Checks of a tenant that has an Odoo, and of one that has none."""
    return enveloped(CheckOdoo(tenant_id=tenant, requested_by="a", requested_at=NOW) for tenant in TENANTS)


async def leads_for_nowhere(line: Line, prefix: str) -> Deliveries:
    """Leads of the tenant that has none."""
    return await leads_for_odoo(line, prefix, UNCONNECTED)


CASES = [
    Case("upserter", RequestIndustry, requests),
    Case("upserter", RequestUpsert, jobs),
    Case("upserter", CancelJob, cancellations),
    Case("upserter", RefreshRegister, refreshes),
    Case("upserter", RequestCandidates, icp_passes),
    Case("upserter", CompanyEnriched, candidates_visited),
    Case("enricher", RequestEnrichment, visits),
    Case("enricher", RequestNightlyEnrichment, nightly_visits),
    Case("scorer", CompanyEnriched, visited),
    Case("scorer", IcpChanged, changed_icps),
    Case("odoo-sync", LeadScored, leads_for_odoo),
    Case("odoo-sync", LeadScored, leads_for_nowhere),
    Case("odoo-sync", ResyncOdoo, leads_that_waited),
    Case("odoo-sync", CheckOdoo, odoo_checks),
]


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


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Any:
    """One after the other, every handler."""
    return request.param


@pytest.fixture(scope="session")
def industries() -> IndustryIndex:
    return index_2020()


@pytest.fixture(scope="session")
def websites() -> list[str]:
    """Sites of the simulator's town that are in order."""
    known = (company(index, DEFAULT_SEED).website for index in range(10_000))
    sites = (site_of(host, DEFAULT_SEED) for host in known if host)
    good = (site.host for site in sites if site and site.manner is Behaviour.PLAIN and site.robots is Rules.OPEN)
    return [host for host, _ in zip(good, range(REGISTERED), strict=False)]


@pytest.fixture
async def simulator() -> AsyncIterator[str]:
    """The simulator's town with its vendors, new for each test."""
    async with running(Settings()) as url:
        yield url


@pytest.fixture
async def waterfall(database: Database, simulator: str) -> AsyncIterator[Waterfall]:
    """Goes to the simulator's town without a pause between pages, and buys from the simulator's vendors."""
    settings = EnricherSettings.model_validate(
        {
            "database_url": "unused",
            "kafka_bootstrap_servers": "unused",
            "crawler_proxy": simulator,
            "crawl_schemes": "http",
            "crawl_max_pages": 2,
            "crawl_delay_s": 0,
            "crawl_delay_max_s": 0,
            **{name.lower(): value for name, value in vendors_of(simulator).items()},
        }
    )
    async with waterfall_of(database, settings) as made:
        yield made


@pytest.fixture
async def odoo() -> AsyncIterator[FakeOdoo]:
    """An Odoo with nothing in it."""
    async with fake_odoo() as fake:
        yield fake


@pytest.fixture
async def line(
    owner: Owner,
    database: Database,
    industries: IndustryIndex,
    waterfall: Waterfall,
    odoo: FakeOdoo,
    websites: list[str],
) -> AsyncIterator[Line]:
    """All stages, and one tenant's connection to Odoo."""
    credentials = Fernet(Fernet.generate_key())
    connected = [(tenant, odoo.url, credentials.encrypt(b"a key")) for tenant in {CONNECTED, *WAITING.values()}]
    await owner.executemany(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES ($1, $2, 'leads', $3)", connected
    )
    async with httpx.AsyncClient(verify=trusted()) as http:
        servers = OdooServers(http, timeout_s=5, protocol="json2")
        made = [
            upserter(industries, batch_size=BATCH, max_per_job=100),
            enricher(waterfall, keeps_corpus=False),
            scorer(ProfileCache(read_model(), SsicVersions(Hierarchy(codes_2020())))),
            odoo_sync(LeadSync(servers, WriterLock(database), credentials, 0.66)),
        ]
        yield Line({stage.name: stage for stage in made}, CASES, odoo, owner, websites)
