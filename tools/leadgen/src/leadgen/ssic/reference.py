"""The classification in PostgreSQL, the table `ssic_ref`: one row per version and code."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import asyncpg

from leadgen.ssic.codes import Code

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# Readers go on reading; whoever else would write waits until this transaction has ended.
KEEP_OTHERS_FROM_WRITING = "LOCK TABLE ssic_ref IN SHARE ROW EXCLUSIVE MODE"

HOLDS = "SELECT EXISTS (SELECT 1 FROM ssic_ref WHERE version = $1)"

SAVE = """
    WITH saved AS (
        INSERT INTO ssic_ref AS known (version, code, level, title, parent_code)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
        ON CONFLICT (version, code) DO UPDATE
           SET level = excluded.level, title = excluded.title, parent_code = excluded.parent_code
         WHERE (known.level, known.title, known.parent_code)
               IS DISTINCT FROM (excluded.level, excluded.title, excluded.parent_code)
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM saved
"""

REMOVE_OTHERS = """
    WITH removed AS (DELETE FROM ssic_ref WHERE version = $1 AND code <> ALL ($2::text[]) RETURNING 1)
    SELECT count(*) FROM removed
"""


class Changes(NamedTuple):
    """Counts of new codes and of codes with another title or parent."""

    added: int
    changed: int


async def save(connection: Connection, version: str, codes: Sequence[Code]) -> Changes:
    """Saves these codes of the version; its other codes stay. A repeat writes nothing."""
    saved = await connection.fetchrow(SAVE, version, *(list(column) for column in zip(*codes, strict=True)))
    return Changes(*saved) if saved else Changes(0, 0)


async def replace(connection: Connection, version: str, codes: Sequence[Code]) -> tuple[Changes, int]:
    """Saves exactly these codes of the version, in the caller's transaction; returns the number of deleted ones."""
    changes = await save(connection, version, codes)
    removed: int = await connection.fetchval(REMOVE_OTHERS, version, [code.code for code in codes])
    return changes, removed
