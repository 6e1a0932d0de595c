"""Notes and next activities in a real Odoo, made by a user with the rights that we ask for and no more."""

import json
from typing import Any

import pytest

from common.contracts import Opening
from odoo_sync.protocols.servers import OdooServers

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]

GROUPS = ("base.group_user", "base.group_partner_manager", "sales_team.group_sale_salesman_all_leads")
FIELDS = ["res_id", "summary", "note", "user_id", "activity_type_id"]


@pytest.fixture
async def limited(tenant: Any, owner: Any, http: Any, make_user: Any) -> Any:
    """The tenant, whose key is that of such a user."""
    user = await make_user(*GROUPS)
    tenant.sync = tenant.sync.__class__(
        OdooServers(http, timeout_s=60, protocol="jsonrpc"), tenant.sync.writer_lock, tenant.sync.decrypter, 0.66
    )
    token = tenant.sync.decrypter.encrypt(user.api_key.encode())
    await owner.execute("UPDATE odoo_connections SET api_key = $1, login = $2", token, user.login)
    return tenant


async def test_a_new_lead_has_one_activity_whatever_is_repeated(limited: Any, admin: Any, owner: Any) -> None:
    """With what to say first, for the salesperson. Done, it is not planned again, also where the link was lost."""
    await owner.execute(
        "UPDATE odoo_connections SET lead_settings = $1", json.dumps({"has_activity": True, "salesperson": "admin"})
    )
    lead = limited.lead(limited.companies[0]).model_copy(
        update={"opening": Opening(text="hiring 4 roles (careers page)", source_url="https://acme.sg/jobs")}
    )
    [link] = await limited.bring(lead)
    await owner.execute("DELETE FROM odoo_links")
    await limited.bring(lead)

    number = link.record("lead").id
    planned = [["res_model", "=", "crm.lead"], ["res_id", "=", number]]
    [activity] = await admin.execute("mail.activity", "search_read", domain=planned, fields=FIELDS)
    assert "Say first: hiring 4 roles (careers page)" in activity["note"]
    assert activity["user_id"][0] == 2
    await admin.execute("mail.activity", "action_feedback", ids=[activity["id"]], feedback="called")
    await owner.execute("DELETE FROM odoo_links")
    [again] = await limited.bring(limited.lead(limited.companies[0], hours=1))

    assert again.outcome == "synced"
    assert await admin.execute("mail.activity", "search_count", domain=planned) == 0


async def test_a_reps_open_opportunity_gets_a_note_and_no_second_lead(limited: Any, admin: Any) -> None:
    """It is an internal note, which tells nobody by mail; the next score changes its text."""
    company = limited.companies[0]
    [partner] = await admin.execute(
        "res.partner", "create", vals_list=[{"name": company.name, "is_company": True, "ref": company.uen}]
    )
    [person] = await admin.execute("res.partner", "create", vals_list=[{"name": "Tan", "parent_id": partner}])
    deal = {"name": "The rep's", "type": "opportunity", "user_id": 2, "partner_id": person}
    [theirs] = await admin.execute("crm.lead", "create", vals_list=[deal])
    mails = await admin.execute("mail.mail", "search_count", domain=[])

    link = await limited.bring_one()
    again = await limited.bring_one(hours=1, score=0.7)

    assert (link.outcome, link.record("company").id, link.record("lead").id) == ("synced", partner, None)
    assert again.outcome == "synced"
    domain = [["partner_id", "child_of", [partner]]]
    assert await admin.execute("crm.lead", "search", domain=domain) == [theirs]
    on_deal = [["model", "=", "crm.lead"], ["res_id", "=", theirs], ["message_type", "=", "comment"]]
    [note] = await admin.execute("mail.message", "search_read", domain=on_deal, fields=["body", "subtype_id"])
    assert "Score 0.70" in note["body"]
    assert "&lt;script&gt;" in note["body"]
    assert await admin.execute("mail.mail", "search_count", domain=[]) == mails
    assert await limited.differences() == []


async def test_a_company_struck_off_is_reported_in_its_lead(limited: Any, admin: Any) -> None:
    """In a note and in the description, once."""
    link = await limited.bring_one(status="live")
    await limited.bring_one(hours=1, status="gone")
    await limited.bring_one(hours=2, status="gone", score=0.7)

    number = link.record("lead").id
    on_lead = [["model", "=", "crm.lead"], ["res_id", "=", number], ["message_type", "=", "comment"]]
    [note] = await admin.execute("mail.message", "search_read", domain=on_lead, fields=["body"])
    assert "struck off" in note["body"]
    [lead] = await admin.execute("crm.lead", "read", ids=[number], fields=["description"])
    assert "struck off" in lead["description"]


async def test_a_description_shows_no_tags(tenant: Any, admin: Any) -> None:
    """It is HTML only where the field is: in Odoo 14 it is plain text."""
    link = await tenant.bring_one()

    fields = await admin.execute("crm.lead", "fields_get", attributes=["type"])
    [lead] = await admin.execute("crm.lead", "read", ids=[link.record("lead").id], fields=["description"])
    is_html = fields["description"]["type"] == "html"
    assert ("<p>" in lead["description"], "&lt;script&gt;" in lead["description"]) == (is_html, is_html)
    assert await tenant.differences() == []
