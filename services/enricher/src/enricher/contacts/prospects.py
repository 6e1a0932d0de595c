"""Whom to write to, bought where the company's own site names nobody: people by title, with their work addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from common.contracts import Contact
from enricher.errors import StepSkipped
from enricher.extract.emails import is_role, valid
from enricher.pages.documents import clean
from enricher.purchases.answer_cache import Bought, Form
from enricher.steps import Steps
from enricher.vendors.lusha import Lusha, Person, ProspectAnswer, RevealAnswer, prospect_cost, reveal_cost

_PROSPECT = TypeAdapter(ProspectAnswer)
_REVEAL = TypeAdapter(RevealAnswer)

#: People that a search returns, and of them those whose addresses are bought.
FOUND, REVEALED = 10, 2
#: People change their jobs about every few years; what was bought this recently is used again.
FRESH_FOR = timedelta(days=90)
SOURCE = "https://www.lusha.com/"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Sold:
    """A contact that was bought, and whom the vendor means by it."""

    contact: Contact
    vendor_id: str


class People:
    """Buys from Lusha for companies whose site gave nobody's address; without it, or switched off, says so.

    `titles` are those to look for, the most wanted first.
    """

    def __init__(self, bought: Bought, lusha: Lusha | None, titles: tuple[str, ...], *, is_enabled: bool) -> None:
        self._bought = bought
        self._lusha = lusha
        self._titles = titles
        self._is_enabled = is_enabled

    async def find(self, domain: str | None, contacts: tuple[Contact, ...], tenant_id: int, steps: Steps) -> list[Sold]:
        """Nobody where the site names a person's address already, or where no domain is known."""
        with steps.take("lusha") as step:
            if any(contact.kind == "email" and not contact.is_role for contact in contacts):
                step.outcome = "not_needed"
                return []
            if not self._is_enabled:
                raise StepSkipped("lusha: switched off")
            if self._lusha is None:
                raise StepSkipped("lusha: no key")
            if domain is None:
                raise StepSkipped("lusha: no site known to look by")
            found = await self._bought.ask(
                "lusha",
                tenant_id,
                ["prospect", domain, self._titles],
                is_public=False,
                fresh_for=FRESH_FOR,
                units=prospect_cost(FOUND),
                make=partial(self._lusha.prospect, domain, self._titles, size=FOUND),
                charged=lambda answer: answer.credits,
                form=Form(lambda answer: _PROSPECT.dump_python(answer, mode="json"), _PROSPECT.validate_python),
            )
            step.units = found.units
            step.outcome = "done" if found.is_new else "reused"
            ids = [person.vendor_id for person in self._wanted(found.answer.people)][:REVEALED]
            if not ids:
                steps.explain(step, "lusha: nobody with such a title and an address")
                return []
            revealed = await self._bought.ask(
                "lusha",
                tenant_id,
                ["reveal", *ids],
                is_public=False,
                fresh_for=FRESH_FOR,
                units=reveal_cost(len(ids)),
                make=partial(self._lusha.reveal, ids),
                charged=lambda answer: answer.credits,
                form=Form(lambda answer: _REVEAL.dump_python(answer, mode="json"), _REVEAL.validate_python),
            )
            step.units += revealed.units
            step.outcome = "done" if revealed.is_new else step.outcome
            if revealed.answer.failed:
                steps.explain(step, *(f"lusha: {code}" for _, code in revealed.answer.failed))
            return list(_sold(revealed.answer, domain))
        return []

    def _wanted(self, people: Sequence[Person]) -> list[Person]:
        """Those with an address, whoever has the title wanted most first."""

        def place(person: Person) -> int:
            title = person.title.casefold()
            return next((nth for nth, it in enumerate(self._titles) if it.casefold() in title), len(self._titles))

        return sorted((person for person in people if person.has_email), key=place)


def _sold(answer: RevealAnswer, domain: str) -> Iterator[Sold]:
    """The contacts of an answer, as far as they are e-mail addresses."""
    for person in answer.contacts:
        for address, _, _ in person.emails:
            if email := valid(address, domain):
                contact = Contact(
                    kind="email",
                    value=email,
                    is_role=is_role(email),
                    source_url=SOURCE,
                    name=clean(person.full_name, _LONGEST) or None,
                    title=clean(person.title, _LONGEST) or None,
                    vendor="lusha",
                )
                yield Sold(contact, person.vendor_id)


def with_status(contact: Contact, status: str, sub_status: str | None) -> Contact:
    """The contact as it was verified; a role address stays one, and a verifier may find that it is one."""
    is_of_role = contact.is_role or sub_status == "role_based"
    return contact.model_copy(update={"status": status, "sub_status": sub_status, "is_role": is_of_role})


def sold_with(sold: Sold, contact: Contact) -> Sold:
    """The same person with the contact as it is known now."""
    return replace(sold, contact=contact)
