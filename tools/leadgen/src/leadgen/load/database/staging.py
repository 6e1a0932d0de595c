"""The SQL of a load: COPY into a temporary table `incoming`, and its merge into the register's table.

Statements name columns of `header.COLUMNS` only, so that putting them together is safe.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import TypeAlias

import asyncpg

from leadgen.load.files.header import COLUMNS, INDEXED, Header

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PAGES_PER_STATEMENT = 2_000

# A second load waits here until the first has committed. The lock is the session's, since it has to be held before the
# merging transaction begins, whose now() becomes updated_at: who holds it shared for a moment knows that whatever was
# loaded before is there to be seen, and that whatever is loaded later has a later updated_at.
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('leadgen load', 0))"
LOCK = "SELECT pg_advisory_lock(hashtextextended('leadgen load', 0))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('leadgen load', 0))"

# In SQL, and not where rows are read: Python and PostgreSQL may differ on what the small letters of a name are.
KEY_BY_NAME = "UPDATE incoming SET uen = no_uen(coalesce(one_line(entity_name), entity_name)) WHERE uen IS NULL"

# Of a UEN that comes more than once, the last line stays.
DROP_REPEATED = """
    WITH repeated AS (SELECT uen, max(line) AS last FROM incoming GROUP BY uen HAVING count(*) > 1)
    DELETE FROM incoming USING repeated WHERE incoming.uen = repeated.uen AND incoming.line < repeated.last
"""

KNOWN_STATUSES = "SELECT status FROM unnest($1::text[]) AS status WHERE company_status(one_line(status)) IS NOT NULL"

OVERWRITTEN = """
    SELECT count(*) FROM staging_acra_companies AS held
     WHERE issuance_agency_id IS DISTINCT FROM $1
       AND EXISTS (SELECT FROM incoming WHERE incoming.uen = held.uen AND incoming.entity_name <> held.entity_name)
"""

PAGES = "SELECT pg_relation_size('pg_temp.incoming') / current_setting('block_size')::int"
IS_ANY_HELD = "SELECT EXISTS (SELECT 1 FROM staging_acra_companies)"

# Each row of `incoming` is looked up by its UEN. The planner cannot know how the register grows meanwhile: left to
# itself it reads all of it for each row, since it was empty when the statement was planned.
LOOK_UP_BY_UEN = """
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off
"""

# Pages $1 to $2, rows of layout $3. Columns that the file lacks stay as they are. It is the lock that keeps others from
# inserting in between: ON CONFLICT would do without, but takes a third longer and writes to rows that stay the same.
UPDATE = """
    UPDATE staging_acra_companies AS held
       SET {assignments}, ssic_version = {version}, updated_at = now()
      FROM incoming
     WHERE incoming.ctid >= $1 AND incoming.ctid < $2 AND incoming.layout = $3
       AND held.uen = incoming.uen AND ({held}, held.ssic_version) IS DISTINCT FROM ({incoming}, {version})
"""
# In the order of the UENs each page of the index is met once, which takes a quarter less time.
INSERT = """
    INSERT INTO staging_acra_companies (uen, {columns}, ssic_version)
    SELECT uen, {columns}, {version} FROM incoming
     WHERE ctid >= $1 AND ctid < $2 AND layout = $3 {and_not_held}
     ORDER BY uen
"""
# A scalar subquery, since an anti join may come without the condition on the index (see LOOK_UP_BY_UEN).
AND_NOT_HELD = "AND (SELECT true FROM staging_acra_companies AS held WHERE held.uen = incoming.uen) IS NULL"


async def create_incoming(connection: Connection, headers: Iterable[Header]) -> None:
    """Creates the temporary table. It has columns for ignored values too, since COPY takes whole rows."""
    spare = max((header.columns.count(None) for header in headers), default=0)
    columns = [*COLUMNS, *(f"spare{n}" for n in range(spare))]
    await connection.execute(
        "CREATE TEMPORARY TABLE incoming (line bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000), layout int DEFAULT 0, "
        + ", ".join(f"{column} text" for column in columns)
        + ")"
    )


async def expect_layout(connection: Connection, layout: int) -> None:
    """Starts a group of rows with the same layout, which fill the same columns."""
    await connection.execute(f"ALTER TABLE incoming ALTER COLUMN layout SET DEFAULT {layout:d}")


async def copy(connection: Connection, header: Header, content: bytes) -> None:
    """Copies CSV records into `incoming`; `na` is NULL, quoted or not. All of them or none."""
    spare = iter(range(header.width))
    columns = [column or f"spare{next(spare)}" for column in header.columns]
    await connection.copy_to_table(
        "incoming",
        schema_name="pg_temp",
        source=_whole(content),
        columns=columns,
        format="csv",
        null="na",
        force_null=columns,
    )


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def update_statement(columns: tuple[str, ...], version: str) -> str:
    """Builds the UPDATE for files with these columns. `version` is the SQL of a row's SSIC version, $4 the file's."""
    rest = [column for column in columns if column != "uen"]
    return UPDATE.format(
        assignments=", ".join(f"{column} = incoming.{column}" for column in rest),
        held=", ".join(f"held.{column}" for column in rest),
        incoming=", ".join(f"incoming.{column}" for column in rest),
        version=version,
    )


def insert_statement(columns: tuple[str, ...], version: str, *, look_up: bool) -> str:
    """Builds the INSERT for files with these columns; without `look_up` all rows count as new. `version` as above."""
    return INSERT.format(
        columns=", ".join(column for column in columns if column != "uen"),
        version=version,
        and_not_held=AND_NOT_HELD if look_up else "",
    )


async def run_by_pages(
    connection: Connection, statement: str, layout: int, pages: int, version: str
) -> AsyncGenerator[tuple[int, int], None]:
    """Runs UPDATE or INSERT over all pages of `incoming`: yields each statement's row count and last page."""
    prepared = await connection.prepare(statement)
    for page in range(0, pages, PAGES_PER_STATEMENT):
        end = min(page + PAGES_PER_STATEMENT, pages)
        await prepared.fetch((page, 0), (end, 0), layout, version)
        yield int((prepared.get_statusmsg() or "0").split()[-1]), end


async def count_understood(connection: Connection, statuses: Mapping[str, int]) -> int:
    """Counts the rows with a known status, from the tally of a load's statuses."""
    found = await connection.fetch(KNOWN_STATUSES, list(statuses))
    return sum(statuses[row["status"]] for row in found)


async def count_overwritten(connection: Connection, agency: str) -> int:
    """Counts companies in the register from another agency whose name `incoming` would change."""
    count: int = await connection.fetchval(OVERWRITTEN, agency)
    return count


async def drop_repeated(connection: Connection) -> int:
    """Keeps only the last row of each UEN. Returns the number of deleted rows."""
    return int((await connection.execute(DROP_REPEATED)).removeprefix("DELETE "))


async def analyze(connection: Connection) -> None:
    """Updates the planner's statistics; outside any transaction."""
    await connection.execute(f"VACUUM (ANALYZE) staging_acra_companies ({', '.join(INDEXED)}, ssic_version, is_live)")
