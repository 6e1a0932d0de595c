"""A real Odoo, as `make test-odoo` starts it or as the environment names it. Plain `pytest` leaves this folder out.

What the tests make there carries a name of their own run: the server may hold other things, and nothing is cleared.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from common.contracts import Company, Contact, LeadScored
from common.ids import new_id
from common.postgres import Database
from odoo_sync.model import Link, OdooConnection
from odoo_sync.operator.audit import audit
from odoo_sync.protocols.protocol_detection import FIRST_WITH_JSON2, ProtocolName
from odoo_sync.protocols.servers import OdooServer, OdooServers
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables import connections, links
from odoo_sync.tables.writer_lock import WriterLock
from testkit.servers.losing_proxy import Proxy, running_proxy

KEY = Fernet(Fernet.generate_key())
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MAKE = """
    INSERT INTO companies (uen, name, website_domain)
    SELECT $1 || n, 'MAKER ' || $1 || n, 'www' || n || '.' || $1 || '.example' FROM generate_series(1, $2::int) n
    RETURNING company_id, uen, name, website_domain
"""
#: The server's version: the tests over JSON-2 are for those that have it.
SERIES = int(os.environ.get("ODOO_SERIES", "19"))
NAMES = ("ODOO_URL", "ODOO_DB", "ODOO_API_KEY", "ODOO_USER", "ODOO_PASSWORD")
TIMEOUT_S = 60

Connect: TypeAlias = Callable[..., OdooServer]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Users of this repository have no Odoo at hand: these tests run where they are asked for, with `-m odoo`.

    An Odoo before 19 has no JSON-2: the tests over it are left out there, and those of what came later (`odoo19`).
    """
    if "odoo" not in (config.option.markexpr or ""):
        left_out = [item for item in items if item.get_closest_marker("odoo") is not None]
    elif SERIES < FIRST_WITH_JSON2:
        left_out = [
            item
            for item in items
            if "json2" in getattr(getattr(item, "callspec", None), "params", {}).values()
            or item.get_closest_marker("odoo19") is not None
        ]
    else:
        left_out = []
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@dataclass(frozen=True)
class Real:
    """The server's address, database and credentials."""

    url: str
    database: str
    api_key: str
    login: str
    password: str

    def connection(self, protocol: str) -> OdooConnection:
        """Over JSON-RPC with the password, which is what older servers have."""
        return OdooConnection(
            self.url, self.database, self.api_key if protocol == "json2" else self.password, self.login
        )


@pytest.fixture(scope="session")
def real() -> Real:
    """The server. Without one the run ends: a suite that skips its tests would look like one that passes."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    if missing:
        pytest.exit(
            f"these tests need a real Odoo: {', '.join(missing)} not set; `make test-odoo` starts one", returncode=1
        )
    return Real(*(os.environ[name] for name in NAMES))


@pytest.fixture
def run() -> str:
    """A text that only the names of this test's records contain."""
    return new_id().hex


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def connect(http: httpx.AsyncClient) -> Connect:
    """Any connection, over any protocol."""

    def connected(
        connection: OdooConnection, protocol: ProtocolName = "auto", timeout_s: float = TIMEOUT_S
    ) -> OdooServer:
        return OdooServer(http, connection, timeout_s=timeout_s, protocol=protocol)

    return connected


@pytest.fixture(params=["json2", "jsonrpc"])
def odoo(request: pytest.FixtureRequest, real: Real, connect: Connect) -> OdooServer:
    """The server, over each protocol."""
    return connect(real.connection(request.param), request.param)


@pytest.fixture
def newest() -> ProtocolName:
    """The newest protocol of the server."""
    return "json2" if SERIES >= FIRST_WITH_JSON2 else "jsonrpc"


@pytest.fixture
def admin(real: Real, connect: Connect, newest: ProtocolName) -> OdooServer:
    """The server as people see it: to arrange and to inspect."""
    return connect(real.connection(newest), newest)


@pytest.fixture
async def proxy(real: Real) -> AsyncIterator[Proxy]:
    """A TCP proxy on the way to the server."""
    place = urlsplit(real.url)
    async with running_proxy(str(place.hostname), place.port or 80) as proxy:
        yield proxy


