"""The signals of a company in business, as its site and its facts show them: a finding each, or None. Pure.

A site that was read and shows no prices is a finding, a site that nobody could read is none.
"""

import re
from collections.abc import Mapping

from common.contracts import CompanyEnriched, CompanyFact, Site
from scorer.finding import Finding, plain

_ROLES = re.compile(r"^(\d{1,4}) (?:open )?(?:role|job|position|vacanc|opening)", re.IGNORECASE)
_NONE = re.compile(r"^(?:no\b|none\b|not (?:currently )?hiring)", re.IGNORECASE)

#: What a visit's outcome says of the site; where robots.txt forbids the visit, or no site is known, it says nothing.
_SITES = {
    "visited": ("live", "the site answers and was read", "site live"),
    "empty": ("says_nothing", "the site answers but says nothing", "site live but says nothing"),
    "unreachable": ("dead", "the site does not answer", "site does not answer"),
}
_LONGEST = 90


def signals(event: CompanyEnriched, facts: Mapping[str, CompanyFact]) -> dict[str, Finding | None]:
    """By criterion."""
    site = event.site
    return {
        "site_live": _site_live(site),
        "hiring": _hiring(site, facts.get("hiring")),
        "technology": _technology(site, facts.get("technologies")),
        "pricing": _pricing(site, facts.get("pricing")),
        "customers": _customers(site, facts.get("customers")),
        "news": _news(facts.get("news")),
    }


def _site_live(site: Site) -> Finding | None:
    if site.outcome not in _SITES:
        return None
    name, evidence, clause = _SITES[site.outcome]
    address = plain((site.url or "").removeprefix("https://").removeprefix("http://").rstrip("/"), 48)
    return Finding(name, evidence, site.url, f"{clause} ({address})" if address else clause)


def _hiring(site: Site, fact: CompanyFact | None) -> Finding | None:
    if fact is not None:
        evidence = plain(fact.value, _LONGEST)
        if _NONE.match(fact.value):
            return Finding("none", evidence, fact.source_url)
        if "careers page" in fact.value:
            return Finding("careers_page", evidence, fact.source_url, "has a careers page")
        if roles := _ROLES.match(fact.value):
            count = int(roles[1])
            where = " (careers page)" if fact.method in {"page", "schema.org"} else ""
            words = f"hiring {count} role{'s' * (count != 1)}{where}"
            return Finding("roles" if count else "none", evidence, fact.source_url, words if count else "")
        return Finding("roles", evidence, fact.source_url, f"hiring: {plain(fact.value, 50)}")
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
        is_page = "pricing page" in fact.value
        name, clause = ("pricing_page", "has a pricing page") if is_page else ("prices", "shows its prices")
        return Finding(name, plain(fact.value, _LONGEST), fact.source_url, clause)
    return Finding("none", "no prices were found", site.url) if _was_read(site) else None


def _customers(site: Site, fact: CompanyFact | None) -> Finding | None:
    if fact is not None:
        first = plain(fact.value.split(";")[0], 40)
        return Finding("named", plain(fact.value, _LONGEST), fact.source_url, f"names customers such as {first}")
    return Finding("none", "no customers are named", site.url) if _was_read(site) else None


def _news(fact: CompanyFact | None) -> Finding | None:
    if fact is None:
        return None
    return Finding("found", plain(fact.value, _LONGEST), fact.source_url, f"in the news: {plain(fact.value, 60)}")


def _was_read(site: Site) -> bool:
    return site.outcome == "visited"
