"""The result of one enrichment, and the hash of the inputs that it depends on."""

import hashlib
import json
from dataclasses import dataclass

from common.contracts import Company, Contact, Person
from enricher.contacts.prospects import Prospect
from enricher.enrichment.profiling import Profile
from enricher.extract.facts import Fact
from enricher.steps import Steps

#: The version of the rules by which companies are enriched. Raise it when a change alters what is found.
RULES = 4


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The result for one tenant. `prospects` are contacts that it bought, `people` are those that the site names."""

    profile: Profile
    contacts: tuple[Contact, ...]
    prospects: tuple[Prospect, ...]
    steps: Steps
    people: tuple[Person, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.profile.facts


def inputs_hash(company: Company) -> str:
    """Hashes the inputs of an enrichment: the rules' version and the company's fields."""
    inputs = [RULES, company.uen, company.name, company.website_domain, company.address, company.postal_code]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