@pytest.fixture
def restart() -> Callable[[], Awaitable[None]]:
    """Stops Odoo as `kill` does, and starts it again; possible only where `with-odoo` started it."""
    control = os.environ.get("ODOO_CONTROL")
    if control is None:
        pytest.skip("the Odoo that ODOO_URL names is not ours to restart: unset ODOO_URL")

    async def run(command: str) -> None:
        done = await asyncio.create_subprocess_exec(
            control, command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        assert await done.wait() == 0

    async def restarted() -> None:
        odoo = int((Path(os.environ["ODOO_HOME"]) / "pid").read_text())
        await run("stop")
        await has_ended(odoo, within_s=20)
        await run("start")

    return restarted


async def has_ended(process: int, *, within_s: float) -> None:
    """Waits for a process that was told to end, and kills one that does not: its port is free only then.

    A signal that reaches another thread than Odoo's first is noticed up to a minute later.
    """
    deadline = time.monotonic() + within_s
    with suppress(ProcessLookupError):
        while True:
            os.kill(process, signal.SIGKILL if time.monotonic() > deadline else 0)
            await asyncio.sleep(0.1)


@dataclass
class Tenant:
    """Tenant 1, whose Odoo is the real one."""

    database: Database
    sync: LeadSync
    companies: list[Company]

    @asynccontextmanager
    async def opening(self):
        async with self.database.transaction(1) as tx:
            yield tx

    def lead(self, company: Company, *, hours: int = 0, score: float = 0.9, **known: Any) -> LeadScored:
        contact = Contact(kind="email", value=f"sales@{company.website_domain}", source_url="http://acme.sg/<b>")
        return LeadScored(
            tenant_id=1,
            company=company.model_copy(update=known),
            score=score,
            bucket="High",
            rationale=f"scored {score} <script>",
            contact=contact,
            model_version="1",
            enriched_at=NOW,
            scored_at=NOW + timedelta(hours=hours),
        )

    async def bring(self, *leads: LeadScored) -> list[Link]:
        """Syncs leads as the handler does, without an inbox."""
        by_company = {it.company.company_id: it for it in leads}
        async with self.opening() as tx:
            connected = await connections.find(tx)
            known = await links.find_statuses(tx, list(by_company))
        unchanged = self.sync.unchanged(by_company, known, connected)
        left = {it: lead for it, lead in by_company.items() if it not in unchanged}
        if left:
            new = await self.sync.write(self.opening, left, connected)
        async with self.opening() as tx:
            await (links.save(tx, new) if left else links.mark_unchanged(tx, by_company))
            found = await links.find(tx, list(by_company))
        return [found[it] for it in by_company]

    async def bring_one(self, **known: Any) -> Link:
        [link] = await self.bring(self.lead(self.companies[0], **known))
        return link

    async def differences(self) -> list[dict[str, Any]]:
        async with self.opening() as tx:
            connected = await connections.find(tx)
        return (await audit(self.sync, self.opening, connected))["differences"]


@pytest.fixture
async def tenant(database: Database, owner: Any, http: httpx.AsyncClient, odoo: Any, run: str) -> Tenant:
    """With ten companies that Odoo does not know, over each protocol."""
    protocol = odoo._protocol
    at = odoo.connection
    await owner.execute(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key, login) VALUES (1, $1, $2, $3, $4)",
        *(at.url, at.database, KEY.encrypt(at.api_key.encode()), at.login),
    )
    rows = await owner.fetch(MAKE, run, 10)
    sync = LeadSync(OdooServers(http, timeout_s=60, protocol=protocol), WriterLock(database), KEY, 0.66)
    return Tenant(database, sync, [Company(**dict(row)) for row in rows])


@pytest.fixture
def make_user(admin: OdooServer, real: Real, run: str) -> Callable[..., Awaitable[OdooConnection]]:
    """Makes someone with these rights, who logs in with a password."""

    async def made(*groups: str) -> OdooConnection:
        references = [
            ["module", "in", [it.split(".")[0] for it in groups]],
            ["name", "in", [it.split(".")[1] for it in groups]],
        ]
        found = await admin.execute("ir.model.data", "search_read", domain=references, fields=["res_id"])
        assert len(found) == len(groups)
        rights = [[6, 0, [it["res_id"] for it in found]]]
        groups_field = "group_ids" if SERIES >= FIRST_WITH_JSON2 else "groups_id"
        values = {"name": run, "login": run, "password": f"{run}!", groups_field: rights}
        await admin.execute("res.users", "create", vals_list=[values])
        return OdooConnection(real.url, real.database, f"{run}!", run)

    return made
