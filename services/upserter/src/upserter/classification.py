"""Reads the industry classification (`ssic_ref`), which the operator's seed has filled."""

from common.errors import Permanent
from common.postgres import Connection
from upserter.industries import Code

#: The version that the register's codes are of.
VERSION = "2020"

READ = "SELECT version, code, level, title, parent_code FROM ssic_ref WHERE version = $1 ORDER BY code"


class ClassificationMissing(Permanent):
    """There are no industry codes to work with."""


async def read(tx: Connection, version: str = VERSION) -> list[Code]:
    """All codes of a version. Raises ClassificationMissing when there are none."""
    rows = await tx.fetch(READ, version)
    if not rows:
        raise ClassificationMissing(
            f"ssic_ref holds no codes of SSIC {version}: the database was not seeded (`leadgen up` seeds it)"
        )
    return [Code(*row.values()) for row in rows]
