"""Both protocols against servers that speak them: what a call gives, what each failure means, and who speaks which."""

from typing import Any

import httpx
import pytest

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.protocol_detection import ProtocolName
from odoo_sync.protocols.servers import OdooServer, OdooServers

PROTOCOLS: list[ProtocolName] = ["json2", "jsonrpc"]


def connection(fake: Any, **other: str) -> OdooConnection:
    return OdooConnection(
        **{"url": fake.url, "database": "leads", "api_key": fake.api_key, "login": fake.login, **other}
    )


def server(fake: Any, http: httpx.AsyncClient, protocol: ProtocolName = "auto", **other: str) -> OdooServer:
    return OdooServer(http, connection(fake, **other), timeout_s=5, protocol=protocol)


@pytest.fixture(params=PROTOCOLS)
def odoo(request: pytest.FixtureRequest, fake: Any, http: httpx.AsyncClient) -> OdooServer:
    """One Odoo that speaks both, over each."""
    return server(fake, http, request.param)


async def test_named_arguments_and_records_work_alike(odoo: OdooServer, fake: Any) -> None:
    """Methods of a model, methods of records, and the one whose argument Odoo wants by its place."""
    [made] = await odoo.execute("res.partner", "create", vals_list=[{"name": "ACME"}])
    await odoo.execute("res.partner", "write", ids=[made], vals={"name": "ACME 2"})

    found = await odoo.execute("res.partner", "search_read", domain=[["name", "=", "ACME 2"]], fields=["name"])

    assert found == [{"id": made, "name": "ACME 2"}]
    assert await odoo.execute("res.partner", "read", ids=[made], fields=["name"]) == found


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:1", OdooUnavailable), ("ftp://127.0.0.1", OdooBlocked), ("http://:x", OdooBlocked)],
)
@pytest.mark.parametrize("protocol", [*PROTOCOLS, "auto"])
async def test_an_address_where_nobody_listens_may_recover_and_a_wrong_one_never(
    fake: Any, http: httpx.AsyncClient, protocol: ProtocolName, url: str, expected: type[Exception]
) -> None:
    """Each gets its own kind of error, over every protocol and while asking for it."""
    with pytest.raises(expected):
        await server(fake, http, protocol, url=url).execute("res.partner", "fields_get")


@pytest.mark.parametrize("fault", ["500", "503", "429", "not json", "cut"])
async def test_a_server_in_trouble_is_worth_another_attempt(odoo: OdooServer, fake: Any, fault: str) -> None:
    """The next call goes through. A server's traceback is never shown."""
    fake.faults = [fault]

    with pytest.raises(OdooUnavailable) as raised:
        await odoo.execute("res.partner", "search_read", fields=["name"])

    assert raised.value.retry_after == (7 if fault == "429" else None)
    assert "secret" not in str(raised.value)
    assert await odoo.execute("res.partner", "search_read", fields=["name"]) == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_that_hangs_is_given_up(fake: Any, http: httpx.AsyncClient, protocol: ProtocolName) -> None:
    """After the timeout, as something that may go well later."""
    odoo = OdooServer(http, connection(fake), timeout_s=0.3, protocol=protocol)
    fake.faults = ["hang"]

    with pytest.raises(OdooUnavailable):
        await odoo.execute("res.partner", "search_read")


