"""Purchases of an enrichment, on the real PostgreSQL and a vendor that may say anything."""

from collections.abc import Sequence
from typing import cast

import pytest

from common.contracts import Contact
from common.forgotten.suppression import ReadSuppression
from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.contacts.prospects import Prospect, Prospects
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.answer_cache import AnswerCache
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.steps import Steps
from enricher.vendors.lusha import Lusha, Person, ProspectAnswer, RevealAnswer, RevealedContact

TITLES = ("CEO", "Director")


class Seller:
    """Knows these people: id, title, address."""

    def __init__(self, *people: tuple[str, str, str]) -> None:
        self.people = people
        self.revealed: list[str] = []

    async def prospect(self, domain: str, titles: Sequence[str], *, size: int) -> ProspectAnswer:
        return ProspectAnswer(
            tuple(Person(id_, "A", "B", title, has_email=bool(email)) for id_, title, email in self.people), 1
        )

    async def reveal(self, ids: Sequence[str]) -> RevealAnswer:
        self.revealed += ids
        by_id = {it[0]: it for it in self.people}
        sold = (by_id[id_] for id_ in ids)
        return RevealAnswer(
            tuple(
                RevealedContact(id_, f"Mr\n{id_}", title, ((email, "work", "A+"),), is_eu=False, updated_on=None)
                for id_, title, email in sold
            ),
            (),
            len(ids),
        )


async def bought(database: Database, seller: Seller, steps: Steps | None = None, **other: bool) -> list[Prospect]:
    calls = GuardedCalls(Budgets(GroupCommit(database, LOCK_ORDER), {"lusha": 100}), CircuitBreakers(database))
    prospects = Prospects(
        AnswerCache(GroupCommit(database, LOCK_ORDER), calls, ReadSuppression(database)),
        cast(Lusha, seller),
        TITLES,
        is_enabled=other.get("is_enabled", True),
    )
    return await prospects.find("acme.sg", (), 1, steps or Steps())


async def test_those_wanted_most_are_bought_and_only_those_with_an_address(database: Database) -> None:
    """Two, by the order of the titles; of equal ones, as the vendor has them."""
    seller = Seller(
        ("1", "Sales Director", "a@acme.sg"),
        ("2", "CEO", ""),
        ("3", "Group CEO", "c@acme.sg"),
        ("4", "Cook", "d@acme.sg"),
    )

    sold = await bought(database, seller)

    assert seller.revealed == ["3", "1"]
    assert [(it.vendor_id, it.contact.value, it.contact.title) for it in sold] == [
        ("3", "c@acme.sg", "Group CEO"),
        ("1", "a@acme.sg", "Sales Director"),
    ]


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@acme.sg", "noreply@acme.sg", "a@acme.sg\0", "=1+1@acme.sg"])
async def test_what_is_no_address_is_no_contact(database: Database, address: str) -> None:
    """A vendor's word is not enough."""
    sold = await bought(database, Seller(("1", "CEO", address)))

    assert [it.contact.value for it in sold] in ([], ["a@acme.sg"])


async def test_an_address_and_a_name_come_in_one_spelling(database: Database) -> None:
    """An address and a name come in one spelling, as they do from a site."""
    [sold] = await bought(database, Seller(("1", "CEO", " Mei@ACME.sg ")))

    assert (sold.contact.value, sold.contact.name, sold.contact.vendor) == ("mei@acme.sg", "Mr 1", "lusha")


async def test_nobody_to_buy_is_said(database: Database) -> None:
    """The search is paid for, once."""
    steps = Steps()

    assert await bought(database, Seller(), steps) == []
    assert steps.reasons == ["lusha: nobody with such a title and an address"]
    assert (steps.taken[0].outcome, steps.taken[0].units) == ("done", 1)


async def test_switched_off_nothing_is_bought(database: Database) -> None:
    """If it is switched off, nothing is bought, nor is anybody asked."""
    seller = Seller(("1", "CEO", "a@acme.sg"))
    steps = Steps()

    assert await bought(database, seller, steps, is_enabled=False) == []
    assert (seller.revealed, steps.reasons) == ([], ["lusha: switched off"])


async def test_a_named_person_on_the_site_makes_it_needless(database: Database) -> None:
    """A role address does not."""
    group_commit = GroupCommit(database, LOCK_ORDER)
    calls = GuardedCalls(Budgets(group_commit, {"lusha": 100}), CircuitBreakers(database))
    prospects = Prospects(
        AnswerCache(group_commit, calls, ReadSuppression(database)), cast(Lusha, Seller()), TITLES, is_enabled=True
    )
    shared = Contact(kind="email", value="info@acme.sg", is_role=True, source_url="http://acme.sg/")
    person = shared.model_copy(update={"value": "mei@acme.sg", "is_role": False})
    steps = Steps()

    await prospects.find("acme.sg", (shared, person), 1, steps)
    await prospects.find("acme.sg", (shared,), 1, steps)
    await prospects.find(None, (shared,), 1, steps)

    assert [step.outcome for step in steps.taken] == ["not_needed", "done", "skipped"]
