"""The result of one enrichment, and the hash of the inputs that it depends on."""

import hashlib
import json
from dataclasses import dataclass

from common.contracts import Company, Contact
from enricher.contacts.prospects import Sold
from enricher.extract.facts import Fact
from enricher.profiling import Profile
from enricher.steps import Steps

#: The version of the rules by which companies are enriched. Raise it when a change alters what is found.
RULES = 2


@dataclass(frozen=True, slots=True)
class Enrichment:
    """All that was found, for one tenant. `sold` are contacts that it bought."""

    profile: Profile
    contacts: tuple[Contact, ...]
    sold: tuple[Sold, ...]
    steps: Steps

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.profile.facts


def inputs_hash(company: Company) -> str:
    """The same for as long as an enrichment would go by the same."""
    inputs = [RULES, company.uen, company.name, company.website_domain, company.address, company.postal_code]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
