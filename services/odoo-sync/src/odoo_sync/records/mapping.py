"""Maps a scored lead to rows for Odoo's `load`. External ids name the kind of record, the tenant and the company. Pure.

Rows hold only known values, as text (`load` fails on a JSON true). Reps own their leads: once a lead is made, only its
description is updated.
"""

from hashlib import blake2b
from html import escape, unescape
from re import sub
from typing import Any

import orjson

from common.contracts import Company, Contact, LeadScored, Person
from common.singapore.calendar import day_in_singapore
from odoo_sync.model import Kind, LeadSettings, Row, Values
from odoo_sync.records.lookalikes import REGION, addresses_in

#: What a lead says of a company that is not live in the register, by the company's status.
REGISTER_WARNINGS = {
    "closing": "The register says that this company is closing: gazetted to be struck off, in liquidation, or being "
    "cancelled.",
    "gone": "The register says that this company is no longer there: struck off, dissolved, terminated or merged.",
}

#: Odoo's stars by bucket.
PRIORITIES = {"High": "3", "Medium": "2", "Low": "1"}


def wanted_rows(event: LeadScored, *, min_score: float, has_lead: bool) -> dict[Kind, Row]:
    """Builds the rows that Odoo should hold, without key columns. A new lead also gets the columns of `new_lead`."""
    rows: dict[Kind, Row] = {"company": company_row(event)}
    if event.contact is not None:
        rows["contact"] = contact_row(event.contact)
    if has_lead or event.score >= min_score:
        rows["lead"] = lead_row(event)
    return rows


def without_nul(event: LeadScored) -> LeadScored:
    """Removes NUL characters: PostgreSQL cannot store them, and a single one makes Odoo refuse the whole chunk."""
    if "\\u0000" not in event.model_dump_json():
        return event
    return LeadScored.model_validate(_without_nul(event.model_dump()))


def digest(row: Row) -> str:
    """Hashes a row, to detect changes."""
    return blake2b(orjson.dumps(row), digest_size=12).hexdigest()


def company_row(event: LeadScored) -> Row:
    """Builds the company's res.partner. Its UEN is the reference and the company registry (since Odoo 16)."""
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
    """Builds the res.partner of the best contact. A contact without a name gets its address as the name."""
    row = {"name": contact.name or contact.value, "type": "contact", contact.kind: contact.value}
    return row | _known(function=contact.title)


def is_same_person(contact: Contact, values: Values, region: str = REGION) -> bool:
    """Whether contact and Odoo's values have the same address, or else the same name."""
    if has_address(contact, values, region):
        return True
    return bool(contact.name) and _folded(contact.name or "") == _folded(str(values.get("name") or ""))


def has_address(contact: Contact, values: Values, region: str = REGION) -> bool:
    """Whether Odoo's values contain the contact's address, in any spelling and perhaps among others.

    `region` is the country of a telephone number in Odoo that names none.
    """
    theirs = values.get(contact.kind)
    if _address(contact.kind, contact.value) == _address(contact.kind, str(theirs or "")):
        return True
    return bool(addresses_in(contact.kind, contact.value) & addresses_in(contact.kind, theirs, region))


def lead_row(event: LeadScored) -> Row:
    """Builds the columns of a lead that every update writes: its description."""
    return {"description": description(event)}


def new_lead(event: LeadScored, wishes: LeadSettings) -> Row:
    """Builds the columns that a lead has only when it is made, as the tenant wishes. Without a salesperson it is
    unassigned; by default the API user would own it.

    Partner and address are added later: the partner must be written first.
    """
    company, contact = event.company, event.contact
    row = {"name": company.name, "type": wishes.type, "partner_name": company.name}
    row |= {"user_id": wishes.salesperson} if wishes.salesperson else {"user_id/id": ""}
    row |= _known(team_id=wishes.team, tag_ids=",".join(wishes.tags), source_id=wishes.source)
    if wishes.has_priority:
        row["priority"] = PRIORITIES.get(event.bucket, "0")
    if contact is not None and contact.name:
        row |= _known(contact_name=contact.name, function=contact.title)
    elif event.ask_for is not None:  # by name alone: no record of a person without an address is made
        row |= _known(contact_name=event.ask_for.name, function=event.ask_for.title)
    return row | _known(website=company.website_domain)


def dated(row: Row, event: LeadScored) -> Row:
    """Builds a lead's row with the date. The date is not part of the hash: a new date alone is no reason to write."""
    return {**row, "description": f"{row['description']}<p>As of {event.enriched_at:%Y-%m-%d}</p>"}


def description(event: LeadScored) -> str:
    """Builds the reasons for the lead as HTML; text from websites is escaped."""
    score = f"Score {event.score:.2f} ({event.bucket}), model {event.model_version}"
    parts = [event.rationale, score, _register(event.company)]
    if (warning := REGISTER_WARNINGS.get(event.company.status or "")) is not None:
        parts.insert(0, warning)
    if event.contact is not None:
        parts.append(f"{event.contact.value}, found on {event.contact.source_url}")
    if event.ask_for is not None:
        parts.append(_asked_for(event.ask_for))
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def as_text(html: str) -> str:
    """Turns a description into plain text, for a field that holds no HTML."""
    return unescape(sub(r"<[^>]*>", "", html.replace("</p>", "\n"))).strip()


def activity(event: LeadScored) -> Row:
    """Builds the next activity of a new lead: whom to call or write to, and what to say first, from the evidence. It is
    due on the day of the score in Singapore.
    """
    contact, opening = event.contact, event.opening
    first = opening.text if opening is not None else event.rationale
    parts = [f"Say first: {first}"]
    if opening is not None:
        parts += [f"Seen on {opening.source_url}"] if opening.source_url else []
        parts.append(event.rationale)
    if contact is not None:
        whom = ", ".join(it for it in (contact.name, contact.title, contact.value) if it)
        parts.append(f"{whom}, found on {contact.source_url}")
    if event.ask_for is not None:
        parts.append(_asked_for(event.ask_for))
    is_mail = contact is not None and contact.kind == "email"
    named = contact.name if contact is not None and contact.name else None
    if named is None and event.ask_for is not None and not is_mail:
        named = event.ask_for.name
    verb = "Write to" if is_mail else "Call"
    return {
        "activity_type_id/id": "mail.mail_activity_data_email" if is_mail else "mail.mail_activity_data_call",
        "summary": f"{verb} {named or event.company.name}",
        "note": "".join(f"<p>{escape(part)}</p>" for part in parts),
        "date_deadline": day_in_singapore(event.scored_at).isoformat(),
    }


def _asked_for(person: Person) -> str:
    return f"Ask for {person.name}, {person.title}, named on {person.source_url}"


def register_note(event: LeadScored) -> str | None:
    """Builds the note for a lead whose company has left the register, or is about to; `None` for others."""
    warning = REGISTER_WARNINGS.get(event.company.status or "")
    return f"<p>{escape(warning)} UEN {escape(event.company.uen)}</p>" if warning else None


def external_id(kind: Kind, tenant_id: int, uen: str) -> str:
    """Builds the external id of a record. It contains the kind, since Odoo 14 lets one id move between models."""
    return f"leadgen.{kind}_{tenant_id}_{uen}"


def another_contact_id(tenant_id: int, uen: str, contact: Contact) -> str:
    """Builds the external id of a company's later contact; the first contact keeps the usual one."""
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
