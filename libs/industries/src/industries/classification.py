"""Reads the industry classification (`ssic_ref`) in all loaded versions."""

from common.errors import Permanent
from common.postgres import Connection, Session
from industries.ssic.hierarchy import Code

READ = "SELECT version, code, level, title, parent_code FROM ssic_ref ORDER BY version, code"

# As `leadgen load` leaves it analysed, so that no row is read.
USUAL_VERSION = """
    SELECT common.version
      FROM pg_stats
     CROSS JOIN unnest(most_common_vals::text::text[], most_common_freqs) AS common (version, share)
     WHERE tablename = 'staging_acra_companies' AND attname = 'ssic_version' AND share >= $1
"""
#: Share of the register from which on a version is the usual one.
NEARLY_ALL = 0.9


class ClassificationMissing(Permanent):
    """`ssic_ref` holds no industry codes."""


async def read(tx: Connection | Session) -> list[Code]:
    """Reads all codes of all versions. Raises ClassificationMissing if there are none."""
    rows = await tx.fetch(READ)
    if not rows:
        raise ClassificationMissing("ssic_ref has no industry codes; run `leadgen migrate`")
    return [Code(*row.values()) for row in rows]


async def usual_version(tx: Connection | Session) -> str | None:
    """Reads the version of nearly all rows of the register, which decides about a reused code. `None`: unknown."""
    version: str | None = await tx.fetchval(USUAL_VERSION, NEARLY_ALL)
    return version
