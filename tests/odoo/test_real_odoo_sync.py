"""Leads written into a real Odoo, over both protocols, with people's edits in between."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from common.contracts import Company, Contact

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]


async def read(admin: Any, model: str, *numbers: int | None) -> list[dict[str, Any]]:
    """The records that are there, archived or not."""
    return await admin.execute(
        model, "search_read", domain=[["id", "in", numbers]], fields=[], context={"active_test": False}
    )


async def partners_of(admin: Any, companies: Sequence[Company]) -> int:
    uens = [it.uen for it in companies]
    return await admin.execute(
        "res.partner",
        "search_count",
        domain=["&", ["ref", "in", uens], ["is_company", "=", True]],
        context={"active_test": False},
    )


async def test_new_companies_become_partners_contacts_and_leads(tenant: Any, admin: Any) -> None:
    """All records are as wanted, and an audit finds no difference; HTML of others is text."""
    made = await tenant.bring(*map(tenant.lead, tenant.companies))

    assert {link.outcome for link in made} == {"synced"}
    assert await partners_of(admin, tenant.companies) == 10
    [company] = await read(admin, "res.partner", made[0].record("company").id)
    [contact] = await read(admin, "res.partner", made[0].record("contact").id)
    [lead] = await read(admin, "crm.lead", made[0].record("lead").id)
    assert (company["is_company"], company["country_id"][1]) == (True, "Singapore")
    assert (contact["parent_id"][0], contact["name"]) == (company["id"], contact["email"])
    assert (lead["type"], lead["user_id"], lead["partner_id"][0]) == ("lead", False, contact["id"])
    assert "scored 0.9 &lt;script&gt;" in lead["description"] or "scored 0.9 <script>\n" in lead["description"]
    assert await tenant.differences() == []


async def test_the_same_again_is_no_call_and_a_lost_link_no_second_partner(
    tenant: Any, admin: Any, owner: Any, http: httpx.AsyncClient
) -> None:
    """Without our links, as after a crash, everything is found again."""
    leads = [tenant.lead(it) for it in tenant.companies]
    made = await tenant.bring(*leads)
    calls: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request)

    http.event_hooks["request"].append(note)
    assert await tenant.bring(*leads) == made
    assert calls == []
    http.event_hooks["request"].remove(note)

    await owner.execute("DELETE FROM odoo_links")
    again = await tenant.bring(*leads)

    assert [{kind: it.id for kind, it in link.records.items()} for link in again] == [
        {kind: it.id for kind, it in link.records.items()} for link in made
    ]
    assert not any("kept" in note for link in again for note in link.notes)


async def test_what_people_changed_is_kept_and_the_rest_follows(tenant: Any, admin: Any) -> None:
    """Their street and description stay, our website is updated. The audit lists their edits."""
    link = await tenant.bring_one(address="1 Old Way")
    number = link.record("company").id
    await admin.execute("res.partner", "write", ids=[number], vals={"street": "theirs"})
    await admin.execute("crm.lead", "write", ids=[link.record("lead").id], vals={"description": "<p>theirs</p>"})

    link = await tenant.bring_one(address="2 New Way", hours=1, score=0.8, website_domain="new.example")

    [company] = await read(admin, "res.partner", number)
    [lead] = await read(admin, "crm.lead", link.record("lead").id)
    assert (company["street"], company["website"]) == ("theirs", "http://new.example")
    assert "theirs" in lead["description"]
    assert sorted(link.notes) == [
        "company.street keeps the value that people set in Odoo",
        "lead.description keeps the value that people set in Odoo",
    ]
    assert {(it["what"], it["record"], it.get("column")) for it in await tenant.differences()} == {
        ("changed", "company", "street"),
        ("changed", "lead", "description"),
    }


async def test_an_odoo_whose_people_deleted_the_name_of_singapore_gets_its_country(tenant: Any, admin: Any) -> None:
    """It is found by its code: the external id `base.sg` may be gone, as where a country was made anew."""
    names = [["module", "=", "base"], ["name", "=", "sg"], ["model", "=", "res.country"]]
    fields = ["module", "name", "model", "res_id", "noupdate"]
    [known] = await admin.execute("ir.model.data", "search_read", domain=names, fields=fields)
    await admin.execute("ir.model.data", "unlink", ids=[known.pop("id")])
    try:
        link = await tenant.bring_one()
    finally:
        await admin.execute("ir.model.data", "create", vals_list=[known])

    [company] = await read(admin, "res.partner", link.record("company").id)
    assert (link.outcome, company["country_id"][1]) == ("synced", "Singapore")


@pytest.mark.parametrize("by", [pytest.param("company_registry", marks=pytest.mark.odoo19), "ref", "website", "name"])
async def test_a_partner_that_people_made_is_adopted(tenant: Any, admin: Any, by: str) -> None:
    """A partner that people made is adopted, however it is recognised; what they typed stays, what they left empty is
    filled.
    """
    company = tenant.companies[0]
    bears = {
        "company_registry": {"company_registry": company.uen, "name": "theirs"},
        "ref": {"ref": company.uen, "name": "theirs"},
        "website": {"website": f"https://www.{company.website_domain}/about", "name": "theirs"},
        "name": {"name": company.name, "country_id": 197},
    }[by]
    made = await admin.execute("res.partner", "create", vals_list=[{"is_company": True, "phone": "123", **bears}])

    link = await tenant.bring_one(address="1 Way")

    assert [link.record("company").id] == made
    [partner] = await read(admin, "res.partner", *made)
    assert (partner["name"], partner["phone"], partner["street"]) == (bears["name"], "123", "1 Way")
    assert await partners_of(admin, [company]) == 1


async def test_archived_stays_archived_and_deleted_stays_deleted(tenant: Any, admin: Any) -> None:
    """The lead that was deleted with it is announced as deleted."""
    first, second = await tenant.bring(*map(tenant.lead, tenant.companies[:2]))
    archived, deleted = first.record("company").id, second.record("lead").id
    await admin.execute("res.partner", "write", ids=[archived], vals={"active": False})
    await admin.execute("crm.lead", "unlink", ids=[deleted])

    one, other = await tenant.bring(
        *(tenant.lead(it, hours=1, address="1 Way", score=0.8) for it in tenant.companies[:2])
    )

    [partner] = await read(admin, "res.partner", archived)
    assert (one.outcome, partner["active"], partner["street"]) == ("synced", False, "1 Way")
    assert (other.outcome, other.record("lead").id, other.record("lead").is_deleted) == ("deleted", None, True)
    assert await partners_of(admin, tenant.companies[:2]) == 2


async def test_a_merge_is_followed(tenant: Any, admin: Any) -> None:
    """To the partner that people kept."""
    link = await tenant.bring_one()
    [kept] = await admin.execute("res.partner", "create", vals_list=[{"name": "theirs", "is_company": True}])
    number = link.record("company").id
    wizards = await admin.execute(
        "base.partner.merge.automatic.wizard",
        "create",
        vals_list=[{"partner_ids": [[6, 0, [number, kept]]], "dst_partner_id": kept, "state": "selection"}],
    )
    await admin.execute("base.partner.merge.automatic.wizard", "action_merge", ids=wizards)
    assert await read(admin, "res.partner", number) == []

    link = await tenant.bring_one(hours=1, address="1 Way")

    [partner] = await read(admin, "res.partner", kept)
    assert (link.outcome, link.record("company").id, partner["street"]) == ("synced", kept, "1 Way")


async def test_a_new_lead_leaves_its_contact_as_people_changed_it(tenant: Any, admin: Any) -> None:
    """Odoo writes a lead's address into its partner."""
    link = await tenant.bring_one(score=0.5)
    contact = link.record("contact").id
    await admin.execute("res.partner", "write", ids=[contact], vals={"email": "typed@by.example"})

    link = await tenant.bring_one(hours=1)

    assert [it["email"] for it in await read(admin, "res.partner", contact)] == ["typed@by.example"]
    assert [it["email_from"] for it in await read(admin, "crm.lead", link.record("lead").id)] == ["typed@by.example"]


