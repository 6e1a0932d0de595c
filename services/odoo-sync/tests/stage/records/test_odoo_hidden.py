"""Records that the key's user may not see: they are held, not taken for deleted, and come back by themselves."""

from typing import Any

import pytest

from odoo_sync.operator.audit import audit
from odoo_sync.operator.commands import TenantContext, check_tenant
from odoo_sync.tables import connections


async def context(harness: Any) -> TenantContext:
    async with harness.database.transaction(1) as tx:
        connection = await connections.find(tx)
    return TenantContext(harness.database, harness.syncing, 1, connection)


async def differences(harness: Any) -> set[tuple[str, str]]:
    at = await context(harness)
    report = await audit(at.syncing, at.transaction, at.connection)
    return {(it["record"], it["what"]) for it in report["differences"]}


@pytest.mark.parametrize("recreate", [False, True])
@pytest.mark.parametrize("kind", ["company", "lead"])
async def test_what_is_out_of_sight_is_held_and_comes_back(
    connected: Any, fake: Any, kind: str, recreate: bool
) -> None:
    """Nothing is written there or made a second time; the link, the audit and the check say what it is."""
    connected.recreate_deleted = recreate
    first = await connected.sync(connected.lead(address="1 Old Way"))
    number = fake.external[connected.external_id(kind)][1]
    fake.hidden = {number}
    before = dict(fake.record(connected.external_id(kind)))
    count = sum(map(len, fake.records.values()))

    held = await connected.sync(connected.lead(address="2 New Way", hours=1, score=0.9))

    assert (held.held_back, held.outcome) == ("refused", "no_connection")
    assert f"out of sight: the key's user may no longer see its {kind}" in (held.reason or "")
    assert fake.record(connected.external_id(kind)) == before
    assert sum(map(len, fake.records.values())) == count
    assert (kind, "out of sight") in await differences(connected)
    at = await context(connected)
    assert (await audit(at.syncing, at.transaction, at.connection))["held"] == {held.reason: 1}
    [hint] = (await check_tenant(await context(connected)))["hints"]
    assert "1 leads are out of sight" in hint
    assert ("All Documents" in hint) == (kind == "lead")

    fake.hidden = set()
    await connected.resync()

    link = await connected.link()
    assert (link["outcome"], link["partner_id"], link["lead_id"]) == ("synced", first.partner_id, first.lead_id)
    assert fake.record(connected.external_id("company"))["street"] == "2 New Way"
    assert (await check_tenant(await context(connected)))["hints"] == []


async def test_many_hidden_records_among_deleted_ones_are_distinguished(connected: Any, fake: Any) -> None:
    """Both in one chunk."""
    companies = await connected.more(8)
    await connected.sync(*(connected.lead(company=it, contact=None) for it in companies))
    for company in companies[4:]:
        fake.hidden.add(fake.external[connected.external_id("company", company)][1])
    for company in companies[:4]:
        model, number = fake.external.pop(connected.external_id("company", company))
        del fake.records[model][number]

    await connected.sync(*(connected.lead(company=it, contact=None, hours=1, address="1 Way") for it in companies))

    outcomes = [(await connected.link(it))["outcome"] for it in companies]
    assert outcomes == ["deleted"] * 4 + ["refused"] * 4


async def test_columns_of_a_new_lead_are_never_sent_to_one_that_is_there(connected: Any, fake: Any) -> None:
    """A link says deleted, and the lead came back, perhaps with a backup: a rep's name and owner stay."""
    connected.recreate_deleted = True
    first = await connected.sync(connected.lead())
    lead = fake.record(connected.external_id("lead"))
    lead.update({"name": "The big one", "type": "opportunity", "user_id/id": "the rep"})
    gone = "replace(records::text, '\"deleted\":false', '\"deleted\":true')::json"
    await connected.owner.execute(f"UPDATE odoo_links SET lead_id = NULL, outcome = 'deleted', records = {gone}")

    again = await connected.sync(connected.lead(hours=1, score=0.9))

    assert again.lead_id == first.lead_id
    assert (lead["name"], lead["type"], lead["user_id/id"]) == ("The big one", "opportunity", "the rep")


async def test_a_merged_lead_is_followed_to_the_one_that_people_kept(connected: Any, fake: Any) -> None:
    """By our description, which Odoo appends there; another tenant's lead of the same company is not taken for it."""
    other = connected.of(2)
    await other.connect(fake.url, fake.api_key)
    await other.sync(other.lead())
    await connected.sync(connected.lead())
    model, number = fake.external.pop(connected.external_id("lead"))
    ours = fake.records[model].pop(number)
    kept = fake.add("crm.lead", name="The rep's", type="opportunity", description=f"mine<br>{ours['description']}")

    emitted = await connected.sync(connected.lead(hours=1, score=0.9))

    assert (emitted.outcome, emitted.lead_id) == ("synced", kept)
    assert fake.records["crm.lead"][kept]["name"] == "The rep's"
    assert f"the lead was merged into {kept}" in (await connected.link())["notes"]
    at = await context(connected)
    report = await audit(at.syncing, at.transaction, at.connection)
    assert report["merged"] == [f"201812345K: the lead was merged into {kept}"]


async def test_with_recreate_a_resync_looks_at_odoo_and_not_only_at_links(connected: Any, fake: Any) -> None:
    """People deleted a lead that has not come again since: nobody noticed."""
    await connected.sync(connected.lead())
    model, number = fake.external.pop(connected.external_id("lead"))
    del fake.records[model][number]
    await connected.resync()
    assert connected.external_id("lead") not in fake.external
    connected.recreate_deleted = True

    await connected.resync()

    assert connected.external_id("lead") in fake.external
    assert (await connected.link())["lead_id"] == fake.external[connected.external_id("lead")][1]
