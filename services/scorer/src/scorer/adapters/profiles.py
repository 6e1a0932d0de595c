"""Stored scoring profiles in PostgreSQL: a tenant's ICP (`scoring_profiles`) and weights (`scoring_models`).

A transaction that scores holds the tenant's lock in shared mode from before it reads the profile until it commits. A
transaction that changes the profile holds the lock exclusively, and commits before the leads are scored again. So each
lead is scored by the new profile, or is found by the rescoring.
"""

from common.contracts import IcpChanged
from common.postgres import Connection
from scorer.core.scoring_profile import StoredProfile

LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('scoring of tenant ' || tenant(), 0))"
LOCK_EXCLUSIVELY = "SELECT pg_advisory_xact_lock(hashtextextended('scoring of tenant ' || tenant(), 0))"

FIND = """
    SELECT icp::text, changed_at, weights::text, version
      FROM (SELECT tenant() AS tenant_id) AS of_this
      LEFT JOIN scoring_profiles USING (tenant_id) LEFT JOIN scoring_models USING (tenant_id)
"""
SAVE = """
    INSERT INTO scoring_profiles AS known (tenant_id, icp, changed_at) VALUES (tenant(), $1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET icp = excluded.icp, changed_at = excluded.changed_at
     WHERE known.changed_at < excluded.changed_at
"""


async def read_locked(tx: Connection) -> StoredProfile:
    """Reads the tenant's profile and keeps it from changing until this transaction ends."""
    await tx.execute(LOCK_SHARED)  # a statement of its own: the next one sees what was committed while this one waited
    row = await tx.fetchrow(FIND)
    return StoredProfile(*row) if row else StoredProfile()


async def save(tx: Connection, event: IcpChanged) -> None:
    """Saves the tenant's ICP unless a newer one is saved. May be repeated. Commit at once: it blocks scoring."""
    await lock_exclusively(tx)
    await tx.execute(SAVE, event.icp.model_dump_json(), event.changed_at)


async def lock_exclusively(tx: Connection) -> None:
    """Waits for transactions that score by the present profile, and blocks new ones until this transaction ends."""
    await tx.execute(LOCK_EXCLUSIVELY)
