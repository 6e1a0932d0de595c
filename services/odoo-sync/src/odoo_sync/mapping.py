"""What a scored lead becomes in Odoo: rows for `load`, keyed by external ids that name tenant and company. Pure.

Only what is known is sent, and as text (`load` fails on a JSON true). What a rep decides in Odoo stays theirs: once a
lead is made, only its description is brought up to date.
"""

from html import escape

from common.contracts import Company, Contact, LeadScored
from odoo_sync.odoo import Row


def company_row(event: LeadScored) -> Row:
    """The company as a res.partner; its UEN as the reference and, where the server has it, the company registry."""
    company = event.company
    row = {
        "id": external_id("company", event),
        "name": company.name,
        "is_company": "1",
        "ref": company.uen,
        "company_registry": company.uen,
        "country_id/id": "base.sg",
    }
    return row | _known(website=company.website_domain, street=company.address, zip=company.postal_code)


def contact_row(event: LeadScored, contact: Contact) -> Row:
    """The best contact as a child of the company."""
    return {
        "id": external_id("contact", event),
        "name": contact.value,
        "type": "contact",
        "parent_id/id": external_id("company", event),
        contact.kind: contact.value,
    }


def new_lead_row(event: LeadScored) -> Row:
    """The lead as a crm.lead, of type lead, and nobody's: without that it would be the API user's.

    It hangs on the contact where there is one, since Odoo copies a lead's email to the partner it hangs on.
    """
    company, contact = event.company, event.contact
    row = lead_row(event) | {
        "name": company.name,
        "type": "lead",
        "user_id/id": "",
        "partner_id/id": external_id("company" if contact is None else "contact", event),
        "partner_name": company.name,
    }
    if contact is not None:
        row["email_from" if contact.kind == "email" else "phone"] = contact.value
    return row | _known(website=company.website_domain)


def lead_row(event: LeadScored) -> dict[str, str]:
    """What stays ours of a lead that is there: why it is one."""
    return {"id": external_id("lead", event), "description": description(event)}


def description(event: LeadScored) -> str:
    """Why this lead, as HTML. What comes from websites is escaped."""
    score = f"Score {event.score:.2f} ({event.bucket}), model {event.model_version}, as of {event.enriched_at:%Y-%m-%d}"
    parts = [event.rationale, score, _register(event.company)]
    if event.contact is not None:
        parts.append(f"{event.contact.value}, found on {event.contact.source_url}")
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def external_id(kind: str, event: LeadScored) -> str:
    """The record's name in Odoo. It holds the kind: one id on two models would overwrite an unrelated record."""
    return f"leadgen.{kind}_{event.tenant_id}_{event.company.uen}"


def _register(company: Company) -> str:
    parts = [f"UEN {company.uen}", company.entity_type]
    if company.industry_code:
        parts.append(f"SSIC {company.industry_code} {company.industry_norm or ''}".strip())
    if company.incorporated_on:
        parts.append(f"since {company.incorporated_on:%Y-%m-%d}")
    return ", ".join(part for part in parts if part)


def _known(**columns: str | None) -> dict[str, str]:
    return {column: value for column, value in columns.items() if value}
