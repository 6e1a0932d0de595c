"""A real Odoo that goes down and comes back in the middle of a load."""

import asyncio
from typing import Any

import pytest

from odoo_sync.protocols.odoo import OdooUnavailable
from testkit.stages import until

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(300)]


@pytest.mark.parametrize("model", ["res.partner", "crm.lead"])
async def test_a_restart_in_mid_load_leaves_every_record_once(
    tenant: Any, admin: Any, owner: Any, proxy: Any, restart: Any, model: str
) -> None:
    """The leads wait while Odoo is away, and go through when it is back."""
    uens = [it.uen for it in tenant.companies]
    leads = [tenant.lead(it) for it in tenant.companies]
    await owner.execute("UPDATE odoo_connections SET url = $1", proxy.url)
    await tenant.bring(leads[0].model_copy(update={"score": 0.1}))  # protocol and columns are known
    restarting: list[asyncio.Task[None]] = []

    async def begin() -> None:
        restarting.append(asyncio.create_task(restart()))

    proxy.meanwhile = begin
    proxy.cut = '"load"' if tenant.sync.servers._protocol == "jsonrpc" else f"/{model}/load"
    try:

        async def are_through() -> list[Any]:
            try:
                return await tenant.bring(*leads)
            except OdooUnavailable:
                return []

        links = await until(are_through, within_s=240)
    finally:
        await asyncio.gather(*restarting)

    assert len(restarting) == 1
    assert {it.outcome for it in links} == {"synced"}
    assert len({it.record("lead").id for it in links}) == 10
    names = [it.company.name for it in leads]
    assert await admin.execute("res.partner", "search_count", domain=[["ref", "in", uens]]) == 10
    assert await admin.execute("crm.lead", "search_count", domain=[["name", "in", names]]) == 10
