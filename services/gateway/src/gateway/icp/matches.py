"""Counts the live companies of the register that match an ICP, up to a limit and within a time limit.

The nights search by the same parts of an ICP: industries, ages and postal districts. Employees and technologies are not
in the register; they count in the score.
"""

import asyncio
from collections.abc import Sequence
from datetime import date

import asyncpg

from common.contracts import Icp
from common.postgres import Database, as_json
from common.singapore.districts import sectors_of
from gateway.industries.catalog import Catalog
from industries.index import VersionedCode

#: Matches are counted up to this number.
MOST = 10_000
#: A count that takes longer is given up: it is shown while someone types.
TIME_MS = 1_000

LIMIT_TIME = "SELECT set_config('statement_timeout', $1, true)"

# Each code is a range of an index, which has the date too. The inner LIMIT keeps the planner to it. $3 is the limit, a
# company was incorporated after $4 and on $5 at the latest; '' is no limit. A company with both codes counts once.
_WANTED = "ROWS FROM (json_array_elements_text($1), json_array_elements_text($2)) AS wanted (version, code)"
_BY = f"""
    SELECT 1 FROM {_WANTED} CROSS JOIN LATERAL (
        SELECT 1 FROM staging_acra_companies
         WHERE is_live AND ssic_version = version AND {{kind}}_ssic_code = code {{once}}
           AND ($4 = '' OR registration_incorporation_date > $4) AND ($5 = '' OR registration_incorporation_date <= $5)
               {{in_sectors}}
         LIMIT $3) AS match"""  # noqa: S608 # constants of this file
_ONCE = f"AND (ssic_version, coalesce(primary_ssic_code, '')) NOT IN (SELECT * FROM {_WANTED})"  # noqa: S608 # the same
_IN_SECTORS = "AND left(postal_code(btrim(postal_code)), 2) IN (SELECT json_array_elements_text($6))"


async def count(database: Database, counting: asyncio.Semaphore, icp: Icp, catalog: Catalog, today: date) -> int | None:
    """Counts the matches, up to one more than `MOST`. `None`: the count, or the wait for it, took too long."""
    codes = codes_of(icp, catalog)
    if not codes:
        return 0
    sectors = sectors_of(icp.districts)
    in_sectors = _IN_SECTORS if sectors else ""
    by_primary = _BY.format(kind="primary", once="", in_sectors=in_sectors)
    by_secondary = _BY.format(kind="secondary", once=_ONCE, in_sectors=in_sectors)
    statement = f"SELECT count(*) FROM ({by_primary} UNION ALL {by_secondary} LIMIT $3) AS matches"  # noqa: S608 # the same
    born_after = "" if icp.age_to is None else years_before(today, icp.age_to + 1)
    born_to = "" if icp.age_from is None else years_before(today, icp.age_from)
    try:
        async with asyncio.timeout(TIME_MS / 1000):
            await counting.acquire()
    except TimeoutError:
        return None
    try:
        async with database.without_tenant() as tx:
            await tx.execute(LIMIT_TIME, str(TIME_MS))
            versions, numbers = as_json([it.version for it in codes]), as_json([it.code for it in codes])
            arguments = (versions, numbers, MOST + 1, born_after, born_to, *((as_json(sectors),) if sectors else ()))
            return int(await tx.fetchval(statement, *arguments))
    except asyncpg.QueryCanceledError:
        return None
    finally:
        counting.release()


def codes_of(icp: Icp, catalog: Catalog) -> list[VersionedCode]:
    """Lists the five-digit codes of an ICP; without industries, all codes if it has ages or districts.

    A code with a leading zero is listed without it, too, as spreadsheets store it.
    """
    asked: Sequence[VersionedCode] = [
        VersionedCode(it.version, it.code) for entry in icp.industries for it in catalog.find(entry)
    ]
    if not icp.industries and (icp.districts or icp.age_from is not None or icp.age_to is not None):
        asked = catalog.index.sections
    codes = dict.fromkeys(code for it in asked for code in catalog.index.beneath(it.version, it.code))
    return [*codes, *(VersionedCode(it.version, it.code[1:]) for it in codes if it.code.startswith("0"))]


def years_before(day: date, years: int) -> str:
    """Returns the same day so many years earlier, in the register's format; 28 February for a missing leap day."""
    year = max(1, day.year - years)
    try:
        return day.replace(year=year).isoformat()
    except ValueError:
        return day.replace(year=year, day=28).isoformat()
