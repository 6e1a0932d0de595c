"""A tenant whose Odoo refuses us altogether is left alone until a check finds it well; nobody's key is ever shown."""

import io
import logging
from typing import Any

import pytest
import structlog
from cryptography.fernet import Fernet, MultiFernet

from common.contracts import ResyncOdoo
from odoo_sync import gauges
from odoo_sync.operator.commands import TenantContext, check_tenant, resync_tenant
from odoo_sync.protocols.odoo import OdooUnavailable
from odoo_sync.sync.lead_sync import TenantBlocked
from odoo_sync.tables import connections, states


@pytest.fixture
def logged() -> Any:
    """The log entries."""
    with structlog.testing.capture_logs() as entries:
        yield entries


async def operator(harness: Any) -> TenantContext:
    """The operator's commands for this tenant."""
    async with harness.database.transaction(harness.tenant_id) as tx:
        connected = await connections.find(tx)
    return TenantContext(harness.database, harness.syncing, harness.tenant_id, connected)


async def requested(harness: Any) -> list[ResyncOdoo]:
    rows = await harness.owner.fetch("SELECT value FROM outbox WHERE topic = $1", ResyncOdoo.topic)
    return [ResyncOdoo.model_validate_json(row["value"]) for row in rows]


async def test_a_key_that_odoo_refuses_blocks_its_tenant_and_no_other(harness: Any, fake: Any, logged: Any) -> None:
    """Announced with the reason, with one alert, and no further call; the other tenant's leads go through."""
    await harness.connect(fake.url, "expired")
    other = harness.of(2)
    await other.connect(fake.url, fake.api_key)

    first = await harness.sync(harness.lead())
    calls = list(fake.calls)
    second = await harness.sync(harness.lead(hours=1))

    assert (first.outcome, first.held_back, first.partner_id) == ("no_connection", "blocked", None)
    assert "Invalid apikey" in (first.reason or "")
    assert second == first
    assert fake.calls == calls
    assert [it["event"] for it in logged if it["log_level"] == "error"] == ["odoo_blocked"]
    assert (await gauges.count(harness.database)).blocked == 1
    assert (await other.sync(other.lead())).outcome == "synced"


@pytest.mark.parametrize("credentials", [None, MultiFernet([Fernet(Fernet.generate_key())])])
async def test_a_key_that_cannot_be_read_blocks_its_tenant(
    connected: Any, fake: Any, credentials: MultiFernet | None
) -> None:
    """The reason names the setting; nothing is called."""
    connected.credentials = credentials

    emitted = await connected.sync(connected.lead())

    assert emitted.held_back == "blocked"
    assert "ODOO_CREDENTIALS_KEY" in (emitted.reason or "")
    assert fake.calls == []


async def test_a_key_is_in_no_text_that_is_made_of_it(harness: Any, fake: Any, logged: Any) -> None:
    """Neither in announcements, tables, logs nor in what Python prints."""
    secret = "a-very-secret-key"
    await harness.connect(fake.url, secret)
    emitted = await harness.sync(harness.lead())
    async with harness.database.transaction(1) as tx:
        connected = await connections.find(tx)
    assert connected is not None

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    try:
        checked = await check_tenant(await operator(harness))
    finally:
        logging.getLogger().removeHandler(handler)
    texts = [emitted.model_dump_json(), repr(connected), repr(connected.decrypted(harness.credentials)), repr(logged)]
    texts += [written.getvalue(), repr(checked), str(dict(await harness.link()))]
    texts += [str(dict(row)) for row in await harness.owner.fetch("SELECT * FROM odoo_states")]
    texts += [repr(row) for row in await harness.owner.fetch("SELECT url, database, api_key FROM odoo_connections")]

    assert checked["problems"]
    assert not [text for text in texts if secret in text]


