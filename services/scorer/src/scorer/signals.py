"""Reads the signals of a good lead from one visit. A signal is 0 to 1, or None where nothing is known of it.

None and 0 differ: a site that was read and shows no phone is a 0, a site that nobody could read is a None.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from common.contracts import Company, CompanyEnriched, Contact, Site

#: A role's address (info@, sales@) reaches someone, a person's reaches the one.
ROLE_EMAIL = 0.7

#: How ready each kind of entity is to buy, by words of the register's entity types; the first that is found decides.
ENTITY_TYPES = (
    ("foreign company", 0.8),
    ("proprietorship", 0.4),
    ("partnership", 0.6),
    ("company", 1.0),
)

#: What a visit's outcome says of the site. A robots.txt that forbids the visit leaves the site unknown.
SITE_LIVE = {"visited": 1.0, "empty": 0.5, "unreachable": 0.0}


@dataclass(frozen=True)
class Signal:
    """One signal's value, and the words or the address that it was read from."""

    name: str
    value: float | None
    evidence: str


def signals_of(event: CompanyEnriched) -> tuple[Signal, ...]:
    """The nine signals, in an order that never changes."""
    site, company = event.site, event.company
    return (
        Signal("site_live", SITE_LIVE.get(site.outcome), site.url or site.outcome),
        _email(event),
        Signal("about_known", _seen(site, bool(site.about)), site.about or ""),
        _phone(event),
        _age(event),
        Signal("industry_known", 1.0 if company.industry_code else None, company.industry_norm or ""),
        Signal("has_careers", _careers(site), site.url or ""),
        Signal("tech_hints", _seen(site, bool(site.tech)), ", ".join(sorted(site.tech))),
        _entity_type(company),
    )


def age_in_years(event: CompanyEnriched) -> int | None:
    """Full years from incorporation to the visit (not to now: the same event always gives the same age)."""
    born, seen = event.company.incorporated_on, event.enriched_at.date()
    if born is None or born > seen:
        return None
    return seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))


def best_contact(event: CompanyEnriched) -> Contact | None:
    """Whom to write to: a person's email, else a role's, else a phone; at the company's own domain first."""
    domain = (event.company.website_domain or "").lower().removeprefix("www.")

    def order(contact: Contact) -> tuple[bool, bool, bool, str, str]:
        foreign = not (domain and contact.value.lower().endswith(f"@{domain}"))
        return (contact.kind != "email", contact.is_role, foreign, contact.value, contact.source_url)

    return min(event.contacts, key=order, default=None)


def _email(event: CompanyEnriched) -> Signal:
    emails = _first_of(contact for contact in event.contacts if contact.kind == "email")
    if emails is None:
        return Signal("has_email", _seen(event.site, False), "")
    return Signal("has_email", ROLE_EMAIL if emails.is_role else 1.0, f"{emails.value} on {emails.source_url}")


def _phone(event: CompanyEnriched) -> Signal:
    phone = _first_of(contact for contact in event.contacts if contact.kind == "phone")
    if phone is None:
        return Signal("has_phone", _seen(event.site, False), "")
    return Signal("has_phone", 1.0, f"{phone.value} on {phone.source_url}")


def _age(event: CompanyEnriched) -> Signal:
    years = age_in_years(event)
    if years is None:
        return Signal("age", None, "")
    value = 1.0 if 2 <= years <= 25 else 0.6 if years > 25 else 0.3
    return Signal("age", value, f"incorporated {event.company.incorporated_on}")


def _entity_type(company: Company) -> Signal:
    spelled = (company.entity_type or "").lower()
    value = next((value for words, value in ENTITY_TYPES if words in spelled), None)
    return Signal("entity_type", value, company.entity_type or "")


def _careers(site: Site) -> float | None:
    return None if site.has_careers is None else float(site.has_careers)


def _seen(site: Site, found: bool) -> float | None:
    """What was found counts wherever it was found; that it is absent can be said of a visited site only."""
    if found:
        return 1.0
    return 0.0 if site.outcome == "visited" else None


def _first_of(contacts: Iterable[Contact]) -> Contact | None:
    return min(contacts, key=lambda contact: (contact.is_role, contact.value, contact.source_url), default=None)
