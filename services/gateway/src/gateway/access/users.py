"""Users of the tenants and their roles (table `tenant_users`)."""

from datetime import datetime

from pydantic import BaseModel, Field

from common.postgres import Connection, Database
from gateway.access.caller import Role
from gateway.access.lookup_cache import LookupCache

#: Seconds after which every replica knows that a user was removed or has another role.
REMEMBER_S = 10.0

FIND = "SELECT subject, role, added_at FROM tenant_users WHERE tenant_id = tenant() AND subject = $1"

LIST = """
    SELECT subject, role, added_at FROM tenant_users
     WHERE tenant_id = tenant() AND subject > $1 ORDER BY subject LIMIT $2
"""

SAVE = """
    INSERT INTO tenant_users AS kept (tenant_id, subject, role) VALUES (tenant(), $1, $2)
    ON CONFLICT (tenant_id, subject) DO UPDATE SET role = excluded.role WHERE kept.role NOT IN ('ops', excluded.role)
 RETURNING true
"""

REMOVE = "DELETE FROM tenant_users WHERE tenant_id = tenant() AND subject = $1 AND role <> 'ops' RETURNING role"

TENANTS_OF = "SELECT tenant_id, name, role FROM tenants_of($1)"

TENANT = "SELECT tenant_id, name FROM tenants WHERE tenant_id = $1 AND active"


class User(BaseModel):
    """A user of the tenant: the subject of its tokens, and its role."""

    subject: str = Field(examples=["ann@example.com"])
    role: Role
    added_at: datetime


class Membership(BaseModel):
    """A tenant in which a subject has a role."""

    tenant_id: int
    name: str
    role: Role


async def find(tx: Connection, subject: str) -> User | None:
    """Finds a user of the transaction's tenant."""
    row = await tx.fetchrow(FIND, subject)
    return None if row is None else User(**row)


async def page(tx: Connection, *, after: str, limit: int) -> list[User]:
    """Lists the tenant's users by subject, those after `after`."""
    return [User(**row) for row in await tx.fetch(LIST, after, limit)]


async def save(tx: Connection, subject: str, role: Role) -> bool:
    """Adds a user or changes its role; returns whether anything changed. Users with the role ops do not change."""
    return bool(await tx.fetchval(SAVE, subject, role))


async def remove(tx: Connection, subject: str) -> bool:
    """Removes a user; returns whether there was one. Users with the role ops are not removed."""
    return await tx.fetchval(REMOVE, subject) is not None


class Users:
    """Looks up roles of subjects, and caches them for `remember_s`."""

    def __init__(self, database: Database, *, remember_s: float = REMEMBER_S) -> None:
        self._database = database
        self._roles: LookupCache[tuple[int, str], Role] = LookupCache(remember_s)

    async def role_of(self, tenant_id: int, subject: str) -> Role | None:
        """Finds the subject's role in the tenant; `None` if it is no user. Raises Unavailable without a database."""

        async def look_up() -> Role | None:
            async with self._database.transaction(tenant_id) as tx:
                user = await find(tx, subject)
            return None if user is None else user.role

        return await self._roles.find((tenant_id, subject), look_up)

    def forget(self, tenant_id: int, subject: str) -> None:
        """Forgets a user that has changed. Other replicas notice the change within `remember_s`."""
        self._roles.forget((tenant_id, subject))

    async def tenants_of(self, subject: str) -> list[Membership]:
        """Finds the active tenants of which the subject is a user."""
        async with self._database.without_tenant() as tx:
            return [Membership(**row) for row in await tx.fetch(TENANTS_OF, subject)]

    async def tenant(self, tenant_id: int, role: Role) -> list[Membership]:
        """Finds one active tenant, as a list of at most one."""
        async with self._database.without_tenant() as tx:
            return [Membership(**row, role=role) for row in await tx.fetch(TENANT, tenant_id)]
