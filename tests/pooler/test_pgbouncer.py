"""Services behind PgBouncer in transaction mode: every transaction may run on another connection to the server."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from common.contracts import RequestEnrichment
from common.errors import Permanent
from common.postgres import Database, role_of
from embedded.ports import LOOPBACK, free_port
from embedded.postgres import UNPRIVILEGED, Postgres
from leadgen.chat_client import chat
from leadgen.load import load_generated
from leadgen.local.stack import stack
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token
from testkit.stages import a_company, a_stage, at_work, ended, envelope_for, publish, until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="pgbouncer is not installed: `make test-pooler` installs it if root runs it"
)

#: Fewer connections to the server than transactions at once, so that sessions are shared all the time.
SETTINGS = """
[databases]
{database} = host={host} port={server_port} dbname={database}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""


class Pooler:
    """A PgBouncer in front of one database, as its superuser."""

    def __init__(self, direct_url: str, folder: Path) -> None:
        place = urlsplit(direct_url)
        self.direct_url = direct_url
        self.port = free_port()
        self.url = place._replace(netloc=f"postgres@{LOOPBACK}:{self.port}").geturl()
        self._settings = folder / f"pgbouncer-{self.port}.ini"
        self._log = folder / f"pgbouncer-{self.port}.log"
        name = place.path.strip("/")
        users = folder / f"pgbouncer-{self.port}.users"
        users.write_text('"postgres" ""\n')
        self._settings.write_text(
            SETTINGS.format(database=name, host=LOOPBACK, server_port=place.port, port=self.port, users=users)
        )
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "Pooler":
        assert PGBOUNCER is not None
        user = ["-u", UNPRIVILEGED] if os.geteuid() == 0 else []
        with self._log.open("wb") as log:
            command = [PGBOUNCER, *user, self._settings]
            self._process = await asyncio.to_thread(subprocess.Popen, command, stdout=log, stderr=log)
        await until(self._answers)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        try:
            connection = await asyncpg.connect(self.url, statement_cache_size=0)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True


@pytest.fixture
async def pooler(database_url: str, servers_folder: Path) -> AsyncIterator[Pooler]:
    """In front of this test's database."""
    async with Pooler(database_url, servers_folder) as it:
        yield it


@pytest.fixture
async def pooled(pooler: Pooler) -> AsyncIterator[Database]:
    """The database as a service reaches it."""
    database = await Database.connect(
        pooler.url, size=20, name="pooled", role=role_of("scorer"), direct_url=pooler.direct_url
    )
    yield database
    await database.close()


async def test_tenant_role_and_settings_are_those_of_each_transaction(
    pooled: Database, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Tenant, role and settings are those of each transaction.

    Of 200 transactions over two connections none sees another's tenant, and the same statement works in all.
    """
    seen: set[int] = set()

    async def look(tenant_id: int) -> None:
        async with pooled.transaction(tenant_id) as tx:
            for _ in range(3):
                row = await tx.fetchrow(
                    "SELECT tenant() AS tenant, current_user::text AS role, current_setting('jit') AS jit,"
                    " pg_backend_pid() AS session, $1::int AS given",
                    tenant_id,
                )
                assert row is not None
                assert (row["tenant"], row["given"]) == (tenant_id, tenant_id)
                assert (row["role"], row["jit"]) == ("leadgen_scorer", "off")
                seen.add(row["session"])

    await asyncio.gather(*(look(1 + n % 5) for n in range(200)))
    assert 1 <= len(seen) <= 2
    async with pooled.statement() as connection:
        assert await connection.fetchval("SELECT tenant()") is None
        assert await connection.fetchval("SELECT current_user::text") == "leadgen_scorer"


async def test_a_lock_is_held_by_a_session_of_its_own(pooled: Database, pooler: Pooler) -> None:
    """It outlasts transactions through the pooler, and another replica does not get it."""
    other = await Database.connect(pooler.url, size=2, role=role_of("scorer"), direct_url=pooler.direct_url)
    try:
        async with pooled.lock("a lock") as held:
            assert held is not None
            async with other.without_tenant() as tx:
                await tx.execute("SELECT 1")
            async with other.lock("a lock") as refused:
                assert refused is None
        async with other.lock("a lock") as held:
            assert held is not None
    finally:
        await other.close()


async def test_a_stage_works_through_the_pooler(pooler: Pooler, owner, kafka: str) -> None:
    """Intake, claims, leases, the relay with LISTEN and its lease: all that a stage does."""
    await owner.execute("CALL add_stage('toy')")
    database = await Database.connect(pooler.url, size=12, role=role_of("toy"), direct_url=pooler.direct_url)
    try:
        events = [
            RequestEnrichment(tenant_id=1 + n % 5, company=a_company(f"2019{n:05}K", company_id=n + 1))
            for n in range(50)
        ]
        await publish(kafka, [(event, envelope_for(event)) for event in events])
        async with at_work(a_stage(), database, kafka):
            await ended(database, "toy", len(events))
    finally:
        await database.close()


async def test_a_pooler_without_the_servers_own_address_is_refused_at_the_start(pooler: Pooler) -> None:
    """A service would otherwise work with the settings of whoever used the connection before."""
    with pytest.raises(Permanent, match="set DATABASE_DIRECT_URL"):
        await Database.connect(pooler.url, role=role_of("scorer"))


@pytest.mark.whole
async def test_the_whole_product_works_through_the_pooler(
    servers_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat becomes ten scored leads, which go on to odoo-sync."""
    folder = servers_folder / "pooled"
    folder.mkdir()
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    server = Postgres(folder / "postgres", durable=False)
    await asyncio.to_thread(server.start)
    try:
        monkeypatch.setenv("DATABASE_URL", server.url)
        async with Pooler(server.url, folder) as pooler:
            settings = {"DATABASE_URL": pooler.url, "DATABASE_DIRECT_URL": pooler.direct_url}
            async with stack(folder, durable=False, settings=settings) as product, httpx.AsyncClient() as http:
                await load_generated(2_000, 65, server.url, rejects=folder / "rejects.csv")
                await add_tenant(server.url, 1, "Tenant 1")
                await product.is_ready()
                access = token(product.jwt_secret, 1, "rep@example.com")
                async for _ in chat(http, product.gateway, access, "Manufacturing"):
                    pass
                owner = await asyncpg.connect(server.url)
                try:

                    async def are_synced() -> bool:
                        return bool(await owner.fetchval("SELECT count(*) = 10 FROM odoo_links"))

                    await until(are_synced, within_s=300)
                    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") == 0
                finally:
                    await owner.close()
    finally:
        await asyncio.to_thread(server.stop)
