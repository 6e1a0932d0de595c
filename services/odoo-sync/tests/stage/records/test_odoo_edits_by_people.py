"""People's edits in Odoo between our writes: what they changed stays."""

from typing import Any

import pytest

from common.contracts import Contact

COO = Contact(kind="email", value="tan@acme.sg", source_url="http://acme.sg", name="Tan Ah Kow", title="COO")
CEO = Contact(kind="email", value="lim@acme.sg", source_url="http://acme.sg", name="Lim", title="CEO")


async def test_what_people_changed_is_not_overwritten_and_is_noted(connected: Any, fake: Any) -> None:
    """The rest of the row follows us."""
    await connected.sync(connected.lead(address="1 Old Way", website_domain="acme.sg"))
    company = fake.record(connected.external_id("company"))
    company["street"] = "theirs"

    emitted = await connected.sync(connected.lead(address="2 New Way", website_domain="acme.com.sg", hours=1))

    assert (company["street"], company["website"], emitted.outcome) == ("theirs", "acme.com.sg", "synced")
    assert (await connected.link())["notes"] == ["company.street keeps the value that people set in Odoo"]


async def test_what_people_emptied_stays_empty(connected: Any, fake: Any) -> None:
    """An emptied column is an edit too, and stays empty."""
    await connected.sync(connected.lead(address="1 Old Way"))
    company = fake.record(connected.external_id("company"))
    company["street"] = ""

    for hours in (1, 2):
        await connected.sync(connected.lead(address=f"{hours} New Way", hours=hours))

    assert company["street"] == ""


async def test_what_people_typed_where_we_had_nothing_stays(connected: Any, fake: Any) -> None:
    """We learn of a website later; theirs was there first."""
    await connected.sync(connected.lead())
    company = fake.record(connected.external_id("company"))
    company["website"] = "https://theirs.sg"

    await connected.sync(connected.lead(website_domain="acme.sg", address="1 Way", hours=1))

    assert (company["website"], company["street"]) == ("https://theirs.sg", "1 Way")


async def test_fields_that_the_tenant_wants_ours_follow_us(harness: Any, fake: Any) -> None:
    """The tenant's own fields are overwritten; in other fields people's edits stay."""
    await harness.connect(fake.url, fake.api_key, "company.street")
    await harness.sync(harness.lead(address="1 Old Way"))
    company = fake.record(harness.external_id("company"))
    company.update(street="theirs", name="theirs")

    await harness.sync(harness.lead(address="2 New Way", name="ACME 2", hours=1))

    assert (company["street"], company["name"]) == ("2 New Way", "theirs")


@pytest.mark.parametrize("touched", [{}, {"phone": "+65 9123 4567"}], ids=["untouched", "with a number of people's"])
async def test_another_person_is_a_contact_of_their_own(connected: Any, fake: Any, touched: dict[str, str]) -> None:
    """Mails and calls of the first hang on the first, who stays; back again, they are who they were."""
    first = await connected.sync(connected.lead(contact=COO))
    contact = fake.record(connected.external_id("contact"))
    contact.update(touched)
    before = dict(contact)

    second = await connected.sync(connected.lead(contact=CEO, hours=1))
    third = await connected.sync(connected.lead(contact=COO, hours=2))

    assert contact == before
    assert len({first.contact_id, second.contact_id}) == 2
    assert third.contact_id == first.contact_id
    assert fake.records["res.partner"][second.contact_id]["email"] == "lim@acme.sg"
    assert len(fake.records["res.partner"]) == 3


@pytest.mark.parametrize(
    "later",
    [
        {"name": "Tan A. K.", "title": "Chief Operating Officer"},
        {"value": "ak@acme.sg"},
        {"kind": "phone", "value": "+65 6123 4567"},
    ],
    ids=["same address", "same name", "same name, another kind of address"],
)
async def test_the_same_person_stays_one_contact(connected: Any, fake: Any, later: dict[str, str]) -> None:
    """A contact with a new address keeps its other values."""
    first = await connected.sync(connected.lead(contact=COO))

    again = await connected.sync(connected.lead(contact=COO.model_copy(update=later), hours=1))

    contact = fake.record(connected.external_id("contact"))
    assert again.contact_id == first.contact_id
    wanted = {"email": "tan@acme.sg", "name": "Tan Ah Kow"} | {
        {"value": later.get("kind", "email"), "title": "function"}.get(it, it): value
        for it, value in later.items()
        if it != "kind"
    }
    assert {it: contact[it] for it in wanted} == wanted
    assert len(fake.records["res.partner"]) == 2


