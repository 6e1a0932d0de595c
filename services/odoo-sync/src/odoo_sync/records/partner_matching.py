"""Matches companies with existing partners in Odoo, so that no company is created twice. Searches are passed in.

A partner matches by UEN, else by website, else by name and country, in any spelling. A chunk takes two searches.
Of more than one candidate none is taken: a person decides.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from common.contracts import Company
from common.shared_hosts import SHARED_HOSTS
from odoo_sync.model import Values
from odoo_sync.records.edits import domain_of
from odoo_sync.records.lookalikes import looks_like_uen, name_patterns, normal_name, normal_uen, uen_spellings

#: Searches partners: an Odoo domain in, their values out.
Search: TypeAlias = Callable[[list[Any]], Awaitable[list[Values]]]

UEN_COLUMNS = ("company_registry", "ref", "vat")


@dataclass(frozen=True)
class Match:
    """A partner that may be the company. `by` is the matching criterion, `others` the number of further candidates."""

    partner: Values
    by: str
    others: int
    is_named: bool

    @property
    def note(self) -> str:
        """The line for the link's notes."""
        among = f", one of {self.others + 1}" if self.others else ""
        unticked = "" if self.partner.get("is_company") else "; it is not ticked as a company"
        return f"partner {self.partner['id']} was there already: same {self.by}{among}{unticked}"

    @property
    def line(self) -> str:
        """The line for the person who chooses."""
        archived = "" if self.partner.get("active", True) else ", archived"
        return f"candidate {self.partner['id']}: {self.partner['name']}, same {self.by}{archived}"


async def find(
    companies: Sequence[Company], search: Search, columns: frozenset[str], country: int | None
) -> dict[int, list[Match]]:
    """Finds the candidates of each company, best first. Makes no call without companies."""
    if not companies:
        return {}
    uen_columns = [column for column in UEN_COLUMNS if column in columns]
    uens = [company.uen for company in companies]
    spellings = [it for uen in uens for it in uen_spellings(uen)]
    by_uen = await search(with_uen(spellings, uen_columns))
    found = {
        company.company_id: _ranked(_of_uen(by_uen, company, uen_columns), "UEN", company) for company in companies
    }
    left = [company for company in companies if not found[company.company_id]]
    if left:
        domains = sorted({it for company in left if (it := own_domain(company))})
        conditions: list[Any] = [["website", "ilike", domain] for domain in domains]
        conditions += [["name", "=ilike", it] for company in left for it in name_patterns(company.name)]
        unregistered = _UNREGISTERED if "company_registry" in columns else []
        others = await search([*unregistered, "&", _COMPANY, *_any_of([[it] for it in conditions])])
        for company in left:
            free = [it for it in others if not _is_another(it, company, uen_columns)]
            domain = own_domain(company)
            same_site = [it for it in free if domain and domain_of(str(it.get("website") or "")) == domain]
            ours = normal_name(company.name)
            same_name = [it for it in free if normal_name(it["name"]) == ours and _lies_in(it, country)]
            found[company.company_id] = _ranked(same_site, "website", company) or _ranked(
                same_name, "name and country", company
            )
    return found


def with_uen(uens: Sequence[str], columns: Sequence[str]) -> list[Any]:
    """Builds the Odoo domain of companies that have one of these UENs in one of these columns.

    It excludes contacts of companies. Others that are not ticked as a company are found, see `_may_be_company`.
    """
    return [*_any([[column, "in", list(uens)] for column in columns]), "|", _COMPANY, ["parent_id", "=", False]]


def own_domain(company: Company) -> str | None:
    """Extracts the domain of the company's website, unless it is a shared host."""
    domain = domain_of(company.website_domain or "")
    shared = domain in SHARED_HOSTS or any(domain.endswith(f".{host}") for host in SHARED_HOSTS)
    return None if not domain or shared else domain


def assign(
    found: Mapping[int, list[Match]], owners: Mapping[int, int]
) -> tuple[dict[int, Match], dict[int, list[Match]]]:
    """Assigns at most one partner to each company, and no partner to two; also returns the candidates if several fit.

    `owners` maps partners that are linked already to their company. If a partner fits two companies, the one with its
    name gets it, else the first.
    """
    chosen: dict[int, Match] = {}
    undecided: dict[int, list[Match]] = {}
    assigned = dict(owners)
    for by in ("UEN", "website", "name and country"):
        for company_id, candidates in sorted(found.items(), key=lambda it: not (it[1] and it[1][0].is_named)):
            if company_id in chosen or not candidates or candidates[0].by != by:
                continue
            free = [it for it in candidates if assigned.get(it.partner["id"], company_id) == company_id]
            sole = _sole(free)
            if sole is not None:
                assigned[sole.partner["id"]] = company_id
                chosen[company_id] = sole
            elif free:
                undecided[company_id] = free
    return chosen, undecided


def _sole(candidates: Sequence[Match]) -> Match | None:
    """Selects the only relevant candidate: active before archived ones; for one website, the name decides."""
    active = [it for it in candidates if it.partner.get("active", True)] or list(candidates)
    named = [it for it in active if it.is_named]
    if len(active) > 1 and active[0].by == "website" and len(named) == 1:
        return named[0]
    return active[0] if len(active) == 1 else None


_COMPANY = ["is_company", "=", True]
#: Leaves out partners with a registry number: they were not found by UEN, so they are other companies. Comparing all
#: of them with every website took seconds.
_UNREGISTERED = ["&", ["company_registry", "=", False]]


def _any(conditions: Sequence[Any]) -> list[Any]:
    return ["&", *["|"] * (len(conditions) - 1), *conditions]


def _any_of(domains: Sequence[list[Any]]) -> list[Any]:
    return [*["|"] * (len(domains) - 1), *(part for domain in domains for part in domain)]


def _of_uen(partners: Iterable[Values], company: Company, columns: Sequence[str]) -> list[Values]:
    return [
        it
        for it in partners
        if any(normal_uen(it.get(column)) == normal_uen(company.uen) for column in columns)
        and _may_be_company(it, company)
    ]


def _may_be_company(partner: Values, company: Company) -> bool:
    """Whether a partner with the company's UEN may be the company, even if it is not marked as a company.

    Odoo copies registry number and VAT of a company to its contacts, who keep them after the company is deleted. The
    reference is not copied, and a contact has not the company's name.
    """
    if partner.get("is_company"):
        return True
    if partner.get("parent_id"):
        return False
    return normal_uen(partner.get("ref")) == normal_uen(company.uen) or normal_name(partner["name"]) == normal_name(
        company.name
    )


def _is_another(partner: Values, company: Company, columns: Sequence[str]) -> bool:
    """Whether the partner has the UEN of another company."""
    return any(
        looks_like_uen(uen) and uen != normal_uen(company.uen)
        for uen in (normal_uen(partner.get(column)) for column in columns)
    )


def _lies_in(partner: Values, country: int | None) -> bool:
    return country is None or not partner.get("country_id") or partner["country_id"] == country


def _ranked(partners: list[Values], by: str, company: Company) -> list[Match]:
    """Sorts active partners first, then older ones. For a website, a partner with the company's name comes first."""

    def is_named(partner: Values) -> bool:
        return normal_name(partner["name"]) == normal_name(company.name)

    ranked = sorted(
        partners, key=lambda it: (by == "website" and not is_named(it), not it.get("active", True), it["id"])
    )
    return [Match(it, by, len(ranked) - 1, is_named(it)) for it in ranked]
