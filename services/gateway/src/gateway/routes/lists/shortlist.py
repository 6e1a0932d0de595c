"""GET /shortlist: the leads of a night, as JSON or as CSV for a spreadsheet."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from gateway.dependencies import CurrentTenant, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem
from gateway.http.spreadsheets import as_csv
from gateway.leads import shortlists
from gateway.leads.shortlists import ListedLead, Shortlist

router = APIRouter(prefix="/shortlist")

COLUMNS = (
    "rank",
    "score",
    "bucket",
    "name",
    "uen",
    "industry",
    "website",
    "why",
    "features",
    "contact",
    "contact_name",
    "contact_title",
    "contact_status",
    "ask_for",
    "odoo",
    "odoo_url",
    "selected",
    "is_new",
    "night",
)

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "JSON, or CSV with `format=csv`"},
    **errors({404: "The tenant had no run in this night"}),
}


@router.get("", response_model=Shortlist, responses=ANSWERS)
async def shortlist(
    tenant: CurrentTenant,
    deps: Deps,
    night: Annotated[
        date | None, Query(alias="date", description="the night, by its date in Singapore; by default the latest")
    ] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Shortlist | Response:
    """Lists a night's leads, best first: at most the tenant's cap of the night.

    A list stays as it was in its night, with the scores of then; only `odoo` is as of now. Leads that were not scored
    when the run ended are added at its end.
    """
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await shortlists.find(tx, night)
    if found is None:
        when = "yet" if night is None else f"in the night of {night}; without `date`, you get the latest night"
        raise Problem(404, "No such night", f"Tenant {tenant.tenant_id} had no nightly run {when}.")
    if form == "json":
        return found
    table = as_csv(COLUMNS, (_row(found.night, lead) for lead in found.leads))
    attachment = {"Content-Disposition": f'attachment; filename="shortlist-{found.night}.csv"'}
    return Response(table, media_type="text/csv", headers=attachment)


def _row(night: date, lead: ListedLead) -> dict[str, object]:
    contact, odoo = lead.contact, lead.odoo
    features = [f"{it.name} {it.contribution:+.3f}" for it in lead.features if it.contribution]
    return {
        "rank": lead.rank,
        "score": round(lead.score, 4),
        "bucket": lead.bucket,
        "name": lead.name,
        "uen": lead.uen,
        "industry": lead.industry_norm,
        "website": lead.website_domain,
        "why": lead.rationale,
        "features": "; ".join(features),
        "contact": contact.value if contact else None,
        "contact_name": contact.name if contact else None,
        "contact_title": contact.title if contact else None,
        "contact_status": contact.status if contact else None,
        "ask_for": ", ".join(filter(None, (lead.ask_for.name, lead.ask_for.title))) if lead.ask_for else None,
        "odoo": odoo.outcome if odoo else None,
        "odoo_url": odoo.url if odoo else None,
        "selected": lead.selected.detail,
        "is_new": "yes" if lead.is_new else "no",
        "night": night.isoformat(),
    }