async def test_a_new_lead_leaves_alone_what_people_made_of_its_contact(connected: Any, fake: Any) -> None:
    """Odoo writes a lead's address into its partner, so it gets none where people have changed that."""
    await connected.sync(connected.lead(score=0.5))
    contact = fake.record(connected.external_id("contact"))
    contact["email"] = "typed@acme.sg"

    emitted = await connected.sync(connected.lead(hours=1))

    assert contact["email"] == "typed@acme.sg"
    assert "email_from" not in fake.records["crm.lead"][emitted.lead_id]


@pytest.mark.parametrize(
    "lost", ["UPDATE odoo_connections SET url = replace(url, '127.0.0.1', 'localhost')", "DELETE FROM odoo_links"]
)
async def test_a_lead_that_we_lost_sight_of_stays_as_the_rep_left_it(connected: Any, fake: Any, lost: str) -> None:
    """A server that got another address, or a link that is gone, is no reason to make it anew."""
    first = await connected.sync(connected.lead(contact=COO))
    lead, contact = fake.record(connected.external_id("lead")), fake.record(connected.external_id("contact"))
    lead.update({"type": "opportunity", "name": "The big one", "user_id/id": "the rep"})
    contact["email"] = "typed@acme.sg"
    theirs = {name: lead[name] for name in ("type", "name", "user_id/id")}
    await connected.owner.execute(lost)

    again = await connected.sync(connected.lead(contact=COO, hours=1, score=0.9))

    assert (again.partner_id, again.contact_id, again.lead_id) == (first.partner_id, first.contact_id, first.lead_id)
    assert {name: lead[name] for name in theirs} == theirs
    assert contact["email"] == "typed@acme.sg"
    assert ("scored 0.9" in lead["description"]) == lost.startswith("UPDATE")  # there we know what was ours


async def test_a_contact_whose_company_was_deleted_is_not_taken_for_it(connected: Any, fake: Any) -> None:
    """Odoo leaves them behind, with the company's numbers."""
    first = await connected.sync(connected.lead())
    contact = fake.record(connected.external_id("contact"))
    delete(fake, connected, "company")
    contact.update({"parent_id/.id": "", "company_registry": "201812345K"})
    before = dict(contact)

    emitted = await connected.sync(connected.lead(hours=1, address="1 Way"))

    assert (emitted.held_back, emitted.partner_id, emitted.contact_id) == ("deleted", None, first.contact_id)
    assert contact == before


async def test_that_a_partner_is_no_company_is_not_overwritten(connected: Any, fake: Any) -> None:
    """A box that is not ticked is a value, not an empty column."""
    await connected.sync(connected.lead())
    company = fake.record(connected.external_id("company"))
    company["is_company"] = ""

    await connected.sync(connected.lead(hours=1, address="1 Way"))

    assert (company["is_company"], company["street"]) == ("", "1 Way")


async def test_archived_stays_archived(connected: Any, fake: Any) -> None:
    """Kept up to date, out of sight; and no second one is made."""
    await connected.sync(connected.lead())
    company = fake.record(connected.external_id("company"))
    company["active"] = False

    emitted = await connected.sync(connected.lead(address="1 Way", hours=1))

    assert (emitted.outcome, company["active"], company["street"]) == ("synced", False, "1 Way")
    assert len(fake.records["res.partner"]) == 2


def delete(fake: Any, harness: Any, kind: str) -> None:
    """Deletes a record and its external id, as people do."""
    model, number = fake.external.pop(harness.external_id(kind))
    del fake.records[model][number]


async def test_a_row_that_odoo_refuses_holds_up_no_other(connected: Any, fake: Any) -> None:
    """Its link and announcement have Odoo's words; once it is in order, it goes through."""
    companies = await connected.more(5)
    leads = [connected.lead(company=it) for it in companies]
    leads[2] = connected.lead(company=companies[2], name="")

    await connected.sync(*leads)

    emitted = await connected.announced()
    assert [it.held_back for it in emitted] == [None, None, "refused", None, None]
    assert emitted[2].reason == "company: Missing required value: name"
    assert len(fake.records["crm.lead"]) == 4
    again = await connected.sync(connected.lead(company=companies[2], hours=1))
    assert (again.outcome, again.reason) == ("synced", None)
