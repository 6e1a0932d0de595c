"""Enriched companies for benches: companies of the simulator's register, with plausible results of a visit.

About three in five have a site that was read, and of these most have contacts and a handful of facts; it is the same
for a company each time.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime

from common.contracts import Company, CompanyEnriched, CompanyFact, Contact, Icp, Site
from simulator.register import registry

ENRICHED_AT = datetime(2026, 11, 20, tzinfo=UTC)

#: What tenants look for, in turn.
ICPS = (
    Icp(industries=["2020:C"], employees_from=10, employees_to=200, age_from=3, technologies=["WordPress", "Shopify"]),
    Icp(industries=["2020:62", "2020:63"], employees_to=50, districts=["01", "02", "05", "22"]),
    Icp(industries=["2020:G", "2020:H"], age_from=5, age_to=30),
    Icp(industries=["2020:25", "2020:28", "2020:41"], districts=["22", "23"], technologies=["HubSpot"]),
)

_TECHNOLOGIES = ("Google Analytics", "HubSpot", "Shopify", "WordPress", "jQuery", "nginx")
_PEOPLE = (("Tan Wei Ming", "Managing Director"), ("Siti Rahman", "Head of Procurement"), ("Lim Mei", "Clerk"))
_CHECKED = (("valid", None), ("catch-all", None), ("do_not_mail", "role_based"), ("invalid", None), (None, None))


def visited(number: int, tenant_id: int) -> CompanyEnriched:
    """Returns the enricher's event for the register's company with this number, which is also its id."""
    entry = registry.company(number, registry.DEFAULT_SEED)
    chance = random.Random(number)  # noqa: S311 - not for secrets
    company = Company(
        company_id=number,
        uen=entry.uen,
        name=entry.name,
        entity_type=entry.entity_type,
        status="live",
        incorporated_on=date(chance.randint(1975, 2025), chance.randint(1, 12), chance.randint(1, 28)),
        industry_code=entry.primary_ssic_code,
        secondary_industry_code=entry.secondary_ssic_code,
        address=entry.address,
        postal_code=entry.postal_code,
        website_domain=entry.website,
        ssic_version="2020",
    )
    url = f"https://{entry.website}" if entry.website else None
    was_read = url is not None and chance.random() < 0.95
    return CompanyEnriched(
        tenant_id=tenant_id,
        company=company,
        site=_site(url, chance, was_read=was_read),
        contacts=_contacts(url, chance) if url and was_read else [],
        facts=_facts(url, chance) if url and was_read else [],
        degraded_reasons=[] if was_read else ["site: none is known"],
        enriched_at=ENRICHED_AT,
    )


def _site(url: str | None, chance: random.Random, *, was_read: bool) -> Site:
    if not was_read:
        return Site(outcome="unreachable" if url else "no_site_known", url=url)
    return Site(
        outcome="visited",
        url=url,
        title="Welcome",
        about="We make precision parts for customers in the region. " * 8,
        tech=sorted(chance.sample(_TECHNOLOGIES, chance.randint(0, 4))),
        has_careers=chance.random() < 0.4,
        pages=chance.randint(1, 8),
        found_by="register",
        confidence=0.9,
    )


def _contacts(url: str, chance: random.Random) -> list[Contact]:
    domain = url.removeprefix("https://")
    found = [Contact(kind="phone", value="+6561234567", source_url=f"{url}/contact")]
    status, sub_status = chance.choice(_CHECKED)
    found.append(
        Contact(
            kind="email",
            value=f"info@{domain}",
            is_role=True,
            source_url=f"{url}/contact",
            status=status,
            sub_status=sub_status,
        )
    )
    for name, title in chance.sample(_PEOPLE, chance.randint(0, 2)):
        status, sub_status = chance.choice(_CHECKED)
        address = f"{name.lower().replace(' ', '.')}@{domain}"
        found.append(
            Contact(
                kind="email",
                value=address,
                source_url="lusha",
                name=name,
                title=title,
                vendor="lusha",
                status=status,
                sub_status=sub_status,
            )
        )
    return found


def _facts(url: str, chance: random.Random) -> list[CompanyFact]:
    possible: Sequence[tuple[str, str, str]] = (
        ("customers", "Keppel; Sembcorp; ST Engineering", "/customers"),
        ("employees", str(chance.randint(2, 400)), "/about"),
        ("hiring", f"{chance.randint(1, 6)} roles: Machinist; Sales Engineer", "/careers"),
        ("pricing", "S$49 per month; S$99 per month", "/pricing"),
        ("products", "gears; shafts; housings", "/products"),
        ("technologies", "; ".join(sorted(chance.sample(_TECHNOLOGIES, 2))), ""),
    )
    return [
        CompanyFact(
            field=field,
            value=value,
            source_url=url + path,
            method="page",
            confidence=0.7,
            quote=f"... {value} ...",
        )
        for field, value, path in possible
        if chance.random() < 0.5
    ]
