"""A database restored from an older backup: people's records bear our numbers, and are left alone."""

from typing import Any

import pytest
import structlog

from common.contracts import ResyncOdoo
from odoo_sync.operator.audit import audit
from odoo_sync.operator.dry_run import dry_run
from odoo_sync.tables import connections

STRANGER = ("res.partner", {"name": "A stranger", "is_company": "1", "street": "theirs"})
PERSON = ("res.partner", {"name": "Somebody", "email": "somebody@else.sg"})
DEAL = ("crm.lead", {"name": "Their deal", "description": "theirs"})


@pytest.fixture
def logged() -> Any:
    """The log entries."""
    with structlog.testing.capture_logs() as entries:
        yield entries


async def differences(harness: Any) -> list[tuple[str, str]]:
    async with harness.database.transaction(1) as tx:
        connection = await connections.find(tx)
    report = await audit(harness.syncing, lambda: harness.database.transaction(1), connection)
    return [(it["record"], it["what"]) for it in report["differences"]]


async def restored(harness: Any, fake: Any, *strangers: tuple[str, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Syncs a lead, restores a backup from before, and lets people make records; returns a copy of these."""
    await harness.sync(harness.lead(address="1 Old Way"))
    fake.restore(0, *strangers)
    return present(fake)


def present(fake: Any) -> dict[int, dict[str, Any]]:
    """Copies all records, by number."""
    return {number: dict(it) for held in fake.records.values() for number, it in held.items()}


@pytest.mark.parametrize("version", [19, 14])
async def test_strangers_with_our_numbers_are_left_alone_and_ours_are_made_anew(
    harness: Any, fake: Any, older: Any, version: int, logged: Any
) -> None:
    """The link, the audit and one log line say so; one call more than usual notices it."""
    at = fake if version == 19 else older
    await harness.connect(at.url, at.api_key)
    await harness.owner.execute("UPDATE odoo_connections SET login = $1", at.login)
    theirs = await restored(harness, at, STRANGER, PERSON, DEAL)
    assert ("company", "not ours") in await differences(harness)
    at.calls.clear()

    emitted = await harness.sync(harness.lead(address="2 New Way", hours=1))

    assert {number: it for number, it in present(at).items() if number in theirs} == theirs
    assert emitted.outcome == "synced"
    assert at.record(harness.external_id("company"))["street"] == "2 New Way"
    assert (emitted.partner_id, emitted.lead_id) == (
        at.external[harness.external_id("company")][1],
        at.external[harness.external_id("lead")][1],
    )
    assert at.calls.count("res.partner.get_metadata") == 1
    assert "restored or replaced" in (await harness.link())["notes"][0]
    assert [it["event"] for it in logged if it["log_level"] == "warning"] == ["odoo_database_replaced"]
    assert await differences(harness) == []


async def test_the_other_leads_of_a_restored_database_are_made_by_the_resync_that_it_requests(
    connected: Any, fake: Any
) -> None:
    """The other leads of a restored database are made by the resync that it requests, also those whose records are gone
    without a stranger in their place: nobody deleted them.
    """
    companies = await connected.more(3)
    await connected.sync(*(connected.lead(company=it) for it in companies))
    fake.restore(0, STRANGER)
    owner = connected.owner

    await connected.sync(connected.lead(company=companies[0], hours=1, address="1 Way"))
    rows = await owner.fetch("SELECT value FROM outbox WHERE topic = $1", ResyncOdoo.topic)
    assert len(rows) == 1
    await connected.resync()

    assert {(await connected.link(it))["outcome"] for it in companies} == {"synced"}
    assert len([it for it in fake.external if ".company_" in it]) == 3
    assert fake.records["res.partner"][1]["street"] == "theirs"


@pytest.mark.parametrize("is_administrator", [True, False], ids=["by uuid", "by creation date"])
async def test_another_database_at_the_same_address_is_noticed_before_any_record_is_read(
    connected: Any, fake: Any, is_administrator: bool
) -> None:
    """Its uuid tells, or its creation date where the user may not read the uuid."""
    fake.is_administrator = is_administrator
    await restored(connected, fake)
    fake.parameters["database.uuid"], fake.company_made = "uuid-2", "2026-11-30 00:00:00"

    emitted = await connected.sync(connected.lead(hours=1))

    assert emitted.outcome == "synced"
    assert emitted.partner_id == fake.external[connected.external_id("company")][1]
    assert (await connected.owner.fetchrow("SELECT replaced FROM odoo_databases"))["replaced"] == 1


async def test_a_right_to_the_uuid_that_comes_later_is_no_replacement(connected: Any, fake: Any) -> None:
    """Only two values of one kind are compared."""
    await connected.sync(connected.lead())
    fake.is_administrator = True
    await connected.sync(connected.lead(hours=1, address="1 Way"))

    row = await connected.owner.fetchrow("SELECT * FROM odoo_databases")
    assert (row["replaced"], row["uuid"], row["created"]) == (0, "uuid-1", fake.company_made)


async def test_a_chunk_of_known_records_takes_no_more_calls_than_before(connected: Any, fake: Any) -> None:
    """Odoo's creation dates are read with the values; nothing else is asked."""
    await connected.sync(connected.lead())
    fake.calls.clear()

    await connected.sync(connected.lead(hours=1, address="1 Way"))

    assert not [it for it in fake.calls if it.endswith("get_metadata")]


async def test_a_link_from_before_creation_dates_were_kept_is_judged_by_its_values(connected: Any, fake: Any) -> None:
    """A link from before creation dates were kept is judged by its values: where values say nothing, the external id
    does.
    """
    await connected.sync(connected.lead())
    forget = """UPDATE odoo_links SET records = replace(records::text, '"made"', '"unknown"')::json"""
    await connected.owner.execute(forget)
    company = fake.record(connected.external_id("company"))
    company.update(name="Renamed", ref="", company_registry="")
    fake.calls.clear()

    emitted = await connected.sync(connected.lead(hours=1, address="1 Way"))

    assert (emitted.outcome, company["street"], company["name"]) == ("synced", "1 Way", "Renamed")
    assert fake.calls.count("res.partner.get_metadata") == 1


async def test_a_dry_run_on_a_restored_database_shows_what_would_be_made(connected: Any, fake: Any) -> None:
    """A dry run on a restored database shows what would be made, and nothing on the strangers."""
    await restored(connected, fake, STRANGER, PERSON, DEAL)
    await connected.owner.execute("UPDATE odoo_links SET outcome = 'refused'")
    async with connected.database.transaction(1) as tx:
        connection = await connections.find(tx)

    report = await dry_run(connected.syncing, lambda: connected.database.transaction(1), connection)

    assert {it["id"] for it in report["rows"]} == {connected.external_id(it) for it in ("company", "contact", "lead")}
    assert any("is another record" in note for note in report["notes"])
