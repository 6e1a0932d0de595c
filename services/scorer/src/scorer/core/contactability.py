"""Contactability: ways to reach a company, and their verification; a finding per criterion, or `None`. Pure.

ZeroBounce's statuses are used as they are: `do_not_mail` with `role_based` is a company's info@, which exists and is
read.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from common.contracts import CompanyEnriched, Contact, Person
from scorer.core.finding import Finding, plain

_SENIOR = re.compile(
    r"\b(?:c[a-z]o|chief|founder|co-founder|owner|proprietor|principal|partner|president|chair(?:man|woman|person)?"
    r"|managing|director|general manager|country manager|head of|head|vice[ -]president|vp|svp|evp)\b",
    re.IGNORECASE,
)
#: Titles that contain such a word without being senior.
_NOT_SENIOR = re.compile(
    r"\b(?:assistant|secretary|intern) to\b|\b(?:executive|personal) assistant\b|\bbusiness partner\b|\bformer\b",
    re.IGNORECASE,
)

_ROLE_BASED = frozenset({"role_based", "role_based_catch_all", "role_based_accept_all"})
#: Names of findings about a verified address, best first.
VERIFIED = ("valid", "catch_all", "role_based", "dead")
_WORDING = {
    "valid": "verified e-mail",
    "catch_all": "the domain takes any e-mail",
    "role_based": "a role's mailbox that exists",
    "dead": "takes no mail",
}
#: Statuses of addresses that must not be written to. Statuses that are not known here count as unknown.
_DEAD = frozenset({"invalid", "spamtrap", "abuse", "do_not_mail"})


def contactability(event: CompanyEnriched, contacts: Sequence[Contact]) -> dict[str, Finding | None]:
    """Returns the finding of each contact criterion. `contacts` must be in the order of `ranked_contacts`."""
    return {
        "reachable": _reachable(event, contacts),
        "decision_maker": _decision_maker(event, contacts),
        "verified_email": _verified(contacts),
    }


def ranked_contacts(event: CompanyEnriched) -> Sequence[Contact]:
    """Sorts the contacts that have an address or number: working ones, persons, verified ones, wanted titles first.

    Different contacts never tie, so that the order of the input does not matter.
    """
    domain = (event.company.website_domain or "").lower().removeprefix("www.")

    def order(contact: Contact) -> tuple[object, ...]:
        verified = verification(contact)
        return (
            verified == "dead",
            contact.kind != "email",
            contact.is_role,
            verified != "valid",
            contact.fit is None,
            contact.fit or 0,
            not is_senior(contact.title),
            not (domain and contact.value.lower().endswith(f"@{domain}")),
            contact.value,
            contact.source_url,
            contact.name or "",
            contact.title or "",
            contact.status or "",
            contact.sub_status or "",
            contact.vendor or "",
        )

    found = [contact for contact in event.contacts if contact.value.strip()]
    return sorted(found, key=order) if len(found) > 1 else found


def person_to_ask_for(event: CompanyEnriched, contact: Contact | None) -> Person | None:
    """Picks whom to ask for by way of `contact`: wanted titles first, then seniors. Only people without an address.

    `None` where nobody has such a title, or where `contact` is a person whose title fits as well.
    """
    reached = {it.name for it in event.contacts if it.name}
    people = [it for it in event.people if it.name not in reached and (it.fit is not None or is_senior(it.title))]
    best = min(people, key=lambda it: (it.fit is None, it.fit or 0, it.name, it.title), default=None)
    if best is None or contact is None or not contact.name:
        return best
    is_better = best.fit is not None and (contact.fit is None or best.fit < contact.fit)
    return best if is_better else None


def verification(contact: Contact) -> str | None:
    """Returns one of VERIFIED; `None` if not verified, or if the status is unknown or not understood."""
    if contact.kind != "email" or not contact.status:
        return None
    if contact.status == "valid":
        return "valid"
    if contact.status == "catch-all":
        return "catch_all"
    if contact.status == "do_not_mail" and contact.sub_status in _ROLE_BASED:
        return "role_based"
    return "dead" if contact.status in _DEAD else None


@lru_cache(maxsize=1000)
def is_senior(title: str | None) -> bool:
    """Returns whether a job title is a decision-maker's."""
    return title is not None and _SENIOR.search(title) is not None and _NOT_SENIOR.search(title) is None


def _reachable(event: CompanyEnriched, contacts: Sequence[Contact]) -> Finding | None:
    best = next((it for it in contacts if verification(it) != "dead"), None)
    if best is not None:
        name = "phone" if best.kind != "email" else "role" if best.is_role else "person"
        return Finding(name, plain(best.value, 80), best.source_url, f"{best.kind} {plain(best.value, 60)}")
    if event.site.outcome != "visited":
        return None
    if contacts:
        words = "no address that takes mail, and no phone, was found"
        return Finding("none", words, event.site.url, "no address that takes mail was found")
    return Finding("none", "no way to reach it was found", event.site.url, "no contact found")


def _decision_maker(event: CompanyEnriched, contacts: Sequence[Contact]) -> Finding | None:
    named = [(contact, name) for contact in contacts if contact.name and (name := plain(contact.name, 60))]
    for contact, name in named:
        if is_senior(contact.title):
            who = _with_title(name, contact.title)
            return Finding("senior", who, contact.source_url, f"decision-maker {who}{_from(contact)}")
    person = person_to_ask_for(event, None)
    if person is not None and is_senior(person.title) and (name := plain(person.name, 60)):
        who = _with_title(name, person.title)
        return Finding("senior", who, person.source_url, f"decision-maker {who}")
    for contact, name in named:
        who = _with_title(name, contact.title)
        return Finding("named", who, contact.source_url, f"contact {who}{_from(contact)}")
    if person is not None and (name := plain(person.name, 60)):
        who = _with_title(name, person.title)
        return Finding("named", who, person.source_url, f"ask for {who}")
    return Finding("none", "nobody is named", event.site.url) if _was_looked_for(event) else None


def _verified(contacts: Sequence[Contact]) -> Finding | None:
    found = [(VERIFIED.index(name), contact) for contact in contacts if (name := verification(contact))]
    if not found:
        return None
    place, contact = min(found, key=lambda it: it[0])
    name = VERIFIED[place]
    status = f"{contact.status}{f' ({contact.sub_status})' if contact.sub_status else ''}"
    clause = ""
    if name == "valid":
        title = plain(contact.title or "", 40)
        owner = f"the {title}" if title else plain(contact.name or "", 40)
        clause = f"verified email of {owner}" if owner else f"verified email {plain(contact.value, 60)}"
    whose = ", ".join(filter(None, (plain(contact.name or "", 40), plain(contact.title or "", 40))))
    evidence = f"{plain(contact.value, 80)}{f' of {whose}' if whose else ''}: {_WORDING[name]}, {plain(status, 60)}"
    return Finding(name, evidence, contact.source_url, clause)


def _was_looked_for(event: CompanyEnriched) -> bool:
    """Returns whether persons were looked for: the site was read, and the contact vendor was not skipped."""
    reasons = [it for it in event.degraded_reasons if it.startswith("lusha:")]
    return event.site.outcome == "visited" and all(it.startswith("lusha: nobody") for it in reasons)


def _with_title(name: str, title: str | None) -> str:
    title = plain(title or "", 60)
    return plain(f"{name}, {title}" if title else name, 80)


def _from(contact: Contact) -> str:
    """Names the vendor that a contact was bought from, in parentheses."""
    seller = plain(contact.vendor or "", 20)
    return f" ({seller.capitalize()})" if seller else ""
