"""Records of Odoo that existed before us: which are adopted, and which are left alone."""

from typing import Any

import pytest

from common.contracts import Contact

COO = Contact(kind="email", value="tan@acme.sg", source_url="http://acme.sg", name="Tan Ah Kow", title="COO")


async def test_of_a_group_with_one_site_each_gets_the_partner_of_its_name(connected: Any, fake: Any) -> None:
    """Not the oldest, and not whoever comes first."""
    holding = fake.add("res.partner", name="Group Holding", is_company="1", website="group.sg")
    trading = fake.add("res.partner", name="Group Trading", is_company="1", website="group.sg")
    first, second, third = await connected.more(3)
    leads = [
        connected.lead(company=company, website_domain="group.sg", name=name, contact=None)
        for company, name in ((first, "Group Logistics"), (second, "Group Trading"), (third, "Group Holding"))
    ]

    await connected.sync(*leads)

    partners = [(await connected.link(it))["partner_id"] for it in (first, second, third)]
    assert partners[1:] == [trading, holding]
    assert partners[0] not in (trading, holding)


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
    """No second partner is made; people's values are kept, empty columns are filled."""
    typed = {"name": "Acme of ours", "is_company": "1", "phone": "1", **theirs}
    number = fake.add("res.partner", **typed)

    emitted = await connected.sync(connected.lead(website_domain="acme.sg", address="1 Way"))

    assert emitted.partner_id == number
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
        {"name": "ACME", "country_id": 100},
        {"name": "Acme LLP", "country_id": 197},
        {"website": "https://notacme.sg"},
        {"website": "https://acme.sg", "company_registry": "200011111A"},
        {"website": "https://acme.sg", "is_company": ""},
        {"ref": "201812345K", "is_company": "", "parent_id": 1},
        {"company_registry": "201812345K", "is_company": ""},
    ],
    ids=[
        "another country",
        "another name",
        "another site",
        "another UEN",
        "a person",
        "a contact of the company",
        "a contact of none",
    ],
)
async def test_a_partner_that_is_another_is_left_alone(connected: Any, fake: Any, other: dict[str, Any]) -> None:
    """The company gets its own."""
    fake.add("res.partner", name="some company", is_company="1")
    number = fake.add("res.partner", **{"name": "x", "is_company": "1", **other})
    before = dict(fake.records["res.partner"][number])

    emitted = await connected.sync(connected.lead(website_domain="acme.sg"))

    assert emitted.partner_id not in (1, number)
    assert fake.records["res.partner"][number] == before


@pytest.mark.parametrize("host", ["facebook.com", "acme.wixsite.com", "gmail.com"])
async def test_a_host_that_many_share_tells_nothing(connected: Any, fake: Any, host: str) -> None:
    """Two companies with a page there are two."""
    number = fake.add("res.partner", name="x", is_company="1", website=f"https://{host}/x")

    assert (await connected.sync(connected.lead(website_domain=host))).partner_id != number


async def test_of_several_that_fit_the_only_one_that_is_not_archived_is_taken(connected: Any, fake: Any) -> None:
    """People archive duplicates. The link notes that there were more."""
    fake.add("res.partner", name="a", is_company="1", ref="201812345K", active=False)
    number = fake.add("res.partner", name="b", is_company="1", ref="201812345K")
    fake.add("res.partner", name="c", is_company="1", ref="201812345K", active=False)

    assert (await connected.sync(connected.lead())).partner_id == number
    assert "same UEN, one of 3" in (await connected.link())["notes"][0]


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
    contact = fake.add("res.partner", name="Mr Tan", email="TAN@acme.sg", parent_id=company, type="contact")

    emitted = await connected.sync(connected.lead(contact=COO))

    assert emitted.contact_id == contact
    assert fake.records["res.partner"][contact]["name"] == "Mr Tan"
    assert fake.records["res.partner"][contact]["function"] == "COO"
    assert len(fake.records["res.partner"]) == 2
