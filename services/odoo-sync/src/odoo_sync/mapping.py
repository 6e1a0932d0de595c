"""What a scored lead becomes in Odoo: rows for `load`, keyed by external ids that name tenant and company. Pure.

Only what is known is sent, and as text (`load` fails on a JSON true). What a rep decides in Odoo stays theirs: once a
lead is made, only its description is brought up to date.
"""

from hashlib import blake2b
from html import escape

import orjson

from common.contracts import Company, Contact, LeadScored
from odoo_sync.links import Kind
from odoo_sync.odoo import Row

MODELS: dict[Kind, str] = {"company": "res.partner", "contact": "res.partner", "lead": "crm.lead"}


def wanted(event: LeadScored, *, min_score: float, has_lead: bool) -> dict[Kind, Row]:
    """What is to stand in Odoo, by record and without keys. A lead that is made has those of `new_lead` besides."""
    rows: dict[Kind, Row] = {"company": company_row(event)}
    if event.contact is not None:
        rows["contact"] = contact_row(event.contact)
    if has_lead or event.score >= min_score:
        rows["lead"] = lead_row(event)
    return rows


def digest(row: Row) -> str:
    """What tells this row from others."""
    return blake2b(orjson.dumps(row), digest_size=12).hexdigest()


def company_row(event: LeadScored) -> Row:
    """The company as a res.partner; its UEN as the reference and, where the server has it, the company registry."""
    company = event.company
    row = {
        "name": company.name,
        "is_company": "1",
        "ref": company.uen,
        "company_registry": company.uen,
        "country_id/id": "base.sg",
    }
    return row | _known(website=company.website_domain, street=company.address, zip=company.postal_code)


def contact_row(contact: Contact) -> Row:
    """The best contact, a child of the company. Nobody's name is made up: without one it is the address.

    What the last contact had and this one has not is sent empty; what people typed there is theirs and stays.
    """
    return {
        "name": contact.name or contact.value,
        "type": "contact",
        "email": contact.value if contact.kind == "email" else "",
        "phone": contact.value if contact.kind == "phone" else "",
        "function": contact.title or "",
    }


def lead_row(event: LeadScored) -> Row:
    """What stays ours of a lead that is there: why it is one."""
    return {"description": description(event)}


def new_lead(event: LeadScored) -> Row:
    """What a lead has besides when it is made: of type lead, and nobody's; without that it would be the API user's."""
    company, contact = event.company, event.contact
    row = {"name": company.name, "type": "lead", "user_id/id": "", "partner_name": company.name}
    if contact is not None:
        row["email_from" if contact.kind == "email" else "phone"] = contact.value
        row |= _known(contact_name=contact.name, function=contact.title)
    return row | _known(website=company.website_domain)


def dated(row: Row, event: LeadScored) -> Row:
    """A lead's row as it is sent. Of itself another day is no reason to send it, so it is not in the hash."""
    return {**row, "description": f"{row['description']}<p>As of {event.enriched_at:%Y-%m-%d}</p>"}


def description(event: LeadScored) -> str:
    """Why this lead, as HTML. What comes from websites is escaped."""
    score = f"Score {event.score:.2f} ({event.bucket}), model {event.model_version}"
    parts = [event.rationale, score, _register(event.company)]
    if event.contact is not None:
        parts.append(f"{event.contact.value}, found on {event.contact.source_url}")
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def external_id(kind: Kind, tenant_id: int, uen: str) -> str:
    """The record's name in Odoo. It holds the kind: one id on two models would overwrite an unrelated record."""
    return f"leadgen.{kind}_{tenant_id}_{uen}"


def _register(company: Company) -> str:
    parts = [f"UEN {company.uen}", company.entity_type]
    if company.industry_code:
        parts.append(f"SSIC {company.industry_code} {company.industry_norm or ''}".strip())
    if company.incorporated_on:
        parts.append(f"since {company.incorporated_on:%Y-%m-%d}")
    return ", ".join(part for part in parts if part)


def _known(**columns: str | None) -> dict[str, str]:
    return {column: value for column, value in columns.items() if value}
