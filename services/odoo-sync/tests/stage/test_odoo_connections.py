"""Tenants whose Odoo comes, goes, moves or is shared: leads are found again or brought there."""

from typing import Any


def counts(fake: Any) -> tuple[int, int]:
    """Partners and leads that Odoo holds."""
    return len(fake.records["res.partner"]), len(fake.records["crm.lead"])


async def test_a_company_of_two_tenants_with_one_odoo_is_one_partner_there(connected: Any, fake: Any) -> None:
    """Each has its own lead."""
    other = connected.of(2)
    await other.connect(fake.url, fake.api_key)

    first, second = await connected.sync(connected.lead()), await other.sync(other.lead())

    assert first.partner_id == second.partner_id
    assert first.lead_id != second.lead_id
    assert counts(fake) == (2, 2)


async def test_a_connection_that_goes_and_comes_back_finds_its_lead_again(connected: Any, fake: Any) -> None:
    """Meanwhile there is nowhere; then the same lead, as the rep left it."""
    first = await connected.sync(connected.lead())
    fake.record(connected.external_id("lead"))["type"] = "opportunity"
    await connected.owner.execute("DELETE FROM odoo_connections")
    meanwhile = await connected.sync(connected.lead(hours=1))
    await connected.connect(fake.url, fake.api_key)

    emitted = await connected.sync(connected.lead(hours=2))

    assert (meanwhile.outcome, meanwhile.lead_id) == ("no_connection", None)
    assert emitted == first
    assert fake.record(connected.external_id("lead"))["type"] == "opportunity"


async def test_a_tenant_that_moves_to_another_odoo_gets_its_leads_there(connected: Any, fake: Any) -> None:
    """Its old lead's number may be a stranger's there: that one is left alone."""
    first = await connected.sync(connected.lead())
    stranger = {"name": "a stranger's"}
    fake.external.clear()
    fake.records.update({"res.partner": {}, "crm.lead": {first.lead_id: dict(stranger)}})
    fake.written[f"crm.lead,{first.lead_id}"] = "2026-11-22 00:00:00"
    await connected.owner.execute("UPDATE odoo_connections SET url = url || '/'")

    emitted = await connected.sync(connected.lead(hours=1))

    assert emitted.lead_id != first.lead_id
    assert fake.external[connected.external_id("lead")] == ("crm.lead", emitted.lead_id)
    assert fake.records["crm.lead"][first.lead_id] == stranger


async def test_a_tenant_connected_later_gets_its_leads(harness: Any, fake: Any) -> None:
    """A lead that had nowhere to go is made when it comes again, also with the same score."""
    await harness.sync(harness.lead())
    await harness.connect(fake.url, fake.api_key)

    emitted = await harness.sync(harness.lead())

    assert emitted.outcome == "synced"
    assert (await harness.link())["lead_id"] == emitted.lead_id is not None


async def test_who_changed_odoo_has_all_leads_brought_there_by_a_resync(connected: Any, fake: Any, older: Any) -> None:
    """Leads that were synced to the first Odoo are sent too, with the newest times that were seen."""
    await connected.sync(connected.lead())
    await connected.sync(connected.lead(hours=1))
    await connected.owner.execute("UPDATE odoo_connections SET url = $1, login = $2", older.url, older.login)

    await connected.resync()

    assert counts(older) == (2, 1)
    assert (await connected.link())["scored_at"] == connected.lead(hours=1).scored_at
    fake.calls.clear(), older.calls.clear()
    await connected.resync()
    assert older.calls == []
