"""Logins and the roles of services, on a real PostgreSQL: with its own login a service has its own rights alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from common.errors import Permanent
from common.postgres import SERVICE_ROLE, Database, role_of

Login = Callable[[str], Awaitable[str]]


@pytest.fixture
async def login(owner: "asyncpg.Connection[asyncpg.Record]", database_url: str) -> AsyncIterator[Login]:
    """Makes a login with a grant; returns its URL."""
    place = urlsplit(database_url)
    made: list[str] = []

    async def make(granted: str) -> str:
        name = f"login_{place.path.strip('/')}_{len(made)}"
        await owner.execute(f"CREATE ROLE {name} LOGIN; GRANT {granted} TO {name}")
        made.append(name)
        return place._replace(netloc=f"{name}@{place.hostname}:{place.port}").geturl()

    yield make
    for name in made:
        await owner.execute(f"DROP ROLE {name}")


async def test_a_login_with_a_services_role_can_become_no_other(login: Login) -> None:
    """Neither at its start nor later."""
    url = await login(role_of("odoo-sync"))
    database = await Database.connect(url, role=role_of("odoo-sync"))
    try:
        async with database.statement() as connection:
            assert await connection.fetchval("SELECT current_user") == "leadgen_odoo_sync"
            for other in (role_of("gateway"), SERVICE_ROLE):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"SET ROLE {other}")
    finally:
        await database.close()
    with pytest.raises(Permanent, match="GRANT leadgen_gateway TO <login>"):
        await Database.connect(url, role=role_of("gateway"))


async def test_a_login_that_was_granted_the_shared_role_goes_on_to_work(login: Login) -> None:
    """For one version: of the old services as before, and of the new ones with no other grant."""
    url = await login(SERVICE_ROLE)
    for role in (SERVICE_ROLE, role_of("gateway"), role_of("odoo-sync")):
        database = await Database.connect(url, role=role)
        try:
            async with database.transaction(1) as tx:
                assert await tx.fetchval("SELECT current_user") == role
                assert await tx.fetchval("SELECT count(*) FROM odoo_links") == 0
        finally:
            await database.close()
