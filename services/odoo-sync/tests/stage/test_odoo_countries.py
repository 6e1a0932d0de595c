"""Partners in other countries, and an Odoo that lacks Singapore."""

from typing import Any

from common.contracts import Contact

PHONE = Contact(kind="phone", value="+60123456789", name="Tan", source_url="http://acme.sg")


async def test_a_number_without_a_code_is_of_the_contacts_country_or_the_companys(connected: Any, fake: Any) -> None:
    """A number without a code is of the contact's country or the company's; then the contact is the one that people
    made, and no second one.
    """
    company = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen, country_id=157)
    person = fake.add("res.partner", name="Ah Kow", parent_id=company, type="contact", phone="012-345 6789 ext. 3")

    done = await connected.sync(connected.lead(contact=PHONE))
    assert done.contact_id == person
    assert "phone" not in fake.records["crm.lead"][done.lead_id]  # Odoo would copy it into the contact
    assert fake.records["res.partner"][person]["phone"] == "012-345 6789 ext. 3"


async def test_the_contacts_own_country_comes_first(connected: Any, fake: Any) -> None:
    """A person in Singapore, of a company in Malaysia, has another number with these digits."""
    company = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen, country_id=157)
    person = fake.add(
        "res.partner", name="Ah Kow", parent_id=company, type="contact", phone="012-345 6789", country_id=197
    )

    assert (await connected.sync(connected.lead(contact=PHONE))).contact_id not in (None, person)


async def test_an_odoo_without_singapore_gets_companies_without_a_country(connected: Any, fake: Any) -> None:
    """People deleted the country: no row is refused for it. It comes with the next change after it is back."""
    fake.countries = {157: "MY"}
    done = await connected.sync(connected.lead())
    assert (done.outcome, fake.read("res.partner", done.partner_id)["country_id"]) == ("synced", False)

    fake.countries = {157: "MY", 300: "SG"}  # under another number than Odoo's own
    await connected.sync(connected.lead(hours=1, address="2 Way"))
    assert fake.read("res.partner", done.partner_id)["country_id"][0] == 300