@pytest.mark.parametrize("wrong", [{"api_key": "no-key-of-ours"}, {"database": "no such"}])
async def test_a_wrong_key_or_database_blocks_everything(
    odoo: OdooServer, fake: Any, http: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    """Someone has to change the connection. No text made of it holds the key."""
    with pytest.raises(OdooBlocked) as raised:
        await OdooServer(http, connection(fake, **wrong), timeout_s=5, protocol=odoo._protocol).columns("res.partner")

    assert wrong.get("api_key", fake.api_key) not in f"{raised.value} {connection(fake, **wrong)}"


async def test_a_redirect_is_not_followed(odoo: OdooServer, fake: Any) -> None:
    """The key goes to the address that the operator gave, nowhere else."""
    fake.faults = ["redirect"]

    with pytest.raises(OdooUnavailable, match="redirects"):
        await odoo.execute("res.partner", "search_read")


async def test_a_record_that_is_gone_is_refused_and_said_to_be_missing(odoo: OdooServer, fake: Any) -> None:
    """Only this call: the next one goes through."""
    with pytest.raises(OdooRefused) as raised:
        await odoo.execute("res.partner", "write", ids=[4711], vals={"name": "ACME"})

    assert raised.value.is_missing


async def test_a_model_that_is_not_there_blocks(odoo: OdooServer, fake: Any) -> None:
    """Its module has to be installed first; then its columns are known."""
    fake.modules = {"contacts"}
    with pytest.raises(OdooBlocked):
        await odoo.columns("no.such.model")
    fake.modules = {"contacts", "crm"}

    assert "partner_id" in await odoo.columns("crm.lead")


async def test_a_login_is_made_once(older: Any, http: httpx.AsyncClient) -> None:
    """JSON-RPC needs a login; JSON-2 does not, since the key names its user."""
    odoo = server(older, http)

    await odoo.execute("res.partner", "search_read")
    await odoo.execute("res.partner", "search_read")

    assert older.logins == 1


async def test_an_older_server_wants_a_login(older: Any, http: httpx.AsyncClient) -> None:
    """A connection without one says what is missing."""
    odoo = OdooServer(http, OdooConnection(older.url, "leads", older.api_key), timeout_s=5)

    with pytest.raises(OdooBlocked, match="login"):
        await odoo.execute("res.partner", "search_read")


async def test_a_password_that_was_changed_and_changed_back_works_again(older: Any, http: httpx.AsyncClient) -> None:
    """The login is made anew once it was denied."""
    odoo = server(older, http)
    await odoo.execute("res.partner", "search_read")
    key, older.api_key = older.api_key, "another"
    with pytest.raises(OdooBlocked):
        await odoo.execute("res.partner", "search_read")
    older.api_key = key

    assert await odoo.execute("res.partner", "search_read") == []
    assert older.logins == 2


@pytest.mark.parametrize("version", [14, 18, 19, 20])
async def test_every_version_is_called_in_its_own_way(fake: Any, http: httpx.AsyncClient, version: int) -> None:
    """JSON-2 begins with 19; a login is made only before."""
    fake.version = version

    await server(fake, http).execute("res.partner", "search_read")

    assert fake.logins == (1 if version < 19 else 0)


async def test_a_page_that_is_no_odoo_is_distinguished(http: httpx.AsyncClient, fake: Any) -> None:
    """It may be a status page, so it is tried again; the message says what else it may be."""
    with pytest.raises(OdooUnavailable, match="the address is wrong"):
        await server(fake, http, url=f"{fake.url}/elsewhere").execute("res.partner", "search_read")


async def test_one_connection_is_one_server(fake: Any, http: httpx.AsyncClient) -> None:
    """Protocol and columns are remembered; a changed connection is another server."""
    servers = OdooServers(http, timeout_s=5)

    assert servers.get(connection(fake)) is servers.get(connection(fake))
    assert servers.get(connection(fake)) is not servers.get(connection(fake, api_key="new"))


@pytest.mark.parametrize("wrong", [{"api_key": "a-secret\nkey"}, {"database": "dätabase"}])
async def test_what_no_header_can_hold_blocks_and_is_not_shown(
    fake: Any, http: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    """The library's own words would hold the key."""
    with pytest.raises(OdooBlocked) as raised:
        await server(fake, http, "json2", **wrong).execute("res.partner", "fields_get")

    assert "a-secret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404])
async def test_an_answer_that_is_not_odoos_blocks_nobody(odoo: OdooServer, fake: Any, status: int) -> None:
    """A proxy, a firewall or a status page answers for a while; then the call goes through. No token is shown."""
    fake.front = status
    with pytest.raises(OdooUnavailable) as raised:
        await odoo.execute("res.partner", "search_read", fields=["name"])
    fake.front = None

    assert "secret" not in str(raised.value)
    assert await odoo.execute("res.partner", "search_read", fields=["name"]) == []
