"""A check that the gateway requests: its outcome is stored, and acted on as the operator's check does."""

from typing import Any

import pytest

from common.contracts import ResyncOdoo
from odoo_sync.protocols.odoo import OdooBlocked
from odoo_sync.protocols.public_addresses import require_public

BY_ADMIN = "UPDATE odoo_connections SET set_by = 'admin', url = coalesce($1, url)"


async def blocked(harness: Any) -> str | None:
    reason: str | None = await harness.owner.fetchval("SELECT blocked FROM odoo_states")
    return reason


async def test_an_odoo_in_order_has_no_problems_and_gets_what_waits(connected: Any, fake: Any) -> None:
    """A tenant that was blocked is not any more, and its stored leads are requested again."""
    fake.modules = {"contacts"}
    assert len(await connected.check()) == 1
    await connected.sync(connected.lead())
    fake.modules = {"contacts", "crm"}
    assert await connected.check() == []
    assert await blocked(connected) is None
    resyncs = "SELECT count(*) FROM outbox WHERE topic = $1"
    assert await connected.owner.fetchval(resyncs, ResyncOdoo.topic) == 1


async def test_problems_are_stored_and_block_the_tenant(connected: Any, fake: Any) -> None:
    """In words, without the key."""
    fake.modules = {"contacts"}
    (problem,) = await connected.check()
    assert "crm" in problem
    assert await blocked(connected) == problem


async def test_an_odoo_that_is_away_is_no_fault_of_the_connection(connected: Any, fake: Any) -> None:
    """It is a result of the check, and nothing is blocked."""
    fake.faults = ["503"] * 10
    (problem,) = await connected.check()
    assert "503" in problem
    assert await blocked(connected) is None


async def test_a_tenant_without_an_odoo_has_that_problem(harness: Any) -> None:
    """The connection was removed meanwhile."""
    assert await harness.check() == ["no Odoo is connected"]


async def test_a_private_address_that_an_admin_stored_is_not_called(connected: Any, fake: Any) -> None:
    """Neither by a check nor with a lead; how it would answer is not shown."""
    await connected.owner.execute(BY_ADMIN, f"https://localhost:{fake.url.rpartition(':')[2]}")
    (problem,) = await connected.check()
    assert "is not a public address" in problem
    await connected.sync(connected.lead())
    assert fake.calls == []


async def test_plain_http_that_an_admin_stored_is_not_called(connected: Any, fake: Any) -> None:
    """Plain HTTP that an admin stored is not called, whatever wrote it into the table."""
    await connected.owner.execute(BY_ADMIN, None)
    (problem,) = await connected.check()
    assert "must use https" in problem
    assert fake.calls == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "192.0.2.1",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
        "2001:0:a01:203::1",
        "::10.1.2.3",
    ],
)
async def test_private_addresses_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, multicast and documentation addresses, also inside IPv6 ones."""
    host = f"[{address.partition('%')[0]}]" if ":" in address else address
    with pytest.raises(OdooBlocked):
        await require_public(f"https://{host}")
