"""Whom one can write to, and how sure it is that this arrives: a finding per criterion, or None. Pure.

ZeroBounce's words are kept as they are: `do_not_mail` with `role_based` is a company's info@, which exists and is read.
"""

import re
from collections.abc import Sequence

from common.contracts import CompanyEnriched, Contact
from scorer.finding import Finding, plain

_SENIOR = re.compile(
    r"\b(?:c[a-z]o|chief|founder|co-founder|owner|proprietor|principal|partner|president|chair(?:man|woman|person)?"
    r"|managing|director|general manager|country manager|head of|head|vice[ -]president|vp|svp|evp)\b",
    re.IGNORECASE,
)
#: Titles that hold such a word and decide nothing.
_NOT_SENIOR = re.compile(r"\b(?:assistant|secretary|intern) to\b|\b(?:executive|personal) assistant\b", re.IGNORECASE)

_ROLE_BASED = frozenset({"role_based", "role_based_catch_all", "role_based_accept_all"})
#: What a verifier's word is worth: the finding's name, best first.
VERIFIED = ("valid", "catch_all", "role_based", "dead")
_SAID = {
    "valid": "verified e-mail",
    "catch_all": "the domain takes any e-mail",
    "role_based": "a role's mailbox that exists",
    "dead": "no address takes mail",
}


def contactability(event: CompanyEnriched) -> dict[str, Finding | None]:
    """By criterion."""
    contacts = sorted(event.contacts, key=_rank) if len(event.contacts) > 1 else event.contacts
    return {
        "reachable": _reachable(event, contacts),
        "decision_maker": _decision_maker(event, contacts),
        "verified_email": _verified(contacts),
    }


def best_contact(event: CompanyEnriched) -> Contact | None:
    """Whom to write to: an address that is not dead, a person's before a role's, the surest and most senior first."""
    domain = (event.company.website_domain or "").lower().removeprefix("www.")

    def order(contact: Contact) -> tuple[object, ...]:
        verified = verification(contact)
        return (
            verified == "dead",
            contact.kind != "email",
            contact.is_role,
            verified != "valid",
            not is_senior(contact.title),
            not (domain and contact.value.lower().endswith(f"@{domain}")),
            *_rank(contact),
        )

    if len(event.contacts) < 2:  # nothing to choose from
        return event.contacts[0] if event.contacts else None
    return min(event.contacts, key=order)


def verification(contact: Contact) -> str | None:
    """One of VERIFIED; None where nobody looked, or the verifier could not say."""
    if contact.kind != "email" or not contact.status or contact.status == "unknown":
        return None
    if contact.status == "valid":
        return "valid"
    if contact.status == "catch-all":
        return "catch_all"
    if contact.status == "do_not_mail" and contact.sub_status in _ROLE_BASED:
        return "role_based"
    return "dead"


def is_senior(title: str | None) -> bool:
    """Whether a title is that of someone who decides."""
    return title is not None and _SENIOR.search(title) is not None and _NOT_SENIOR.search(title) is None


def _reachable(event: CompanyEnriched, contacts: Sequence[Contact]) -> Finding | None:
    alive = [contact for contact in contacts if verification(contact) != "dead"]
    best = next((it for it in alive if it.kind == "email" and not it.is_role), None)
    name = "person"
    if best is None:
        best, name = next((it for it in alive if it.kind == "email"), None), "role"
    if best is None:
        best, name = next(iter(alive), None), "phone"
    if best is None:
        return (
            Finding("none", "no way to reach it was found", event.site.url) if event.site.outcome == "visited" else None
        )
    return Finding(name, plain(best.value, 80), best.source_url, plain(best.value, 60))


def _decision_maker(event: CompanyEnriched, contacts: Sequence[Contact]) -> Finding | None:
    named = [contact for contact in contacts if contact.name]
    if senior := next((contact for contact in named if is_senior(contact.title)), None):
        who = plain(f"{senior.name}, {senior.title}", 80)
        return Finding("senior", who, senior.source_url, f"decision-maker {who}")
    if named:
        who = plain(", ".join(filter(None, (named[0].name, named[0].title))), 80)
        return Finding("named", who, named[0].source_url, f"contact {who}")
    return Finding("none", "nobody is named", event.site.url) if _was_looked_for(event) else None


def _verified(contacts: Sequence[Contact]) -> Finding | None:
    found = [(VERIFIED.index(name), contact) for contact in contacts if (name := verification(contact))]
    if not found:
        return None
    place, contact = min(found, key=lambda it: it[0])
    name = VERIFIED[place]
    said = f"{contact.status}{f' ({contact.sub_status})' if contact.sub_status else ''}"
    clause = ""
    if name == "valid":
        owner = f"the {plain(contact.title, 40)}" if contact.title else plain(contact.name or "", 40)
        clause = f"verified email of {owner}" if owner else f"verified email {plain(contact.value, 60)}"
    return Finding(name, plain(f"{contact.value}: {_SAID[name]}, {said}", 160), contact.source_url, clause)


def _was_looked_for(event: CompanyEnriched) -> bool:
    """Whether it means anything that nobody was found: the site was read, and the vendor was not left out."""
    reasons = [it for it in event.degraded_reasons if it.startswith("lusha:")]
    return event.site.outcome == "visited" and all(it.startswith("lusha: nobody") for it in reasons)


def _rank(contact: Contact) -> tuple[str, ...]:
    """An order that does not depend on how they came; different contacts never tie."""
    return (
        contact.value,
        contact.source_url,
        contact.name or "",
        contact.title or "",
        contact.status or "",
        contact.sub_status or "",
        contact.vendor or "",
        str(contact.is_role),
        contact.kind,
    )
