"""What a scored lead becomes in Odoo: rows for `load`, keyed by external ids that name tenant and company. Pure.

Only what is known is sent, and as text (`load` fails on a JSON true). What a rep decides in Odoo stays theirs: once a
lead is made, only its description is brought up to date.
"""

from hashlib import blake2b
from html import escape
from typing import Any

import orjson

from common.contracts import Company, Contact, LeadScored
from odoo_sync.links import Kind, Values
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


def without_nul(event: LeadScored) -> LeadScored:
    """The same without the character that no text of PostgreSQL holds: with it Odoo fails at the whole chunk."""
    if "\\u0000" not in event.model_dump_json():
        return event
    return LeadScored.model_validate(_without_nul(event.model_dump()))


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
    """The best contact, a child of the company. Nobody's name is made up: without one it is the address."""
    row = {"name": contact.name or contact.value, "type": "contact", contact.kind: contact.value}
    return row | _known(function=contact.title)


def is_same_person(contact: Contact, there: Values) -> bool:
    """Whether the contact is who these values are of: by its address, else by its name."""
    if has_address(contact, there):
        return True
    return bool(contact.name) and _folded(contact.name or "") == _folded(str(there.get("name") or ""))


def has_address(contact: Contact, there: Values) -> bool:
    """Whether these values have the contact's address, however it is written."""
    return _address(contact.kind, contact.value) == _address(contact.kind, str(there.get(contact.kind) or ""))


def lead_row(event: LeadScored) -> Row:
    """What stays ours of a lead that is there: why it is one."""
    return {"description": description(event)}


def new_lead(event: LeadScored) -> Row:
    """What a lead has besides when it is made: of type lead, and nobody's; without that it would be the API user's.

    Whom it hangs on, and at which address they are, is not known before that one is written.
    """
    company, contact = event.company, event.contact
    row = {"name": company.name, "type": "lead", "user_id/id": "", "partner_name": company.name}
    if contact is not None:
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


def another_contact_id(tenant_id: int, uen: str, contact: Contact) -> str:
    """The name of a contact that comes after another of the same company: that one keeps the usual name."""
    address = _address(contact.kind, contact.value).encode()
    return f"{external_id('contact', tenant_id, uen)}_{blake2b(address, digest_size=5).hexdigest()}"


def _register(company: Company) -> str:
    parts = [f"UEN {company.uen}", company.entity_type]
    if company.industry_code:
        parts.append(f"SSIC {company.industry_code} {company.industry_norm or ''}".strip())
    if company.incorporated_on:
        parts.append(f"since {company.incorporated_on:%Y-%m-%d}")
    return ", ".join(part for part in parts if part)


def _known(**columns: str | None) -> dict[str, str]:
    return {column: value for column, value in columns.items() if value}


def _address(kind: str, value: str) -> str:
    return "".join(it for it in value if it.isdigit()) if kind == "phone" else value.strip().lower()


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {name: _without_nul(it) for name, it in value.items()}
    return [_without_nul(it) for it in value] if isinstance(value, list) else value
