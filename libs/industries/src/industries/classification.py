"""Reads the industry classification (`ssic_ref`) in all loaded versions."""

from common.errors import Permanent
from common.postgres import Connection, Session
from industries.ssic.hierarchy import Code

READ = "SELECT version, code, level, title, parent_code FROM ssic_ref ORDER BY version, code"


class ClassificationMissing(Permanent):
    """`ssic_ref` holds no industry codes."""


async def read(tx: Connection | Session) -> list[Code]:
    """Reads all codes of all versions. Raises ClassificationMissing if there are none."""
    rows = await tx.fetch(READ)
    if not rows:
        raise ClassificationMissing("ssic_ref has no industry codes; run `leadgen migrate`")
    return [Code(*row.values()) for row in rows]
