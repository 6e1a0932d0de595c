"""Requests of Lusha's two endpoints, and persons in its format, before and after they are revealed."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.town.people import Person
from simulator.town.sites import Site
from simulator.vendors.accounts import Account

PRICES = {"emails": 1, "phones": 5}
FIRST_ID = 4_000_000_000
STEP = 7  # between ids: a number that is none of them is nobody's


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Pagination(_Strict):
    page: int = Field(default=0, ge=0, le=1000)
    size: int = Field(default=25, ge=10, le=100)


class _Criteria(BaseModel):
    """Filters that the town can apply; others are accepted and ignored."""

    model_config = ConfigDict(extra="allow")

    domains: list[str] = []
    names: list[str] = []
    jobTitles: list[str] = []  # noqa: N815 - Lusha's name
    existingDataPoints: list[str] = []  # noqa: N815 - Lusha's name


class _Side(_Strict):
    include: _Criteria = _Criteria()
    exclude: _Criteria = _Criteria()


class _Filters(_Strict):
    companies: _Side = _Side()
    contacts: _Side = _Side()


class _Options(_Strict):
    includePartialProfiles: bool = False  # noqa: N815 - Lusha's name
    excludeDnc: bool = False  # noqa: N815 - Lusha's name


class Prospecting(_Strict):
    """Body of POST /v3/contacts/prospecting."""

    pagination: _Pagination = _Pagination()
    filters: _Filters
    options: _Options = _Options()


class Enrich(_Strict):
    """Body of POST /v3/contacts/enrich."""

    ids: list[str] = Field(min_length=1, max_length=100)
    reveal: list[Literal["emails", "phones"]] = ["emails", "phones"]
    waterfallEnabled: bool = True  # noqa: N815 - Lusha's name


def id_of(site: Site, person: Person) -> str:
    """Returns the person's opaque id, in digits."""
    return str(FIRST_ID + (site.company.index * 16 + person.number) * STEP)


def has(person: Person, field: str) -> bool:
    """Whether there is an address, or a phone, to reveal."""
    return (person.email if field == "emails" else person.phone) is not None


def _job(person: Person) -> dict[str, Any]:
    return {"title": person.title, "departments": [person.department], "seniority": person.seniority}


def _company(site: Site) -> dict[str, Any]:
    """Formats the company; every second domain has a www that may not exist."""
    domain = f"www.{site.host}" if site.taste & 1 else site.host
    return {"id": str(10_000_000 + site.company.index), "name": site.brand, "domain": domain}


def _location(person: Person) -> dict[str, Any]:
    if person.is_eu:
        return {
            "country": "Germany",
            "countryIso2": "DE",
            "city": "Hamburg",
            "continent": "Europe",
            "isEuContact": True,
        }
    return {"country": "Singapore", "countryIso2": "SG", "city": "Singapore", "continent": "Asia", "isEuContact": False}


def preview(site: Site, person: Person, account: Account) -> dict[str, Any]:
    """Formats a result of prospecting: the name as the only personal data, and the fields for sale with prices."""
    each = id_of(site, person)
    fields = [field for field in PRICES if has(person, field)]
    return {
        "id": each,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "jobTitle": _job(person),
        "company": _company(site),
        "location": {key: value for key, value in _location(person).items() if key in ("country", "city")},
        "socialLinks": {},
        "has": ["firstName", "lastName", "jobTitle", "company", "location", *fields],
        "canReveal": [
            {"field": field, "credits": 0 if f"{each} {field}" in account.bought else PRICES[field]} for field in fields
        ],
    }


def revealed(each: str, site: Site, person: Person, reveal: list[Literal["emails", "phones"]]) -> dict[str, Any]:
    """Formats a result of enrich: the requested fields that exist."""
    date = person.updated_on
    emails = [{"email": person.email, "type": person.email_type, "confidence": person.confidence, "updateDate": date}]
    phones = [{"number": person.phone, "type": "mobile", "doNotCall": person.do_not_call, "updateDate": date}]
    return {
        "id": each,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "fullName": person.full_name,
        "jobTitle": _job(person),
        "location": _location(person),
        "tags": [],
        "emails": emails if person.email is not None and "emails" in reveal else [],
        "phones": phones if person.phone is not None and "phones" in reveal else [],
        "company": {**_company(site), "industry": site.industry.trade.capitalize()},
        "socialLinks": {},
        "previousEmployment": [],
        "updateDate": date,
    }
