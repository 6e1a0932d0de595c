"""What each tenant's leads are scored by, in PostgreSQL: its ICP (`scoring_profiles`) and weights (`scoring_models`).

Whoever scores shares the tenant's lock from before it reads the profile until it commits; whoever changes the profile
has the lock alone, and commits before it walks over the leads. So a lead is scored by the new profile, or is there
for that walk to find.
"""

from common.contracts import IcpChanged
from common.postgres import Connection
from scorer.yardstick import Profile

SHARE = "SELECT pg_advisory_xact_lock_shared(hashtextextended('scoring of tenant ' || tenant(), 0))"
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('scoring of tenant ' || tenant(), 0))"

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


async def share(tx: Connection) -> Profile:
    """The tenant's profile, which stays as it is until this transaction ends."""
    await tx.execute(SHARE)  # a statement of its own: the next one sees what was committed while this one waited
    row = await tx.fetchrow(FIND)
    return Profile(*row) if row else Profile()


async def save(tx: Connection, event: IcpChanged) -> None:
    """Keeps the tenant's ICP, if it is newer than the one that is kept. May be repeated. To be committed at once."""
    await stand_alone(tx)
    await tx.execute(SAVE, event.icp.model_dump_json(), event.changed_at)


async def stand_alone(tx: Connection) -> None:
    """Waits until whoever scores by an earlier profile has committed, and keeps others from it in this transaction."""
    await tx.execute(ALONE)