async def test_a_check_that_goes_well_clears_the_tenant_and_sends_what_waited(harness: Any, fake: Any) -> None:
    """By one event, which is not announced when nothing waits."""
    await harness.connect(fake.url, "expired")
    await harness.sync(harness.lead())
    assert (await check_tenant(await operator(harness)))["problems"]
    assert await requested(harness) == []
    await harness.owner.execute(
        "UPDATE odoo_connections SET api_key = $1", harness.credentials.encrypt(fake.api_key.encode())
    )

    emitted = await check_tenant(await operator(harness))
    assert emitted == {"problems": [], "hints": [], "was_blocked": True, "waiting": 1}
    assert (await gauges.count(harness.database)).blocked == 0
    assert [it.tenant_id for it in await requested(harness)] == [1]
    await harness.resync()

    assert (await harness.link())["outcome"] == "synced"
    assert await check_tenant(await operator(harness)) == {
        "problems": [],
        "hints": [],
        "was_blocked": False,
        "waiting": 0,
    }
    assert len(await requested(harness)) == 1


async def test_a_resync_brings_all_that_waits(harness: Any, fake: Any) -> None:
    """More than a chunk of them, of a tenant that was connected later; each is announced once."""
    companies = await harness.more(450)
    for start in range(0, 450, 150):
        await harness.sync(*(harness.lead(company=it, contact=None) for it in companies[start : start + 150]))
    await harness.connect(fake.url, fake.api_key)

    await harness.resync()

    emitted = (await harness.announced())[450:]
    assert {it.outcome for it in emitted} == {"synced"}
    assert [it.company.company_id for it in emitted] == [it.company_id for it in companies]
    assert len(fake.records["crm.lead"]) == len(fake.records["res.partner"]) == 450
    fake.calls.clear()
    await harness.resync()
    assert fake.calls == []


async def test_a_resync_tries_again_what_was_refused(connected: Any, fake: Any) -> None:
    """With the newest score that is known."""
    await connected.sync(connected.lead(name=""))
    named = """replace(lead::text, '"name":""', '"name":"A"')::json"""
    await connected.owner.execute(f"UPDATE odoo_links SET lead = {named}")

    await connected.resync()

    assert (await connected.link())["outcome"] == "synced"
    assert (await connected.link())["reason"] is None


async def test_a_resync_of_a_blocked_tenant_says_so_and_does_nothing(harness: Any, fake: Any) -> None:
    """The leads wait for a check."""
    await harness.connect(fake.url, "expired")
    await harness.sync(harness.lead())
    fake.calls.clear()

    assert (await resync_tenant(await operator(harness)))["blocked"] is not None
    await harness.resync()

    assert fake.calls == []
    assert (await harness.link())["outcome"] == "blocked"


async def test_a_right_that_is_missing_blocks_too(connected: Any, fake: Any) -> None:
    """A missing right stops every row, not one."""
    fake.rights = {"read"}

    emitted = await connected.sync(connected.lead())

    assert emitted.held_back == "blocked"
    assert "no right to create res.partner" in (emitted.reason or "")


async def test_who_waited_while_the_tenant_was_blocked_does_not_call(harness: Any, fake: Any) -> None:
    """One refusal is enough; more of them may lock the key's user out."""
    await harness.connect(fake.url, "expired")
    connected = (await operator(harness)).connection
    await harness.sync(harness.lead())
    fake.calls.clear()
    [company] = await harness.more(1)

    with pytest.raises(TenantBlocked):
        await harness.syncing.write(
            lambda: harness.database.transaction(1), {company.company_id: harness.lead(company=company)}, connected
        )

    assert fake.calls == []


async def test_a_refusal_of_a_key_that_was_replaced_meanwhile_blocks_nobody(harness: Any, fake: Any) -> None:
    """The chunk comes again, with the new one."""
    await harness.connect(fake.url, "expired")
    connected = (await operator(harness)).connection
    await harness.owner.execute("UPDATE odoo_connections SET api_key = 'another'")

    with pytest.raises(OdooUnavailable):
        await harness.syncing.write(
            lambda: harness.database.transaction(1), {harness.company.company_id: harness.lead()}, connected
        )

    assert (await gauges.count(harness.database)).blocked == 0


async def test_another_reason_takes_the_place_of_the_first(harness: Any, fake: Any) -> None:
    """Another reason takes the place of the first, so that the next lead tells what there is to do now; it is no second
    alert.
    """
    async with harness.database.transaction(1) as tx:
        assert await states.block(tx, "the first")
        assert not await states.block(tx, "the second")
    await harness.connect(fake.url, fake.api_key)

    assert (await harness.sync(harness.lead())).reason == "the second"
