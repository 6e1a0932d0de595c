"""API keys of a tenant (table `api_keys`): creates, lists, checks and revokes them, and records their last use."""

import asyncio
from datetime import UTC, datetime
from math import inf

from pydantic import BaseModel, Field

from common.background import until_tick
from common.credentials.api_key import ApiKey
from common.errors import Unavailable
from common.postgres import Connection, Database
from gateway.access.caller import KEY_PREFIX, Identity, Role
from gateway.access.lookup_cache import LookupCache
from gateway.http.problems import Problem

#: Seconds after which every replica refuses a key that was revoked.
REMEMBER_S = 10.0
#: Seconds between two writings of `last_used_at`, for all keys in use.
RECORD_EVERY_S = 10.0

CREATE = """
    INSERT INTO api_keys (tenant_id, key_id, name, role, digest, created_by)
    VALUES (tenant(), $1, $2, $3, $4, $5)
 RETURNING key_id, name, role, created_by, created_at, last_used_at, revoked_at
"""

LIST = """
    SELECT key_id, name, role, created_by, created_at, last_used_at, revoked_at
      FROM api_keys WHERE tenant_id = tenant() ORDER BY created_at DESC, key_id LIMIT 1000
"""

FIND = "SELECT role, digest FROM api_keys WHERE tenant_id = tenant() AND key_id = $1 AND revoked_at IS NULL"

REVOKE = """
    UPDATE api_keys SET revoked_at = now()
     WHERE tenant_id = tenant() AND key_id = $1 AND revoked_at IS NULL RETURNING true
"""

EXISTS = "SELECT EXISTS (SELECT FROM api_keys WHERE tenant_id = tenant() AND key_id = $1)"

# In order of keys, so that replicas do not wait for each other in a circle.
RECORD_USE = """
    UPDATE api_keys SET last_used_at = used.at
      FROM (SELECT key_id, used.at
              FROM unnest($1::text[], $2::timestamptz[]) used (key_id, at) JOIN api_keys USING (key_id)
             WHERE tenant_id = tenant() AND (last_used_at < used.at OR last_used_at IS NULL)
             ORDER BY key_id FOR UPDATE OF api_keys) used
     WHERE tenant_id = tenant() AND api_keys.key_id = used.key_id
"""


class Key(BaseModel):
    """An API key without its secret."""

    id: str = Field(examples=["3f9a1c04b7de"])
    name: str = Field(examples=["agent-chat-ui"])
    role: Role
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = Field(description="correct to some 10 seconds; null if it was never used")
    revoked_at: datetime | None


async def create(tx: Connection, tenant_id: int, *, name: str, role: Role, by: str) -> tuple[Key, ApiKey]:
    """Creates a key of the transaction's tenant, and returns it with its secret, which is stored nowhere."""
    secret = ApiKey.create(tenant_id)
    row = await tx.fetchrow(CREATE, secret.key_id, name, role, secret.digest, by)
    return _key(dict(row or {})), secret


async def all_of(tx: Connection) -> list[Key]:
    """Lists the tenant's latest 1,000 keys, the newest first, revoked ones too."""
    return [_key(dict(row)) for row in await tx.fetch(LIST)]


async def revoke(tx: Connection, key_id: str) -> bool:
    """Revokes a key; returns whether it was valid until now. Raises Problem 404 if the tenant has no such key."""
    if await tx.fetchval(REVOKE, key_id):
        return True
    if not await tx.fetchval(EXISTS, key_id):
        raise Problem(404, "No such key", f"There is no API key {key_id}; `GET /api-keys` lists the existing ones.")
    return False


class ApiKeys:
    """Checks the keys that requests bring. Valid ones are remembered for `remember_s`."""

    def __init__(self, database: Database, *, remember_s: float = REMEMBER_S) -> None:
        self._database = database
        self._valid: LookupCache[tuple[int, str], tuple[Role, bytes]] = LookupCache(remember_s)
        self._used: dict[tuple[int, str], datetime] = {}

    async def identify(self, text: str) -> Identity:
        """Finds the identity that a key stands for. Raises Problem 401, and Unavailable without a database."""
        key = ApiKey.parse(text)
        if key is None:
            raise _refused()
        place = (key.tenant_id, key.key_id)
        found = await self._valid.find(place, lambda: self._find(key))
        if found is None or not key.matches(found[1]):
            raise _refused()
        self._used[place] = datetime.now(UTC)
        return Identity(f"{KEY_PREFIX}{key.key_id}", key.tenant_id, found[0], inf, "api key")

    def forget(self, tenant_id: int, key_id: str) -> None:
        """Forgets a key that was revoked. Other replicas refuse it within `remember_s`."""
        self._valid.forget((tenant_id, key_id))

    async def record_use(self) -> None:
        """Saves when keys were last used. Without a database, the next call tries again."""
        used, self._used = self._used, {}
        for tenant_id in sorted({tenant_id for tenant_id, _ in used}):
            mine = {key_id: at for (of, key_id), at in used.items() if of == tenant_id}
            try:
                async with self._database.transaction(tenant_id) as tx:
                    await tx.execute(RECORD_USE, list(mine), list(mine.values()))
            except Unavailable:
                self._used = {**used, **self._used}
                return

    async def keep_recording_use(self) -> None:
        """Saves the last use of keys every few seconds, until it is cancelled."""
        while True:
            await asyncio.sleep(until_tick(RECORD_EVERY_S))
            await self.record_use()

    async def _find(self, key: ApiKey) -> tuple[Role, bytes] | None:
        async with self._database.transaction(key.tenant_id) as tx:
            row = await tx.fetchrow(FIND, key.key_id)
        return None if row is None else (row["role"], row["digest"])


def _refused() -> Problem:
    """Builds the 401, which is the same for an unknown, a wrong and a revoked key."""
    return Problem(
        401,
        "API key refused",
        "The key in x-api-key is not valid, or was revoked. An admin of the tenant creates keys.",
    )


def _key(row: dict[str, object]) -> Key:
    return Key.model_validate({"id": row.pop("key_id"), **row})
