"""Matches companies with existing partners in Odoo, so that no company is created twice. Searches are passed in.

A partner matches by UEN, else by website, else by name and country. A chunk takes two searches.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from common.contracts import Company
from odoo_sync.model import Values
from odoo_sync.records.edits import domain_of

#: Searches partners: an Odoo domain in, their values out.
Search: TypeAlias = Callable[[list[Any]], Awaitable[list[Values]]]

UEN_COLUMNS = ("company_registry", "ref", "vat")

#: Hosts that many companies share: they identify none.
SHARED_HOSTS = frozenset(
    {
        *("facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com", "tiktok.com"),
        *("wa.me", "t.me", "linktr.ee", "google.com", "sites.google.com", "business.site", "blogspot.com"),
        *("wordpress.com", "wixsite.com", "wix.com", "weebly.com", "squarespace.com", "webflow.io", "github.io"),
        *("godaddysites.com", "shopify.com", "myshopify.com", "carousell.sg", "carousell.com", "shopee.sg"),
        *("lazada.sg", "qoo10.sg", "gmail.com", "googlemail.com", "yahoo.com", "yahoo.com.sg", "hotmail.com"),
        *("outlook.com", "live.com", "icloud.com", "singnet.com.sg", "starhub.net.sg", "pacific.net.sg"),
    }
)


@dataclass(frozen=True)
class Match:
    """A partner that may be the company. `by` is the reason, `others` the number of further candidates."""

    partner: Values
    by: str
    others: int
    is_named: bool

    @property
    def note(self) -> str:
        """The line for the link's notes."""
        among = f", one of {self.others + 1}" if self.others else ""
        return f"partner {self.partner['id']} was there already: same {self.by}{among}"


async def find(
    companies: Sequence[Company], search: Search, columns: frozenset[str], country: int | None
) -> dict[int, list[Match]]:
    """Finds the candidates of each company, best first. Makes no call without companies."""
    if not companies:
        return {}
    uen_columns = [column for column in UEN_COLUMNS if column in columns]
    uens = [company.uen for company in companies]
    by_uen = await search(with_uen(uens, uen_columns))
    found = {
        company.company_id: _ranked(_of_uen(by_uen, company, uen_columns), "UEN", company) for company in companies
    }
    left = [company for company in companies if not found[company.company_id]]
    if left:
        domains = sorted({it for company in left if (it := own_domain(company))})
        conditions: list[Any] = [["website", "ilike", domain] for domain in domains]
        named = ["name", "in", [company.name for company in left]]
        one = [named] if country is None else ["&", named, ["country_id", "=", country]]
        unregistered = _UNREGISTERED if "company_registry" in columns else []
        others = await search([*unregistered, "&", _COMPANY, *_any_of([*([it] for it in conditions), one])])
        for company in left:
            free = [it for it in others if not _is_another(it, company, uen_columns)]
            domain = own_domain(company)
            same_site = [it for it in free if domain and domain_of(str(it.get("website") or "")) == domain]
            same_name = [it for it in free if it["name"] == company.name and _lies_in(it, country)]
            found[company.company_id] = _ranked(same_site, "website", company) or _ranked(
                same_name, "name and country", company
            )
    return found


def with_uen(uens: Sequence[str], columns: Sequence[str]) -> list[Any]:
    """Builds the Odoo domain of companies that have one of these UENs in one of these columns.

    It excludes people: Odoo copies a company's UEN to its contacts, who keep it after the company is deleted.
    """
    return [*_any([[column, "in", list(uens)] for column in columns]), _COMPANY]


def own_domain(company: Company) -> str | None:
    """Extracts the domain of the company's website, unless many companies share the host."""
    domain = domain_of(company.website_domain or "")
    shared = domain in SHARED_HOSTS or any(domain.endswith(f".{host}") for host in SHARED_HOSTS)
    return None if not domain or shared else domain


def assign(found: Mapping[int, list[Match]], owners: Mapping[int, int]) -> dict[int, Match]:
    """Assigns at most one partner to each company, and no partner to two.

    `owners` maps partners that are linked already to their company. If a partner fits two companies, the one with its
    name gets it, else the first.
    """
    chosen: dict[int, Match] = {}
    assigned = dict(owners)
    for by in ("UEN", "website", "name and country"):
        for company_id, candidates in sorted(found.items(), key=lambda it: not (it[1] and it[1][0].is_named)):
            if company_id in chosen or not candidates or candidates[0].by != by:
                continue
            for candidate in candidates:
                if assigned.setdefault(candidate.partner["id"], company_id) == company_id:
                    chosen[company_id] = candidate
                    break
    return chosen


_COMPANY = ["is_company", "=", True]
#: Leaves out partners with a registry number: they were not found by UEN, so they are other companies. Comparing all
#: of them with every website took seconds.
_UNREGISTERED = ["&", ["company_registry", "=", False]]


def _any(conditions: Sequence[Any]) -> list[Any]:
    return ["&", *["|"] * (len(conditions) - 1), *conditions]


def _any_of(domains: Sequence[list[Any]]) -> list[Any]:
    return [*["|"] * (len(domains) - 1), *(part for domain in domains for part in domain)]


def _of_uen(partners: Iterable[Values], company: Company, columns: Sequence[str]) -> list[Values]:
    return [it for it in partners if any(str(it.get(column) or "").strip() == company.uen for column in columns)]


def _is_another(partner: Values, company: Company, columns: Sequence[str]) -> bool:
    """Whether the partner has the UEN of another company."""
    return any(
        partner.get(column) and _looks_like_uen(str(partner[column])) and str(partner[column]).strip() != company.uen
        for column in columns
    )


def _looks_like_uen(text: str) -> bool:
    text = text.strip()
    return len(text) in (9, 10) and text.isalnum() and text[-1].isalpha() and sum(map(str.isdigit, text)) >= 4


def _lies_in(partner: Values, country: int | None) -> bool:
    return country is None or partner.get("country_id") == country


def _ranked(partners: list[Values], by: str, company: Company) -> list[Match]:
    """Sorts active partners first, then older ones. By website, a partner with the company's name comes before both."""

    def is_named(partner: Values) -> bool:
        return str(partner["name"] or "").strip().casefold() == company.name.strip().casefold()

    ranked = sorted(
        partners, key=lambda it: (by == "website" and not is_named(it), not it.get("active", True), it["id"])
    )
    return [Match(it, by, len(ranked) - 1, is_named(it)) for it in ranked]
