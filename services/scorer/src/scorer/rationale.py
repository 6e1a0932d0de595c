"""One line of plain words that says why a lead scores as it does, each claim with its source.

Every number in it is a feature of the company (its code, its age); the score itself stands elsewhere.
"""

from common.contracts import CompanyEnriched, Contact
from scorer.signals import age_in_years

LONGEST = 240


def rationale(event: CompanyEnriched, contact: Contact | None) -> str:
    """What the company is; what its site shows, with address; whom to reach, and which page says so."""
    return _cut("; ".join((_what(event), _site(event), _reach(event, contact))), LONGEST)


def _what(event: CompanyEnriched) -> str:
    company, years = event.company, age_in_years(event)
    title = _cut(_plain(company.industry_norm or ""), 56)
    if company.industry_code:
        known = f"{title[:1].upper()}{title[1:]} (SSIC {_plain(company.industry_code)})".strip()
    else:
        known = "Industry unknown"
    if years is None:
        return f"{known}, age unknown"
    return f"{known}, " + ("under a year old" if years == 0 else f"{years} year{'s' * (years > 1)} old")


def _site(event: CompanyEnriched) -> str:
    site = event.site
    match site.outcome:
        case "no_site_known":
            return "no website known"
        case "forbidden":
            words = "site asks not to be visited"
        case "unreachable":
            words = "site does not answer"
        case "empty":
            words = "site live but says nothing"
        case "visited":
            words = "site live with careers page" if site.has_careers else "site live"
    address = _plain(site.url or event.company.website_domain or "")
    address = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return f"{words} ({_cut(address, 48)})" if address else words


def _reach(event: CompanyEnriched, contact: Contact | None) -> str:
    if contact is None:
        return "no contact found" if event.site.outcome == "visited" else "no contact known"
    return f"{_cut(_plain(contact.value), 48)} on {_page(event, contact)}"


def _page(event: CompanyEnriched, contact: Contact) -> str:
    """The page, without the site's address where that was just said."""
    page = _plain(contact.source_url)
    home = (event.site.url or "").rstrip("/")
    if home and page.rstrip("/") == home:
        return "its homepage"
    return _cut(page.removeprefix(home) if home and page.startswith(f"{home}/") else page, 36)


def _plain(text: str) -> str:
    """One line, single spaces, nothing unprintable: sites and registers hold anything."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
