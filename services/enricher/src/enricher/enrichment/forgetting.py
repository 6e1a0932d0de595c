"""Removes from an enrichment the people and companies that asked to be forgotten."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from common.contracts import Company, Site
from common.forgotten.digests import ForgottenList, scopes_of
from common.forgotten.redaction import DROPPED, Redaction
from enricher.contacts.prospects import Prospect
from enricher.crawl.visits import Visit
from enricher.enrichment.profiling import Profile
from enricher.extract.facts import Fact
from enricher.llm.corpus import Corpus

M = TypeVar("M", bound=BaseModel)

#: The reason why nothing is known of a company that is forgotten whole.
REASON = "forgotten: no data about this company is collected (`leadgen forget`)"


def nothing_of() -> Profile:
    """Builds the profile of a company that is forgotten whole: like that of a company whose site forbids visits."""
    site = Site(outcome="forbidden")
    return Profile(site, (), (), (), Visit(site, is_forbidden=True), Corpus(()))


def allowed(profile: Profile, company: Company, forgotten: ForgottenList) -> Profile:
    """Returns the profile without forgotten persons, and without facts that name them."""
    if not forgotten:
        return profile
    redaction = Redaction(forgotten, _scopes_of(company))
    return replace(
        profile,
        contacts=tuple(_allowed(profile.contacts, redaction)),
        people=tuple(_allowed(profile.people, redaction)),
        facts=tuple(fact for fact in profile.facts if _is_allowed(fact, redaction)),
    )


def allowed_prospects(prospects: Iterable[Prospect], company: Company, forgotten: ForgottenList) -> list[Prospect]:
    """Returns the prospects who are not forgotten."""
    redaction = Redaction(forgotten, _scopes_of(company))
    return [
        it
        for it in prospects
        if not forgotten.has("vendor_id", it.vendor_id) and list(_allowed([it.contact], redaction))
    ]


def _scopes_of(company: Company) -> list[str]:
    """Lists the scopes in which names of the company's people are forgotten."""
    return scopes_of(company.uen, company.website_domain)


def _allowed(found: Iterable[M], redaction: Redaction) -> Iterable[M]:
    return (it for it in found if redaction.value(it.model_dump(mode="json")) is not DROPPED)


def _is_allowed(fact: Fact, redaction: Redaction) -> bool:
    return all(redaction.text(it) == it for it in (fact.value, fact.quote or ""))
