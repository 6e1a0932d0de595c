"""Reads the industry classification (`ssic_ref`), in all versions that the operator has loaded."""

from common.errors import Permanent
from common.postgres import Connection, Session
from industries.index import Code

READ = "SELECT version, code, level, title, parent_code FROM ssic_ref ORDER BY version, code"


class ClassificationMissing(Permanent):
    """There are no industry codes to work with."""


async def read(tx: Connection | Session) -> list[Code]:
    """All codes of all versions. Raises ClassificationMissing when there are none."""
    rows = await tx.fetch(READ)
    if not rows:
        raise ClassificationMissing("ssic_ref holds no industry codes: seed the database (`leadgen up` does)")
    return [Code(*row.values()) for row in rows]
