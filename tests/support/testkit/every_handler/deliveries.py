"""Deliveries for each handler. A new handler, or a new stage, needs a case here: `test_every_handler_is_tried_out`."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from common.contracts import (
    CancelJob,
    CheckOdoo,
    Company,
    CompanyEnriched,
    Contact,
    Event,
    Icp,
    IcpChanged,
    Lane,
    LeadScored,
    RefreshRegister,
    RequestCandidates,
    RequestEnrichment,
    RequestIndustry,
    RequestNightlyEnrichment,
    RequestUpsert,
    ResyncOdoo,
    Site,
)
from common.ids import new_id
from testkit.every_handler.line import HEAD, REGISTERED, SSIC, Case, Deliveries, Line
from testkit.stages import envelope_for

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
#: This tenant has an Odoo, the other has none.
CONNECTED, UNCONNECTED = TENANTS = 1, 2
#: Those of these have leads that wait for it: one of them for each prefix of deliveries.
WAITING = {"": 3, "A": 3, "B": 4}
#: These have leads, and say whom they look for: one of them for each prefix of deliveries.
CHOOSY = {"": 3, "A": 3, "B": 4}
VISITED = Site(outcome="visited", url="http://acme.sg/", about="We make caps.")
EMAIL = Contact(kind="email", value="sales@acme.sg", is_role=True, source_url="http://acme.sg/")

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