async def test_a_lead_that_we_lost_sight_of_stays_as_the_rep_left_it(tenant: Any, admin: Any, owner: Any) -> None:
    """The links are found by external id and UEN, also at the server's new address."""
    link = await tenant.bring_one()
    number = link.record("lead").id
    await admin.execute("crm.lead", "write", ids=[number], vals={"name": "Big", "type": "opportunity", "user_id": 2})

    await owner.execute("UPDATE odoo_connections SET url = replace(url, '127.0.0.1', 'localhost')")
    moved = await tenant.bring_one(hours=1)
    await owner.execute("DELETE FROM odoo_links")
    lost = await tenant.bring_one(hours=2)

    assert [it.record("lead").id for it in (moved, lost)] == [number, number]
    [lead] = await read(admin, "crm.lead", number)
    assert (lead["name"], lead["type"], lead["user_id"][0]) == ("Big", "opportunity", 2)


async def test_another_person_is_a_contact_of_their_own(tenant: Any, admin: Any) -> None:
    """The first stays who they are, and the lead hangs where it hung."""
    first = await tenant.bring_one()
    tan = Contact(kind="email", value="tan@by.example", name="Tan", source_url="http://acme.sg")
    [second] = await tenant.bring(tenant.lead(tenant.companies[0], hours=1).model_copy(update={"contact": tan}))
    third = await tenant.bring_one(hours=2)

    numbers = [it.record("contact").id for it in (first, second, third)]
    assert numbers[0] == numbers[2] != numbers[1]
    sales, other = sorted(await read(admin, "res.partner", *numbers[:2]), key=lambda it: it["id"])
    assert (sales["name"], other["name"], other["parent_id"]) == (sales["email"], "Tan", sales["parent_id"])
    assert [it["partner_id"][0] for it in await read(admin, "crm.lead", third.record("lead").id)] == [numbers[0]]


