"""Lusha (V3): people who work at a company, and the work e-mail addresses of those we choose. Charged in credits.

Looking for people gives no personal data beyond a name and a title; revealing does, and only that is asked for which we
use: never telephone numbers, never other vendors' data at other prices, and addresses that Lusha calls private are
dropped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import httpx2
from pydantic import BeforeValidator, Field

from enricher.vendors.http import Endpoint
from enricher.vendors.lenient_json import ENTRIES, PART, Charge, Flag, Reply, Text

_WITHIN_S = 30
_LEAST_SIZE, _MOST_SIZE = 10, 50  # of a page of people
_MOST_IDS = 100


def prospect_cost(size: int) -> int:
    """Returns the highest cost in credits of a page of so many people.

    The documents differ: this is the highest of them.
    """
    return min(max(size, _LEAST_SIZE), _MOST_SIZE)


def reveal_cost(ids: int) -> int:
    """Returns the highest cost in credits of the addresses of so many people."""
    return ids


@dataclass(frozen=True, slots=True)
class Person:
    vendor_id: str
    first_name: str
    last_name: str
    title: str
    has_email: bool


@dataclass(frozen=True, slots=True)
class ProspectAnswer:
    people: tuple[Person, ...]
    credits: int


@dataclass(frozen=True, slots=True)
class RevealedContact:
    """A person's addresses: `emails` are (address, type, confidence), type work or unknown.

    `updated_on`: Lusha's last look.
    """

    vendor_id: str
    full_name: str
    title: str
    emails: tuple[tuple[str, str, str], ...]
    is_eu: bool
    updated_on: date | None


@dataclass(frozen=True, slots=True)
class RevealAnswer:
    """Contacts and failures. Each requested id is in one of the two. `failed` are (id, code)."""

    contacts: tuple[RevealedContact, ...]
    failed: tuple[tuple[str, str], ...]
    credits: int


def _code(value: object) -> str | None:
    """Returns the code of a result's own error; `None` if there is none."""
    if not value:
        return None
    code = value.get("code") if isinstance(value, dict) else value
    return str(code)[:60] if isinstance(code, str | int) else "UNKNOWN"


def _title(value: object) -> str:
    title = value.get("title") if isinstance(value, dict) else value
    return title.strip() if isinstance(title, str) else ""


def _names(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item.get("field", "") if isinstance(item, dict) else item for item in items)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


class _Billing(Reply):
    credits: Charge = Field(default=None, alias="creditsCharged")


class _Location(Reply):
    is_eu: Flag = Field(default=False, alias="isEuContact")


class _Email(Reply):
    email: Text = ""
    type: Text = ""
    confidence: Text = ""


class _Result(Reply):
    id: Text = ""
    first_name: Text = Field(default="", alias="firstName")
    last_name: Text = Field(default="", alias="lastName")
    full_name: Text = Field(default="", alias="fullName")
    title: Annotated[str, BeforeValidator(_title)] = Field(default="", alias="jobTitle")
    has: Annotated[tuple[Any, ...], BeforeValidator(_names)] = ()
    can_reveal: Annotated[tuple[Any, ...], BeforeValidator(_names)] = Field(default=(), alias="canReveal")
    emails: Annotated[tuple[_Email, ...], ENTRIES] = ()
    location: Annotated[_Location, PART] = Field(default_factory=_Location)
    updated_on: Annotated[date | None, BeforeValidator(_day)] = Field(default=None, alias="updateDate")
    error: Annotated[str | None, BeforeValidator(_code)] = None


class _Answer(Reply):
    results: Annotated[tuple[_Result, ...], ENTRIES]
    billing: Annotated[_Billing, PART] = Field(default_factory=_Billing)


class Lusha:
    """Client of Lusha.

    One request per call; all raise VendorError. `credits` is the answer's number, else the highest cost.
    """

    def __init__(self, http: httpx2.AsyncBaseTransport, key: str, base_url: str = "https://api.lusha.com") -> None:
        self._endpoint = Endpoint("lusha", http, base_url, key, {"api_key": key.strip()})

    async def prospect(self, domain: str, titles: Sequence[str], *, size: int) -> ProspectAnswer:
        """Finds people at the company of this domain, with one of these titles and a work address. At most `size`.

        A repeat may be charged again.
        """
        asked = prospect_cost(size)
        contacts: dict[str, Any] = {"existingDataPoints": ["work_email"]}
        if titles:
            contacts["jobTitles"] = list(titles)
        body = {
            "pagination": {"page": 0, "size": asked},
            "filters": {"companies": {"include": {"domains": [domain]}}, "contacts": {"include": contacts}},
            "options": {"includePartialProfiles": False, "excludeDnc": True},
        }
        answer = await self._endpoint.post("/v3/contacts/prospecting", body, _Answer, within_s=_WITHIN_S)
        people = [
            Person(
                vendor_id=result.id,
                first_name=result.first_name,
                last_name=result.last_name,
                title=result.title,
                has_email=any("email" in str(name).lower() for name in (*result.has, *result.can_reveal)),
            )
            for result in answer.results
            if result.id and not result.error
        ]
        return ProspectAnswer(tuple(people[:size]), asked if answer.billing.credits is None else answer.billing.credits)

    async def reveal(self, ids: Sequence[str]) -> RevealAnswer:
        """Returns the work addresses of up to 100 people.

        A repeat is free for people whose address was answered before.
        """
        if not 1 <= len(ids) <= _MOST_IDS:
            raise ValueError(f"{len(ids)} ids: a reveal takes 1 to {_MOST_IDS}")
        body = {"ids": list(ids), "reveal": ["emails"], "waterfallEnabled": False}
        answer = await self._endpoint.post("/v3/contacts/enrich", body, _Answer, within_s=_WITHIN_S)
        results = {result.id: result for result in reversed(answer.results)}
        contacts, failed = [], []
        for vendor_id in dict.fromkeys(ids):
            result = results.get(vendor_id)
            if result is None or result.error:
                failed.append((vendor_id, result.error if result and result.error else "NO_ANSWER"))
            else:
                contacts.append(_contact(result))
        charged = reveal_cost(len(ids)) if answer.billing.credits is None else answer.billing.credits
        return RevealAnswer(tuple(contacts), tuple(failed), charged)


def _contact(result: _Result) -> RevealedContact:
    return RevealedContact(
        vendor_id=result.id,
        full_name=result.full_name or f"{result.first_name} {result.last_name}".strip(),
        title=result.title,
        emails=tuple(
            (email.email, email.type or "unknown", email.confidence)
            for email in result.emails
            if email.email and email.type.lower() != "private"
        ),
        is_eu=result.location.is_eu,
        updated_on=result.updated_on,
    )
