"""What people do in Odoo between our writes, and what they had there before us."""

from typing import Any

import pytest

from common.contracts import Contact

COO = Contact(kind="email", value="tan@acme.sg", source_url="http://acme.sg", name="Tan Ah Kow", title="COO")


async def test_what_people_changed_is_not_overwritten_and_is_noted(connected: Any, fake: Any) -> None:
    """The rest of the row follows us."""
    await connected.sync(connected.lead(address="1 Old Way", website_domain="acme.sg"))
    company = fake.record(connected.external_id("company"))
    company["street"] = "theirs"

    told = await connected.sync(connected.lead(address="2 New Way", website_domain="acme.com.sg", hours=1))

    assert (company["street"], company["website"], told.outcome) == ("theirs", "acme.com.sg", "synced")
    assert (await connected.link())["notes"] == ["company.street is kept as people changed it"]


async def test_what_people_emptied_stays_empty(connected: Any, fake: Any) -> None:
    """That is a change, too; and it stays one."""
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


async def test_fields_that_the_tenant_wants_ours_follow_us(desk: Any, fake: Any) -> None:
    """Whatever people make of them; of other fields theirs stays."""
    await desk.connect(fake.url, fake.api_key, "company.street")
    await desk.sync(desk.lead(address="1 Old Way"))
    company = fake.record(desk.external_id("company"))
    company.update(street="theirs", name="theirs")

    await desk.sync(desk.lead(address="2 New Way", name="ACME 2", hours=1))

    assert (company["street"], company["name"]) == ("2 New Way", "theirs")


async def test_a_contact_that_people_changed_does_not_become_another_person(connected: Any, fake: Any) -> None:
    """One with the name of the one and the phone of the other would be nobody."""
    await connected.sync(connected.lead(contact=COO))
    contact = fake.record(connected.external_id("contact"))
    contact["phone"] = "+65 9123 4567"
    ceo = COO.model_copy(update={"value": "lim@acme.sg", "name": "Lim", "title": "CEO"})

    await connected.sync(connected.lead(contact=ceo, hours=1))

    assert (contact["name"], contact["email"], contact["function"]) == ("Tan Ah Kow", "tan@acme.sg", "COO")


async def test_a_contact_that_nobody_touched_becomes_the_better_one(connected: Any, fake: Any) -> None:
    """With nothing left of the first."""
    await connected.sync(connected.lead(contact=COO))

    phone = Contact(kind="phone", value="+6561234567", source_url="http://acme.sg")
    await connected.sync(connected.lead(contact=phone, hours=1))

    contact = fake.record(connected.external_id("contact"))
    assert [contact[it] for it in ("name", "email", "phone", "function")] == ["+6561234567", "", "+6561234567", ""]


@pytest.mark.parametrize(
    "theirs",
    [
        {"company_registry": "201812345K"},
        {"ref": "201812345K"},
        {"vat": "201812345K"},
        {"website": "https://www.acme.sg/en/home"},
        {"name": "ACME", "country_id": 197},
    ],
    ids=["registry", "reference", "vat", "website", "name and country"],
)
async def test_a_partner_that_is_there_is_adopted(connected: Any, fake: Any, theirs: dict[str, Any]) -> None:
    """It is the only one afterwards; what people typed is kept, what they left out is filled in."""
    typed = {"name": "Acme of ours", "is_company": "1", "phone": "1", **theirs}
    number = fake.add("res.partner", **typed)

    told = await connected.sync(connected.lead(website_domain="acme.sg", address="1 Way"))

    assert told.partner_id == number
    assert [it for it in fake.records["res.partner"].values() if it.get("is_company")] == [
        fake.records["res.partner"][number]
    ]
    partner = fake.records["res.partner"][number]
    assert {name: partner[name] for name in typed} == typed
    assert (partner["street"], partner["ref"]) == ("1 Way", "201812345K")
    assert "was there already" in (await connected.link())["notes"][0]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "ACME"},
        {"name": "Acme", "country_id": 197},
        {"website": "https://notacme.sg"},
        {"website": "https://acme.sg", "company_registry": "200011111A"},
        {"website": "https://acme.sg", "is_company": ""},
        {"ref": "201812345K", "is_company": "", "parent_id": 1},
    ],
    ids=["no country", "another name", "another site", "another UEN", "a person", "a contact of the company"],
)
async def test_a_partner_that_is_another_is_left_alone(connected: Any, fake: Any, other: dict[str, Any]) -> None:
    """The company gets its own."""
    fake.add("res.partner", name="some company", is_company="1")
    number = fake.add("res.partner", **{"name": "x", "is_company": "1", **other})
    before = dict(fake.records["res.partner"][number])

    told = await connected.sync(connected.lead(website_domain="acme.sg"))

    assert told.partner_id not in (1, number)
    assert fake.records["res.partner"][number] == before


@pytest.mark.parametrize("host", ["facebook.com", "acme.wixsite.com", "gmail.com"])
async def test_a_host_that_many_share_tells_nothing(connected: Any, fake: Any, host: str) -> None:
    """Two companies with a page there are two."""
    number = fake.add("res.partner", name="x", is_company="1", website=f"https://{host}/x")

    assert (await connected.sync(connected.lead(website_domain=host))).partner_id != number


async def test_of_several_that_fit_the_oldest_that_is_not_archived_is_taken(connected: Any, fake: Any) -> None:
    """And the link says that there were more."""
    fake.add("res.partner", name="a", is_company="1", ref="201812345K", active=False)
    number = fake.add("res.partner", name="b", is_company="1", ref="201812345K")
    fake.add("res.partner", name="c", is_company="1", ref="201812345K")

    assert (await connected.sync(connected.lead())).partner_id == number
    assert "same UEN, the oldest of 3" in (await connected.link())["notes"][0]


