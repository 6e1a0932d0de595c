"""Reads a tenant's shortlists (table `shortlist_leads`). The nightly run writes them, and never changes a row."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from common.postgres import Connection
from gateway.leads.scored import ScoredCompany
from lead_features.format import Contribution, contributions_in

# A night's list has at most its run's cap; late leads come after those that were scored in time.
LEADS = """
    SELECT listed.company_id, company.uen, company.name, companies.industry_norm, companies.website_domain,
           listed.score, listed.bucket, listed.confidence, listed.has_icp, listed.rationale, listed.model_version,
           listed.enriched_at, listed.base, listed.features::text, listed.contact::text, listed.is_new, listed.is_late,
           company.reason, company.detail, link.outcome, link.lead_id,
           CASE WHEN connection.url ~* '^https?://'
                THEN rtrim(connection.url, '/') || '/mail/view?model=crm.lead&res_id=' || link.lead_id END AS url
      FROM shortlist_leads listed
      JOIN run_companies company USING (tenant_id, run_id, company_id)
      JOIN companies USING (company_id)
      LEFT JOIN odoo_links link USING (tenant_id, company_id)
      LEFT JOIN odoo_connections connection USING (tenant_id)
     WHERE listed.tenant_id = tenant() AND listed.night = $1
     ORDER BY listed.is_late, listed.score DESC, listed.company_id LIMIT $2
"""

RUN = """
    SELECT night, status, cap FROM enrichment_runs
     WHERE tenant_id = tenant() AND ($1::date IS NULL OR night = $1) ORDER BY night DESC LIMIT 1
"""

RunStatus = Literal["planning", "publishing", "running", "done", "partial", "failed"]


class Contact(BaseModel):
    """The best contact of the company that is known to work, or not known to fail."""

    kind: Literal["email", "phone"]
    value: str
    name: str | None
    title: str | None
    status: str | None = Field(description="the verifier's word about an e-mail address; null: not verified")


class AskFor(BaseModel):
    """The decision-maker, if the contact is another person or a role address."""

    name: str
    title: str | None
    source_url: str | None


class Selected(BaseModel):
    """The reason why the night chose the company."""

    reason: Literal["new", "stale", "updated", "given"]
    detail: str = Field(description="in words")


class InOdoo(BaseModel):
    """The lead's present state in the tenant's Odoo."""

    outcome: Literal["synced", "no_connection", "blocked", "refused", "deleted"]
    lead_id: int | None
    url: str | None = Field(description="opens the lead in Odoo")


class ListedLead(ScoredCompany):
    """A lead of a shortlist, with its score of that night: `base` and the contributions sum to it."""

    rank: int
    base: float | None
    features: list[Contribution] = Field(description="the largest contribution first, positive or negative")
    contact: Contact | None
    ask_for: AskFor | None = Field(
        description="whom to ask for by way of the contact; null: the contact itself, or nobody"
    )
    selected: Selected
    is_new: bool = Field(description="on no earlier shortlist of the tenant")
    is_late: bool = Field(description="scored after the run had ended")
    odoo: InOdoo | None


class Shortlist(BaseModel):
    """A night's shortlist. While `status` is not done, partial or failed, leads are still being added."""

    night: date
    status: RunStatus
    cap: int
    leads: list[ListedLead]


async def find(tx: Connection, night: date | None) -> Shortlist | None:
    """Finds the shortlist of a night, or the latest one; `None` if the tenant had no run then."""
    run = await tx.fetchrow(RUN, night)
    if run is None:
        return None
    rows = await tx.fetch(LEADS, run["night"], run["cap"])
    return Shortlist(**run, leads=[_lead(rank, dict(row)) for rank, row in enumerate(rows, 1)])


def ask_for(features: Sequence[Contribution], contact: Contact | None) -> AskFor | None:
    """Finds the decision-maker in the lead's features, if that is not the contact.

    Evidence that raises the score is a person's name, and a comma before the title if that is known.
    """
    found = next((it for it in features if it.name == "decision_maker" and it.contribution > 0 and it.evidence), None)
    if found is None or found.evidence is None:
        return None
    name, _, title = found.evidence.partition(", ")
    if contact is not None and contact.name == name:
        return None
    return AskFor(name=name, title=title or None, source_url=found.source)


def _lead(rank: int, row: dict[str, Any]) -> ListedLead:
    features = contributions_in(row.pop("features"))
    contact = None if (stored := row.pop("contact")) is None else Contact(**json.loads(stored))
    return ListedLead(
        rank=rank,
        features=features,
        contact=contact,
        ask_for=ask_for(features, contact),
        selected=Selected(reason=row.pop("reason"), detail=row.pop("detail")),
        odoo=None if row["outcome"] is None else InOdoo(**{name: row[name] for name in InOdoo.model_fields}),
        **row,
    )
