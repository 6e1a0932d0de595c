"""Leads in a real Odoo as the tenant wishes them."""

import json
from typing import Any

import pytest

from odoo_sync.model import LeadSettings
from odoo_sync.sync.checks import find_hints, find_problems

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]


async def test_a_new_lead_has_the_wished_kind_team_owner_tags_source_and_priority(
    tenant: Any, admin: Any, owner: Any, run: str
) -> None:
    """Tags and source are created by their names."""
    wishes = {"type": "opportunity", "team": "Sales", "salesperson": "admin", "tags": ["Leadgen", run]}
    stored = json.dumps({**wishes, "source": f"Leadgen {run}", "has_priority": True})
    await owner.execute("UPDATE odoo_connections SET lead_settings = $1", stored)

    link = await tenant.bring_one()

    names = ["type", "team_id", "user_id", "tag_ids", "source_id", "priority"]
    assert link.outcome == "synced"
    [lead] = await admin.execute("crm.lead", "read", ids=[link.record("lead").id], fields=names)
    assert (lead["type"], lead["team_id"][1], lead["priority"]) == ("opportunity", "Sales", "3")
    assert (lead["user_id"][0], lead["source_id"][1]) == (2, f"Leadgen {run}")
    tags = await admin.execute("crm.tag", "read", ids=lead["tag_ids"], fields=["name"])
    assert {it["name"] for it in tags} == {"Leadgen", run}


async def test_the_check_of_a_fresh_odoo_tells_that_leads_stand_in_no_menu(odoo: Any) -> None:
    """The check of a fresh Odoo tells that leads stand in no menu, and names a team that is not there."""
    assert "no menu shows" in (await find_hints(odoo, LeadSettings()))[0]
    assert await find_problems(odoo, LeadSettings(team="Sales", salesperson="admin")) == []
    [problem] = await find_problems(odoo, LeadSettings(team="No such team"))
    assert "No such team" in problem