async def test_one_partner_is_not_adopted_for_two_companies(connected: Any, fake: Any) -> None:
    """Two companies of one website: the second gets a partner of its own, at once or later."""
    number = fake.add("res.partner", name="Group", is_company="1", website="group.sg")
    first, second, third = await connected.more(3)

    await connected.sync(*(connected.lead(company=it, website_domain="group.sg") for it in (first, second)))
    await connected.sync(connected.lead(company=third, website_domain="group.sg"))

    partners = [(await connected.link(it))["partner_id"] for it in (first, second, third)]
    assert partners[0] == number
    assert len(set(partners)) == 3


async def test_a_contact_that_is_there_is_adopted_with_its_company(connected: Any, fake: Any) -> None:
    """By its address; its name and title are people's."""
    company = fake.add("res.partner", name="ACME", is_company="1", ref="201812345K")
    contact = fake.add("res.partner", name="Mr Tan", email="TAN@acme.sg", parent_id=company)

    told = await connected.sync(connected.lead(contact=COO))

    assert told.contact_id == contact
    assert fake.records["res.partner"][contact]["name"] == "Mr Tan"
    assert fake.records["res.partner"][contact]["function"] == "COO"
    assert len(fake.records["res.partner"]) == 2


async def test_archived_stays_archived(connected: Any, fake: Any) -> None:
    """Kept up to date, out of sight; and no second one is made."""
    await connected.sync(connected.lead())
    company = fake.record(connected.external_id("company"))
    company["active"] = False

    told = await connected.sync(connected.lead(address="1 Way", hours=1))

    assert (told.outcome, company["active"], company["street"]) == ("synced", False, "1 Way")
    assert len(fake.records["res.partner"]) == 2


def delete(fake: Any, desk: Any, kind: str) -> None:
    """As people do."""
    model, number = fake.external.pop(desk.external_id(kind))
    del fake.records[model][number]


@pytest.mark.parametrize("kind", ["company", "lead"])
async def test_what_people_deleted_is_not_made_again(connected: Any, fake: Any, kind: str) -> None:
    """The announcement says so, now and whenever it comes again; that takes no call."""
    await connected.sync(connected.lead())
    delete(fake, connected, kind)

    told = await connected.sync(connected.lead(hours=1, score=0.9, address="1 Way"))
    fake.calls.clear()
    again = await connected.sync(connected.lead(hours=2, score=0.9, address="1 Way"))

    assert (told.outcome, told.held_back) == ("no_connection", "deleted")
    assert told.reason == f"people deleted the {kind} in Odoo"
    assert (again.held_back, fake.calls) == ("deleted", [])
    assert connected.external_id(kind) not in fake.external


async def test_a_contact_that_people_deleted_stays_deleted(connected: Any, fake: Any) -> None:
    """Company and lead go on without it."""
    await connected.sync(connected.lead())
    delete(fake, connected, "contact")

    told = await connected.sync(connected.lead(hours=1, contact=COO))

    assert (told.outcome, told.contact_id) == ("synced", None)
    assert len(fake.records["res.partner"]) == 1


@pytest.mark.parametrize(("score", "leads"), [(0.9, 1), (0.2, 0)])
async def test_if_the_setting_says_so_what_was_deleted_is_made_again(
    connected: Any, fake: Any, score: float, leads: int
) -> None:
    """Company, contact and, while it is good enough, the lead."""
    await connected.sync(connected.lead())
    for kind in ("company", "contact", "lead"):
        delete(fake, connected, kind)
    connected.recreate_deleted = True

    told = await connected.sync(connected.lead(score=score, hours=1, contact=COO))

    assert len(fake.records["res.partner"]) == 2
    assert len(fake.records["crm.lead"]) == leads
    assert [told.lead_id] == (list(fake.records["crm.lead"]) or [None])


async def test_a_merge_of_partners_is_followed(connected: Any, fake: Any) -> None:
    """Our name for the partner points to the one that people kept."""
    first = await connected.sync(connected.lead())
    kept = fake.add("res.partner", name="theirs", is_company="1")
    del fake.records["res.partner"][first.partner_id]
    fake.external[connected.external_id("company")] = ("res.partner", kept)

    told = await connected.sync(connected.lead(address="1 Way", hours=1))

    assert (told.outcome, told.partner_id) == ("synced", kept)
    assert fake.records["res.partner"][kept]["name"] == "theirs"
    assert fake.records["res.partner"][kept]["street"] == "1 Way"


async def test_a_merge_of_a_partner_that_was_adopted_is_followed_by_its_uen(connected: Any, fake: Any) -> None:
    """It never had a name of ours."""
    number = fake.add("res.partner", name="ACME", is_company="1", ref="201812345K")
    await connected.sync(connected.lead())
    del fake.records["res.partner"][number]
    kept = fake.add("res.partner", name="theirs", is_company="1", ref="201812345K")

    assert (await connected.sync(connected.lead(address="1 Way", hours=1))).partner_id == kept


async def test_a_row_that_odoo_refuses_holds_up_no_other(connected: Any, fake: Any) -> None:
    """Its link and announcement have Odoo's words; once it is in order, it goes through."""
    companies = await connected.more(5)
    leads = [connected.lead(company=it) for it in companies]
    leads[2] = connected.lead(company=companies[2], name="")

    await connected.sync(*leads)

    told = await connected.announced()
    assert [it.held_back for it in told] == [None, None, "refused", None, None]
    assert told[2].reason == "company: Missing required value: name"
    assert len(fake.records["crm.lead"]) == 4
    again = await connected.sync(connected.lead(company=companies[2], hours=1))
    assert (again.outcome, again.reason) == ("synced", None)
