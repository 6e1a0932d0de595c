"""Builders for the scorer's tests; say only what matters.

Functions, not fixtures: Hypothesis' strategies and tests' parameters are made before there is any fixture.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import orjson

from common.cloudevents import encode_headers, pack_headers
from common.contracts import Company, CompanyEnriched, CompanyFact, Contact, Event, Icp, Site
from common.delivery.inbox import Claim
from common.handling.work import Item
from scorer.core.scoring_profile import StoredProfile
from testkit.stages import envelope_for

E = TypeVar("E", bound=Event)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOME = "http://acme.sg"

#: An ICP that asks for everything.
EVERYTHING: dict[str, Any] = {
    "industries": ["2020:25"],
    "employees_from": 20,
    "employees_to": 200,
    "age_from": 3,
    "districts": ["01", "22"],
    "technologies": ["Shopify", "React"],
}


def a_profile(weights: dict[str, float] | None = None, **icp: Any) -> StoredProfile:
    """A tenant's that has these weights, and an ICP if anything is said of it."""
    return StoredProfile(
        icp=Icp(**icp).model_dump_json() if icp else None,
        changed_at=NOW if icp else None,
        weights=None if weights is None else orjson.dumps(weights).decode(),
        weights_version=None if weights is None else "own",
    )


def an_enrichment(company: Company, *, tenant_id: int = 1, hours: int = 0, **found: Any) -> CompanyEnriched:
    """An enrichment of this company, so many hours after NOW; its site was read and says only what a test states."""
    nothing = {"site": Site(outcome="visited", url=HOME), "contacts": [], "degraded_reasons": []}
    of = {"tenant_id": tenant_id, "company": company, "enriched_at": NOW + timedelta(hours=hours)}
    return CompanyEnriched.model_validate(of | nothing | found)


def seen(
    *,
    site: Site | None = None,
    contacts: Sequence[Contact] = (),
    facts: Sequence[CompanyFact] = (),
    reasons: Sequence[str] = (),
    **company: object,
) -> CompanyEnriched:
    """An enrichment of a made-up maker of caps, eight years old."""
    known = {
        "company_id": 7,
        "uen": "201812345K",
        "name": "ACME PTE. LTD.",
        "incorporated_on": date(2018, 3, 1),
        "industry_code": "25912",
        "industry_norm": "manufacture of metal caps",
        "ssic_version": "2020",
        "postal_code": "048616",
        "website_domain": "acme.sg",
    }
    found: dict[str, Any] = {"contacts": contacts, "facts": facts, "degraded_reasons": reasons}
    if site is not None:
        found["site"] = site
    return an_enrichment(Company.model_validate(known | company), **found)


def an_email(value: str = "jane@acme.sg", **more: Any) -> Contact:
    """An e-mail address of the company's own site."""
    return Contact(kind="email", value=value, source_url=f"{HOME}/contact", **more)


def a_phone(value: str = "+6561234567") -> Contact:
    """A telephone number of the company's own site."""
    return Contact(kind="phone", value=value, source_url=HOME)


def a_fact(field: str, value: str, page: str = "/about") -> CompanyFact:
    """A fact of the company's own site."""
    return CompanyFact(field=field, value=value, source_url=HOME + page, method="page", confidence=0.7)


def an_item(event: E) -> Item[E]:
    """An event with a claim that nobody asks the inbox about."""
    envelope = envelope_for(event)
    claim = Claim(
        event_id=envelope.event_id,
        replay_id=envelope.replay_id,
        attempts=1,
        topic=event.topic,
        partition=0,
        offset=0,
        key=event.key.encode(),
        tenant_id=event.tenant_id,
        lane="interactive",
        value=None,
        headers=pack_headers(encode_headers(event, envelope, source="test")),
        received_at=NOW,
        failures=0,
        error=None,
    )
    return Item(event, envelope, claim)
