"""Reads everything that is known about a company of a tenant: facts with their sources, contacts, scores and runs.

A company is a tenant's if it is its candidate or its lead. Of others nothing is shown, although the register is public.
"""

import json
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from common.contracts import Bucket, Company
from common.postgres import Connection
from gateway.leads import feedback
from gateway.leads.feedback import Feedback

#: The most rows of each kind, the newest of them.
MOST = 50

COMPANY = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, entity_type, status, incorporated_on, industry_code,
           industry_norm, secondary_industry_code, address, postal_code, website_domain, ssic_version, registered_at
      FROM companies
     WHERE company_id = $1
       AND (EXISTS (SELECT FROM icp_candidate_companies WHERE tenant_id = tenant() AND company_id = $1)
            OR EXISTS (SELECT FROM lead_scores WHERE tenant_id = tenant() AND company_id = $1))
"""
FACTS = """
    SELECT field, value, source_url, method, confidence, quote, found_at
      FROM company_facts WHERE company_id = $1 ORDER BY field
"""
SITE = "SELECT domain, confidence, evidence, found_at FROM company_sites WHERE company_id = $1 AND domain IS NOT NULL"
CONTACTS = """
    SELECT kind, value, name, title, is_role, status, sub_status, vendor, source_url, updated_at
      FROM contacts WHERE tenant_id = tenant() AND company_id = $1 ORDER BY kind, is_role, value LIMIT $2
"""
SCORE = """
    SELECT score, bucket, confidence, has_icp, rationale, model_version, enriched_at, updated_at
      FROM lead_scores WHERE tenant_id = tenant() AND company_id = $1
"""
LISTED = """
    SELECT night, score, bucket, model_version, is_new
      FROM shortlist_leads WHERE tenant_id = tenant() AND company_id = $1 ORDER BY night DESC LIMIT $2
"""
RUNS = """
    SELECT enriched_at, lane, outcome, jsonb_array_length(pages) AS pages, sources, degraded_reasons, duration_ms,
           steps::text AS steps
      FROM company_enrichment_runs WHERE tenant_id = tenant() AND company_id = $1 ORDER BY enriched_at DESC LIMIT $2
"""
ODOO = "SELECT outcome, lead_id, reason, updated_at FROM odoo_links WHERE tenant_id = tenant() AND company_id = $1"


class Fact(BaseModel):
    """A statement about the company, with its source."""

    field: str = Field(examples=["employees"])
    value: str
    source_url: str
    method: str = Field(description="the way in which it was found", examples=["schema.org"])
    confidence: float
    quote: str | None = Field(description="the words of the source that support it")
    found_at: datetime


class Site(BaseModel):
    """The website that was found to be the company's own; the register has none."""

    domain: str
    confidence: float
    evidence: list[str]
    found_at: datetime


class CompanyContact(BaseModel):
    """A way to reach the company."""

    kind: Literal["email", "phone"]
    value: str
    name: str | None
    title: str | None
    is_role: bool = Field(description="belongs to a function, such as info@")
    status: str | None = Field(description="the verifier's word about an e-mail address; null: not verified")
    sub_status: str | None
    vendor: str | None = Field(description="null: from the company's own site")
    source_url: str
    updated_at: datetime


class Score(BaseModel):
    """The present score. `GET /leads/{company_id}/explain` has its parts."""

    score: float
    bucket: Bucket
    confidence: float | None
    has_icp: bool | None
    rationale: str
    model_version: str
    enriched_at: datetime
    updated_at: datetime


class NightScore(BaseModel):
    """The score that the company had on the shortlist of a night."""

    night: date
    score: float
    bucket: Bucket
    model_version: str
    is_new: bool


class Step(BaseModel):
    """A step of an enrichment, with the units that a vendor charged for it."""

    step: str
    outcome: str | None
    duration_ms: int | None
    units: int | None
    reason: str | None


class EnrichmentRun(BaseModel):
    """An enrichment of the company for this tenant."""

    enriched_at: datetime
    lane: str
    outcome: str = Field(description="of the visit to the website", examples=["visited"])
    pages: int
    sources: list[str]
    degraded_reasons: list[str]
    duration_ms: int
    steps: list[Step]


class OdooLink(BaseModel):
    """The lead in the tenant's Odoo."""

    outcome: str = Field(examples=["synced"])
    lead_id: int | None
    reason: str | None
    updated_at: datetime


class CompanyDetails(BaseModel):
    """All that is known about a company of the tenant. Lists have the newest 50 at most."""

    company: Company = Field(description="facts of the register")
    registered_at: datetime | None = Field(description="time of the register's entry that these facts are from")
    facts: list[Fact]
    site: Site | None
    contacts: list[CompanyContact]
    score: Score | None
    scores: list[NightScore] = Field(description="scores of earlier nights, the latest first")
    runs: list[EnrichmentRun] = Field(description="the latest first")
    odoo: OdooLink | None
    feedback: list[Feedback] = Field(description="the latest first")


async def find_company(tx: Connection, company_id: int) -> Company | None:
    """Finds a company of the tenant; `None` if it has no such company."""
    row = await tx.fetchrow(COMPANY, company_id)
    return None if row is None else Company(**{name: row[name] for name in Company.model_fields})


async def find(tx: Connection, company_id: int) -> CompanyDetails | None:
    """Finds all that is known about a company; `None` if the tenant has no such company."""
    row = await tx.fetchrow(COMPANY, company_id)
    if row is None:
        return None
    site, score, odoo = [await tx.fetchrow(query, company_id) for query in (SITE, SCORE, ODOO)]
    return CompanyDetails(
        company=Company(**{name: row[name] for name in Company.model_fields}),
        registered_at=row["registered_at"],
        facts=[Fact(**it) for it in await tx.fetch(FACTS, company_id)],
        site=None if site is None else Site(**site),
        contacts=[CompanyContact(**it) for it in await tx.fetch(CONTACTS, company_id, MOST)],
        score=None if score is None else Score(**score),
        scores=[NightScore(**it) for it in await tx.fetch(LISTED, company_id, MOST)],
        runs=[_run(dict(it)) for it in await tx.fetch(RUNS, company_id, MOST)],
        odoo=None if odoo is None else OdooLink(**odoo),
        feedback=await feedback.of_company(tx, company_id, limit=MOST),
    )


def _run(row: dict[str, Any]) -> EnrichmentRun:
    steps = [Step(**{name: step.get(name) for name in Step.model_fields}) for step in json.loads(row.pop("steps"))]
    return EnrichmentRun(steps=steps, **row)