async def test_a_company_that_people_deleted_is_not_found_again_in_its_contact(tenant: Any, admin: Any) -> None:
    """Odoo leaves the contact behind, with the company's numbers."""
    link = await tenant.bring_one()
    await admin.execute("res.partner", "unlink", ids=[link.record("company").id])

    link = await tenant.bring_one(hours=1, score=0.8)

    assert (link.outcome, link.record("company").id) == ("deleted", None)
    [contact] = await read(admin, "res.partner", link.record("contact").id)
    assert (contact["is_company"], contact["ref"], contact["website"]) == (False, False, False)


async def test_nobody_is_reported_of_what_we_write(tenant: Any, admin: Any) -> None:
    """No message, mail, follower or activity, neither for what is made nor for what is changed."""
    kinds = ("mail.message", "mail.mail", "mail.followers", "mail.activity")

    async def number() -> list[int]:
        return [await admin.execute(it, "search_count", domain=[]) for it in kinds]

    before = await number()
    await tenant.bring(*map(tenant.lead, tenant.companies))
    await tenant.bring(*(tenant.lead(it, hours=1, score=0.8, name=f"{it.name} <b>") for it in tenant.companies))

    assert await number() == before


async def test_what_no_database_can_hold_holds_up_nobody(tenant: Any, admin: Any) -> None:
    """Odoo fails at a whole call for one NUL in it."""
    leads = [tenant.lead(it) for it in tenant.companies]
    leads[4] = tenant.lead(tenant.companies[4], name="A\0B")

    made = await tenant.bring(*leads)

    assert {link.outcome for link in made} == {"synced"}
    assert [it["name"] for it in await read(admin, "res.partner", made[4].record("company").id)] == ["AB"]


async def test_a_row_that_odoo_refuses_holds_up_no_other(tenant: Any, admin: Any) -> None:
    """Its link has Odoo's words; the other nine are there."""
    leads = [tenant.lead(it) for it in tenant.companies]
    leads[4] = tenant.lead(tenant.companies[4], name="")

    made = await tenant.bring(*leads)

    assert [link.outcome for link in made] == ["synced"] * 4 + ["refused"] + ["synced"] * 5
    assert made[4].reason is not None
    assert await partners_of(admin, tenant.companies) == 9
