"""Whom to write to, bought where the company's own site names nobody: people by title, with their work addresses."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from pydantic import TypeAdapter

from common.contracts import Contact
from enricher.bought import Bought, Form
from enricher.calling import StepSkipped
from enricher.emails import is_role
from enricher.steps import Steps
from enricher.vendors.lusha import Lusha, ProspectAnswer, RevealAnswer, prospect_cost, reveal_cost

_PROSPECT = TypeAdapter(ProspectAnswer)
_REVEAL = TypeAdapter(RevealAnswer)

#: People that a search returns, and of them those whose addresses are bought.
FOUND, REVEALED = 10, 2
#: People change their jobs about every few years; what was bought this recently is used again.
FRESH_FOR = timedelta(days=90)
SOURCE = "https://www.lusha.com/"


@dataclass(frozen=True, slots=True)
class Sold:
    """A contact that was bought, and whom the vendor means by it."""

    contact: Contact
    vendor_id: str


class People:
    """Buys from Lusha for companies whose site gave nobody's address; without it, or switched off, says so."""

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
            ids = [person.vendor_id for person in found.answer.people if person.has_email][:REVEALED]
            if not ids:
                step.reason = "lusha: nobody with such a title and an address"
                steps.note(step.reason)
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
            steps.note(*(f"lusha: {code}" for _, code in revealed.answer.failed))
            return [
                Sold(
                    Contact(
                        kind="email",
                        value=address.lower(),
                        is_role=is_role(address),
                        source_url=SOURCE,
                        name=person.full_name or None,
                        title=person.title or None,
                        vendor="lusha",
                    ),
                    person.vendor_id,
                )
                for person in revealed.answer.contacts
                for address, _, _ in person.emails
            ]
        return []


def with_status(contact: Contact, status: str, sub_status: str | None) -> Contact:
    """The contact as it was verified; a role address stays one, and a verifier may find that it is one."""
    is_of_role = contact.is_role or sub_status == "role_based"
    return contact.model_copy(update={"status": status, "sub_status": sub_status, "is_role": is_of_role})


def sold_with(sold: Sold, contact: Contact) -> Sold:
    """The same person with the contact as it is known now."""
    return replace(sold, contact=contact)
