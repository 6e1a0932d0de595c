"""Leads as the tenant wishes them, and what its check says of their place in Odoo."""

from typing import Any

from odoo_sync.operator.commands import TenantContext, check_tenant
from odoo_sync.tables import connections

WISHES = """{"type": "opportunity", "team": "Sales", "salesperson": "Ann", "tags": ["Leadgen"], "source": "Leadgen"}"""


async def test_new_leads_are_as_the_tenant_wishes_and_existing_ones_stay(connected: Any, fake: Any) -> None:
    """A changed wish changes no lead that reps have."""
    [company] = await connected.more(1)
    await connected.sync(connected.lead())
    before = dict(fake.record(connected.external_id("lead")))
    await connected.owner.execute("UPDATE odoo_connections SET lead_settings = $1", WISHES)

    await connected.sync(connected.lead(hours=1))
    await connected.sync(connected.lead(company=company))

    assert fake.record(connected.external_id("lead")) == before
    lead = fake.record(connected.external_id("lead", company))
    assert (lead["type"], lead["team_id"], lead["user_id"]) == ("opportunity", "Sales", "Ann")
    assert (lead["tag_ids"], lead["source_id"]) == ("Leadgen", "Leadgen")


async def test_the_check_tells_that_leads_stand_in_no_menu(connected: Any, fake: Any) -> None:
    """It blocks nobody."""
    fake.has_leads_setting = False
    async with connected.database.transaction(1) as tx:
        connection = await connections.find(tx)

    report = await check_tenant(TenantContext(connected.database, connected.syncing, 1, connection))

    assert report["problems"] == []
    assert "no menu shows" in report["hints"][0]
