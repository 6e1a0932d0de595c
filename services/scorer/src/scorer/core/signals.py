"""Business signals in a company's site and facts: a finding for each criterion, or `None` if unknown. Pure.

A site that was read and shows no prices gives a negative finding; a site that could not be read gives none.
"""

import re
from collections.abc import Mapping
from datetime import date

from common.contracts import CompanyEnriched, CompanyFact, Site
from scorer.core.finding import Finding, host_of, plain

_ROLES = re.compile(r"^(\d{1,4}) (?:open )?(?:role|job|position|vacanc|opening)", re.IGNORECASE)
#: Negations anywhere in a text: "we are not hiring at the moment", "there are no vacancies".
_NONE = re.compile(r"^none\b|\b(?:no|not|never|without|closed|freeze)\b|n['\u2019]t\b", re.IGNORECASE)

#: Findings by the outcome of the visit. Other outcomes (forbidden by robots.txt, no site known) give none.
_SITES = {
    "visited": ("live", "the site answers and was read", "site live"),
    "empty": ("says_nothing", "the site answers but says nothing", "site live but says nothing"),
    "unreachable": ("dead", "the site does not answer", "site does not answer"),
}
_LONGEST = 90
#: The enricher's format of dated news. One day ahead is allowed: the site may be in another time zone.
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}): ")
_NEWS_DAYS = range(-1, 367)
#: The source of a number of open roles, by the enricher's method; structured job postings may be on any page.
_HIRING_AT = {"page": "careers page", "schema.org": "its job postings"}


def signals(event: CompanyEnriched, facts: Mapping[str, CompanyFact]) -> dict[str, Finding | None]:
    """Returns the finding of each signal criterion."""
    site = event.site
    return {
        "site_live": _site_live(site),
        "hiring": _hiring(site, facts.get("hiring")),
        "technology": _technology(site, facts.get("technologies")),
        "pricing": _pricing(site, facts.get("pricing")),
        "customers": _customers(site, facts.get("customers")),
        "news": _news(facts.get("news"), event.enriched_at.date()),
    }


def _site_live(site: Site) -> Finding | None:
    if site.outcome not in _SITES:
        return None
    name, evidence, clause = _SITES[site.outcome]
    address = host_of(site.url)
    return Finding(name, evidence, site.url, f"{clause} ({address})" if address else clause)


def _hiring(site: Site, fact: CompanyFact | None) -> Finding | None:
    if fact is not None:
        evidence = plain(fact.value, _LONGEST)
        if roles := _ROLES.match(fact.value):
            count = int(roles[1])
            words = f"hiring {count} role{'s' * (count != 1)} ({_HIRING_AT.get(fact.method) or _where(fact)})"
            return Finding("roles" if count else "none", evidence, fact.source_url, words if count else "")
        if _NONE.search(evidence):
            return Finding("none", evidence, fact.source_url)
        if "careers page" in fact.value:
            return Finding("careers_page", evidence, fact.source_url, "has a careers page")
        return Finding("roles", evidence, fact.source_url, f"hiring: {plain(fact.value, 50)} ({_where(fact)})")
    if site.has_careers:
        return Finding("careers_page", "has a careers page", site.url, "has a careers page")
    return Finding("none", "no careers page was found", site.url) if _was_read(site) else None


def _technology(site: Site, fact: CompanyFact | None) -> Finding | None:
    if found := sorted({name for name in site.tech if name.strip()}):
        return Finding("found", plain(", ".join(found), _LONGEST), site.url)
    if fact is not None:
        return Finding("found", plain(fact.value, _LONGEST), fact.source_url)
    return Finding("none", "no trace of what the site runs on", site.url) if _was_read(site) else None


def _pricing(site: Site, fact: CompanyFact | None) -> Finding | None:
    if fact is not None:
        evidence = plain(fact.value, _LONGEST)
        if "pricing page" in fact.value:
            return Finding("pricing_page", evidence, fact.source_url, "has a pricing page")
        if any(letter.isdecimal() for letter in fact.value):
            return Finding("prices", evidence, fact.source_url, f"shows its prices{_elsewhere(fact, site)}")
        # Such as "on request", or "$$".
        return Finding("pricing_page", evidence, fact.source_url, f"prices: {plain(fact.value, 40)} ({_where(fact)})")
    return Finding("none", "no prices were found", site.url) if _was_read(site) else None


def _customers(site: Site, fact: CompanyFact | None) -> Finding | None:
    if fact is not None:
        first = plain(next((it for it in fact.value.split(";") if plain(it, 40)), ""), 40)
        return Finding(
            "named",
            plain(fact.value, _LONGEST),
            fact.source_url,
            f"names customers such as {first}{_elsewhere(fact, site)}",
        )
    return Finding("none", "no customers are named", site.url) if _was_read(site) else None


def _news(fact: CompanyFact | None, today: date) -> Finding | None:
    """Accepts news of the last year, and undated news; older news is no finding."""
    if fact is None:
        return None
    clause = f"in the news: {plain(fact.value, 60)} ({_where(fact)})"
    if dated := _DATED.match(fact.value):
        day = _day(dated[1])
        if day is None or (today - day).days not in _NEWS_DAYS:
            return None
        clause = f"news of {day.isoformat()}: {plain(fact.value[dated.end() :], 60)} ({_where(fact)})"
    return Finding("found", plain(fact.value, _LONGEST), fact.source_url, clause)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # such as the 30th of February
        return None


def _where(fact: CompanyFact) -> str:
    """Names the source of a fact: its page's host, or "as found" without one."""
    return host_of(fact.source_url) or "as found"


def _elsewhere(fact: CompanyFact, site: Site) -> str:
    """Names the source in parentheses, unless it is the company's own site."""
    host = host_of(fact.source_url)
    return f" ({host})" if host and host != host_of(site.url) else ""


def _was_read(site: Site) -> bool:
    return site.outcome == "visited"
