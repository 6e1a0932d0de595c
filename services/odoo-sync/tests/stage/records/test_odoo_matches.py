"""Partners that look like the company: one is taken, of more than one none is, until a person decides."""

from typing import Any

import pytest

from odoo_sync.operator.audit import audit
from odoo_sync.operator.commands import NothingToDecide, TenantContext, decision, list_matches
from odoo_sync.tables import connections


async def context(harness: Any) -> TenantContext:
    async with harness.database.transaction(1) as tx:
        connection = await connections.find(tx)
    return TenantContext(harness.database, harness.syncing, 1, connection)


@pytest.mark.parametrize(
    "theirs",
    [
        {"ref": "201812345k"},
        {"vat": "SG201812345K"},
        {"company_registry": "201812345 K"},
        {"ref": "201812345K", "is_company": ""},
        {"name": "Acme Pte. Ltd.", "country_id": 197},
        {"name": "acme private limited"},
        {"website": "https://acme.sg", "ref": "201812345k"},
        {"website": "https://acme.sg", "vat": "n/a"},
    ],
    ids=["small", "prefix", "blank", "not ticked", "legal form", "no country", "small and website", "no UEN at all"],
)
async def test_a_partner_that_looks_like_the_company_is_taken(
    connected: Any, fake: Any, theirs: dict[str, Any]
) -> None:
    """No second one is made; what people typed stays."""
    typed = {"name": "Acme of ours", "is_company": "1", **theirs}
    number = fake.add("res.partner", **typed)

    emitted = await connected.sync(connected.lead(name="ACME PTE LTD", website_domain="acme.sg", contact=None))

    assert (emitted.outcome, emitted.partner_id) == ("synced", number)
    assert list(fake.records["res.partner"]) == [number]
    partner = fake.records["res.partner"][number]
    assert {name: partner[name] for name in typed} == typed
    notes = (await connected.link())["notes"]
    assert ("not ticked as a company" in notes[0]) == (theirs.get("is_company") == "")


@pytest.mark.parametrize(
    "kept", [{"email": "Tan <tan@acme.sg>; info@acme.sg"}, {"phone": "6123 4567 ext 9"}], ids=["mail", "telephone"]
)
async def test_a_contact_is_known_by_an_address_among_others(connected: Any, fake: Any, kept: dict[str, str]) -> None:
    """A contact is known by an address among others, however people typed it."""
    company = fake.add("res.partner", name="ACME", is_company="1", ref="201812345K")
    number = fake.add("res.partner", name="Mr Tan", parent_id=company, type="contact", **kept)
    value = "tan@acme.sg" if "email" in kept else "+6561234567"
    contact = connected.lead().contact.model_copy(update={"kind": next(iter(kept)), "value": value})

    emitted = await connected.sync(connected.lead(contact=contact))

    assert emitted.contact_id == number


async def two_candidates(harness: Any, fake: Any) -> tuple[int, int]:
    one = fake.add("res.partner", name="Acme", is_company="1", ref="201812345K")
    other = fake.add("res.partner", name="Acme (old)", is_company="1", vat="SG201812345K")
    held = await harness.sync(harness.lead())
    assert (held.held_back, held.partner_id) == ("refused", None)
    return one, other


async def test_of_more_than_one_candidate_none_is_taken_and_people_are_reported(connected: Any, fake: Any) -> None:
    """In the link, the audit and the list of matches. Nothing is written."""
    one, other = await two_candidates(connected, fake)
    at = await context(connected)

    [found] = (await list_matches(at))["undecided"]
    result = (await audit(at.syncing, at.transaction, at.connection))["differences"]

    assert "leadgen odoo matches" in (await connected.link())["reason"]
    assert found["candidates"] == [f"candidate {one}: Acme, same UEN", f"candidate {other}: Acme (old), same UEN"]
    assert [it["candidates"] for it in result if it["what"] == "refused"] == [found["candidates"]]
    assert "crm.lead.load" not in fake.calls
    assert "street" not in fake.records["res.partner"][one]


async def test_the_partner_that_a_person_chose_is_taken_and_stays(connected: Any, fake: Any) -> None:
    """The lead is sent at once; also after the link is lost the decision holds."""
    _, other = await two_candidates(connected, fake)
    at = await context(connected)

    assert (await decision("201812345k", other)(at))["decided"] == {"uen": "201812345K", "partner": other}
    await connected.resync()
    first = await connected.link()
    await connected.owner.execute("DELETE FROM odoo_links")
    again = await connected.sync(connected.lead(hours=1))

    assert (first["outcome"], first["partner_id"], again.partner_id) == ("synced", other, other)
    assert (await list_matches(at))["undecided"] == []


async def test_a_person_may_decide_that_none_of_them_is_the_company(connected: Any, fake: Any) -> None:
    """A person may decide that none of them is the company; then a partner is made."""
    candidates = await two_candidates(connected, fake)

    await decision("201812345K", 0)(await context(connected))
    await connected.resync()

    link = await connected.link()
    assert link["outcome"] == "synced"
    assert link["partner_id"] not in candidates


async def test_only_a_candidate_may_be_chosen_for_a_company_that_waits(connected: Any, fake: Any) -> None:
    """A slip of the keyboard joins no strangers."""
    at = await context(connected)
    with pytest.raises(NothingToDecide, match="does not wait"):
        await decision("201812345K", 1)(at)
    await two_candidates(connected, fake)

    with pytest.raises(NothingToDecide, match="not a candidate"):
        await decision("201812345K", 4711)(at)
