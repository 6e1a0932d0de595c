"""Prospects: people with a wanted title and their work addresses, bought if the company's site names nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from common.contracts import Contact
from enricher.errors import StepSkipped
from enricher.extract.emails import is_role, normalise_email
from enricher.extract.persons.titles import fit_of, function_of, seniority_of
from enricher.pages.documents import clean
from enricher.purchases.answer_cache import AnswerCache, Codec
from enricher.steps import Steps
from enricher.vendors.lusha import Lusha, Person, ProspectAnswer, RevealAnswer, prospect_cost, reveal_cost

_PROSPECT = TypeAdapter(ProspectAnswer)
_REVEAL = TypeAdapter(RevealAnswer)

#: People per search, and how many of them have their addresses bought.
FOUND, REVEALED = 10, 2
#: Bought answers are used again for so long: people change their jobs every few years.
FRESH_FOR = timedelta(days=90)
SOURCE = "https://www.lusha.com/"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Prospect:
    """A bought contact, with the vendor's id of the person."""

    contact: Contact
    vendor_id: str


class Prospects:
    """Buys prospects from Lusha for companies whose site names no person's address.

    `titles` are the wanted job titles, best first.
    """

    def __init__(
        self, answer_cache: AnswerCache, lusha: Lusha | None, titles: tuple[str, ...], *, is_enabled: bool
    ) -> None:
        self._answer_cache = answer_cache
        self._lusha = lusha
        self.titles = titles
        self._is_enabled = is_enabled

    async def find(
        self, domain: str | None, contacts: tuple[Contact, ...], tenant_id: int, steps: Steps
    ) -> list[Prospect]:
        """Finds prospects at `domain`.

        Finds none if `contacts` have a person's address; skips the step without a domain.
        """
        with steps.take("lusha") as step:
            steps.require("lusha")
            if any(contact.kind == "email" and not contact.is_role for contact in contacts):
                step.outcome = "not_needed"
                return []
            if not self._is_enabled:
                raise StepSkipped("lusha: switched off")
            if self._lusha is None:
                raise StepSkipped("lusha: no key")
            if domain is None:
                raise StepSkipped("lusha: the company's website is not known")
            found = await self._answer_cache.ask(
                "lusha",
                tenant_id,
                ["prospect", domain, self.titles],
                is_public=False,
                fresh_for=FRESH_FOR,
                afresh=steps.afresh,
                units=prospect_cost(FOUND),
                make=partial(self._lusha.prospect, domain, self.titles, size=FOUND),
                charged=lambda answer: answer.credits,
                codec=Codec(
                    # With the domain, so that it can be found when the company is to be forgotten.
                    lambda answer: {**_PROSPECT.dump_python(answer, mode="json"), "domain": domain},
                    _PROSPECT.validate_python,
                ),
                scopes=[domain],
            )
            step.units = found.units
            step.outcome = "done" if found.is_new else "reused"
            ids = [person.vendor_id for person in self._wanted(found.answer.people)][:REVEALED]
            if not ids:
                steps.explain(step, "lusha: nobody with such a title and an address")
                return []
            revealed = await self._answer_cache.ask(
                "lusha",
                tenant_id,
                ["reveal", *ids],
                is_public=False,
                fresh_for=FRESH_FOR,
                afresh=steps.afresh,
                units=reveal_cost(len(ids)),
                make=partial(self._lusha.reveal, ids),
                charged=lambda answer: answer.credits,
                codec=Codec(lambda answer: _REVEAL.dump_python(answer, mode="json"), _REVEAL.validate_python),
                scopes=[domain],
            )
            step.units += revealed.units
            step.outcome = "done" if revealed.is_new else step.outcome
            if revealed.answer.failed:
                steps.explain(step, *(f"lusha: {code}" for _, code in revealed.answer.failed))
            return list(_prospects_in(revealed.answer, domain))
        return []

    def _wanted(self, people: Sequence[Person]) -> list[Person]:
        """Returns the people with an address, ordered by title, best first."""

        def place(person: Person) -> int:
            fit = fit_of(person.title, self.titles)
            return len(self.titles) if fit is None else fit

        return sorted((person for person in people if person.has_email), key=place)


def _prospects_in(answer: RevealAnswer, domain: str) -> Iterator[Prospect]:
    """Yields the valid e-mail addresses of an answer, with their persons."""
    for person in answer.contacts:
        for address, _, _ in person.emails:
            if email := normalise_email(address, domain):
                contact = Contact(
                    kind="email",
                    value=email,
                    is_role=is_role(email),
                    source_url=SOURCE,
                    name=clean(person.full_name, _LONGEST) or None,
                    title=clean(person.title, _LONGEST) or None,
                    vendor="lusha",
                )
                yield Prospect(contact, person.vendor_id)


def with_status(contact: Contact, status: str, sub_status: str | None) -> Contact:
    """Returns the contact with the verifier's status. `is_role` becomes True if the verifier says so, never False."""
    is_of_role = contact.is_role or sub_status == "role_based"
    return contact.model_copy(update={"status": status, "sub_status": sub_status, "is_role": is_of_role})


def with_fit(contact: Contact, titles: Sequence[str]) -> Contact:
    """Returns the contact with the seniority and function of its title, and its rank among the wanted titles."""
    if not contact.title:
        return contact
    said = {"seniority": seniority_of(contact.title), "function": function_of(contact.title)}
    return contact.model_copy(update={**said, "fit": fit_of(contact.title, titles)})


def with_contact(prospect: Prospect, contact: Contact) -> Prospect:
    """Returns the prospect with another contact in place of its own."""
    return replace(prospect, contact=contact)
