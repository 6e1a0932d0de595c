"""API keys that expire, are removed and are replaced while odoo-sync runs, and two-factor authentication."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from odoo_sync.operator.commands import TenantContext, check_tenant
from odoo_sync.protocols.servers import OdooServers
from odoo_sync.sync.lead_sync import TenantBlocked
from odoo_sync.tables import connections
from testkit.browsers.odoo_browser import Browser
from testkit.stages import until

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(240)]

GROUPS = ("base.group_user", "base.group_partner_manager", "sales_team.group_sale_salesman_all_leads")


@pytest.fixture
async def browse(real: Any, newest: str) -> AsyncIterator[Callable[..., Any]]:
    """Opens a browser in which a person is signed in."""
    async with AsyncExitStack() as stack:

        async def browsing(login: str, password: str) -> Any:
            http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, base_url=real.url, timeout=60))
            browser = Browser(http, password, is_before_17=newest == "jsonrpc")
            await browser.sign_in(real.database, login)
            return browser

        yield browsing


@pytest.fixture
def store(owner: Any, tenant: Any) -> Callable[..., Any]:
    """Stores a key, as `leadgen odoo connect` does."""

    async def stored(api_key: str, login: str | None = None) -> None:
        token = tenant.sync.decrypter.encrypt(api_key.encode())
        await owner.execute("UPDATE odoo_connections SET api_key = $1, login = coalesce($2, login)", token, login)

    return stored


async def check(tenant: Any) -> dict[str, Any]:
    async with tenant.opening() as tx:
        connection = await connections.find(tx)
    return await check_tenant(TenantContext(tenant.database, tenant.sync, 1, connection))


async def blocked(tenant: Any) -> str:
    """Brings newer and newer scores, until Odoo refuses all calls; returns the reason."""
    hours = iter(range(1, 10_000))

    async def reason() -> str:
        try:
            await tenant.bring_one(hours=next(hours), address=f"{datetime.now(UTC)}")
        except TenantBlocked as error:
            return str(error)
        return ""

    return await until(reason, within_s=60)


@pytest.mark.odoo19
@pytest.mark.parametrize("odoo", ["json2"], indirect=True)
async def test_a_key_that_expires_blocks_and_the_next_one_goes_on(
    tenant: Any, admin: Any, browse: Any, real: Any, store: Any
) -> None:
    """With the reason, and without a second record.

    Over JSON-RPC Odoo itself remembers until it restarts that a key was right.
    """
    browser = await browse(real.login, real.password)
    await store(await browser.make_key("soon", datetime.now(UTC) + timedelta(seconds=5)))

    reason = await blocked(tenant)

    [problem] = (await check(tenant))["problems"]
    assert "store the connection again with" in reason
    assert "store the connection again with" in problem
    await store(await browser.make_key("next"))
    assert (await check(tenant))["problems"] == []
    link = await tenant.bring_one(hours=20_000)
    assert link.outcome == "synced"
    assert await admin.execute("res.partner", "search_count", domain=[["ref", "=", tenant.companies[0].uen]]) == 1


async def test_a_key_is_replaced_while_leads_are_sent(
    tenant: Any, admin: Any, browse: Any, real: Any, store: Any
) -> None:
    """Nobody is blocked, though the old key is gone as soon as the new one is stored."""
    browser = await browse(real.login, real.password)
    for name in ("first", "second", "third"):
        await store(await browser.make_key(f"{name} {tenant.companies[0].uen}"))
        made = await tenant.bring(*(tenant.lead(it, address=name) for it in tenant.companies))
        assert {it.outcome for it in made} == {"synced"}
        old = await browser.call("res.users.apikeys", "search", [["name", "=", f"{name} {tenant.companies[0].uen}"]])
        if name != "third":
            await browser.press("res.users.apikeys", "remove", old)

    uens = [it.uen for it in tenant.companies]
    assert await admin.execute("res.partner", "search_count", domain=[["ref", "in", uens]]) == 10


async def test_two_factor_authentication_refuses_a_password_and_takes_a_key(
    tenant: Any, admin: Any, browse: Any, make_user: Any, store: Any, http: Any
) -> None:
    """The check says what to do; the user needs the rights that we ask for and no more."""
    user = await make_user(*GROUPS)
    tenant.sync = tenant.sync.__class__(
        OdooServers(http, timeout_s=60, protocol="jsonrpc"), tenant.sync.writer_lock, tenant.sync.decrypter, 0.66
    )
    await store(user.api_key, user.login)  # a password, which older Odoos take
    assert (await tenant.bring_one()).outcome == "synced"
    browser = await browse(user.login, user.api_key)
    key = await browser.make_key("leadgen")
    await browser.switch_on_2fa()

    reason = await blocked(tenant)

    [problem] = (await check(tenant))["problems"]
    assert "two-factor authentication: store the connection again with an API key" in reason
    assert "two-factor authentication: store the connection again with an API key" in problem
    await store(key, user.login)
    assert (await check(tenant))["problems"] == []
    assert (await tenant.bring_one(hours=20_000)).outcome == "synced"
