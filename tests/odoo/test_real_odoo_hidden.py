"""Records of a real Odoo that the key's user may no longer see, and leads that people merged."""

from typing import Any

import pytest

from odoo_sync.protocols.servers import OdooServers

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]

GROUPS = ("base.group_user", "base.group_partner_manager", "sales_team.group_sale_salesman_all_leads")


async def test_another_companys_record_is_held_and_comes_back(
    tenant: Any, admin: Any, owner: Any, http: Any, make_user: Any, run: str
) -> None:
    """The user has the rights that we ask for, and no access to the other company."""
    limited = await make_user(*GROUPS)
    tenant.sync = tenant.sync.__class__(
        OdooServers(http, timeout_s=60, protocol="jsonrpc"), tenant.sync.writer_lock, tenant.sync.decrypter, 0.66, True
    )
    token = tenant.sync.decrypter.encrypt(limited.api_key.encode())
    await owner.execute("UPDATE odoo_connections SET api_key = $1, login = $2", token, limited.login)
    first = await tenant.bring_one(address="1 Old Way")
    number = first.record("company").id
    assert await tenant.differences() == []
    [other] = await admin.execute("res.company", "create", vals_list=[{"name": run}])
    await admin.execute("res.partner", "write", ids=[number], vals={"company_id": other})

    held = await tenant.bring_one(address="2 New Way", hours=1, score=0.8)

    assert held.outcome == "refused"
    assert "out of sight: the key's user may no longer see its company" in str(held.reason)
    assert ("company", "out of sight") in {(it["record"], it["what"]) for it in await tenant.differences()}
    domain = [["ref", "=", tenant.companies[0].uen]]
    [partner] = await admin.execute("res.partner", "search_read", domain=domain, fields=["street"])
    assert partner == {"id": number, "street": "1 Old Way"}

    await admin.execute("res.partner", "write", ids=[number], vals={"company_id": False})
    back = await tenant.bring_one(address="2 New Way", hours=2, score=0.8)

    assert (back.outcome, back.record("company").id) == ("synced", number)
    [partner] = await admin.execute("res.partner", "search_read", domain=domain, fields=["street"])
    assert partner == {"id": number, "street": "2 New Way"}


async def test_a_merged_lead_is_followed(tenant: Any, admin: Any) -> None:
    """People merged ours into the opportunity that a rep had."""
    first = await tenant.bring_one()
    ours = first.record("lead").id
    values = {"name": "The rep's", "type": "opportunity", "user_id": 2, "partner_id": first.record("company").id}
    [kept] = await admin.execute("crm.lead", "create", vals_list=[values])
    wizards = await admin.execute(
        "crm.merge.opportunity", "create", vals_list=[{"opportunity_ids": [[6, 0, [ours, kept]]]}]
    )
    await admin.execute("crm.merge.opportunity", "action_merge", ids=wizards)
    left = await admin.execute("crm.lead", "search", domain=[["id", "in", [ours, kept]]])
    assert left == [kept]

    again = await tenant.bring_one(hours=1, score=0.8)

    assert (again.outcome, again.record("lead").id) == ("synced", kept)
    [lead] = await admin.execute("crm.lead", "read", ids=[kept], fields=["name", "type"])
    assert (lead["name"], lead["type"]) == ("The rep's", "opportunity")
