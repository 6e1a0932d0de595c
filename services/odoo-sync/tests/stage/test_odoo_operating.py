"""The operator's audit and dry run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from common.settings import DatabaseSettings
from odoo_sync import gauges
from odoo_sync.operator import commands
from odoo_sync.operator.audit import audit
from odoo_sync.operator.dry_run import dry_run
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables import connections


async def audited(harness: Any) -> dict[str, Any]:
    async with harness.database.transaction(harness.tenant_id) as tx:
        connected = await connections.find(tx)
    return await audit(harness.syncing, lambda: harness.database.transaction(harness.tenant_id), connected)


async def dry_run_of(harness: Any) -> dict[str, Any]:
    async with harness.database.transaction(harness.tenant_id) as tx:
        connected = await connections.find(tx)
    return await dry_run(harness.syncing, lambda: harness.database.transaction(harness.tenant_id), connected)


async def test_an_audit_of_what_we_wrote_finds_nothing(connected: Any, fake: Any, writes_among: Any) -> None:
    """Nothing is written."""
    await connected.sync(connected.lead(address="1 Way"))
    fake.calls.clear()

    assert await audited(connected) == {"links": {"synced": 1}, "held": {}, "merged": [], "differences": []}
    assert writes_among(fake.calls) == []


@pytest.mark.parametrize("kind", ["company", "contact", "lead"])
async def test_an_audit_finds_what_is_missing_archived_and_changed(connected: Any, fake: Any, kind: str) -> None:
    """With both values."""
    await connected.sync(connected.lead())
    record = fake.record(connected.external_id(kind))
    model, number = fake.external[connected.external_id(kind)]
    about = {"uen": "201812345K", "record": kind, "id": number}

    record["active"] = False
    assert (await audited(connected))["differences"] == [{**about, "what": "archived"}]
    column = "description" if kind == "lead" else "name"
    written, record["active"], record[column] = record[column], True, "theirs"
    assert (await audited(connected))["differences"] == [
        {**about, "what": "changed", "column": column, "written": written, "there": "theirs"}
    ]
    del fake.records[model][number]
    assert {**about, "what": "missing"} in (await audited(connected))["differences"]


async def test_an_audit_finds_companies_that_are_there_twice(connected: Any, fake: Any) -> None:
    """By their UEN, whoever made them."""
    emitted = await connected.sync(connected.lead())
    other = fake.add("res.partner", name="ACME again", is_company="1", ref="201812345K")

    assert (await audited(connected))["differences"] == [
        {"uen": "201812345K", "record": "company", "what": "duplicate", "ids": [emitted.partner_id, other]}
    ]


async def test_a_preview_shows_what_would_be_written_and_writes_nothing(
    harness: Any, fake: Any, writes_among: Any
) -> None:
    """Neither there nor here; the sync then writes just that."""
    await harness.sync(harness.lead())
    number = fake.add("res.partner", name="theirs", is_company="1", ref="201812345K")
    await harness.connect(fake.url, fake.api_key)
    link = await harness.link()

    shown = await dry_run_of(harness)

    company, contact, lead = shown["rows"]
    assert (company["model"], company[".id"], company["company_registry"]) == ("res.partner", str(number), "201812345K")
    assert (contact["id"], contact["parent_id/.id"]) == (harness.external_id("contact"), str(number))
    assert (lead["model"], lead["id"]) == ("crm.lead", harness.external_id("lead"))
    assert any("was there already" in note for note in shown["notes"])
    assert writes_among(fake.calls) == []
    assert await harness.link() == link
    await harness.resync()
    assert await dry_run_of(harness) == {"rows": [], "unchanged": 1, "without_lead": 0, "notes": []}


async def test_an_odoo_that_is_down_keeps_no_other_from_being_asked(harness: Any, fake: Any, database_url: str) -> None:
    """The report names the failure; the tenant is not blocked, since Odoo may come back."""
    await harness.connect("http://127.0.0.1:1", "k")
    other = harness.of(2)
    await other.connect(fake.url, fake.api_key)

    @asynccontextmanager
    async def composed(_: Any) -> AsyncIterator[LeadSync]:
        yield harness.syncing

    settings = DatabaseSettings(database_url=database_url)
    first, second = await commands.run(settings, composed, commands.COMMANDS["check"], None)

    assert (first["tenant"], "does not answer" in first["error"]) == (1, True)
    assert (second["tenant"], second["problems"]) == (2, [])
    assert (await gauges.count(harness.database)).blocked == 0
