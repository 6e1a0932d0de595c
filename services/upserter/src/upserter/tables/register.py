"""Searches the register (`staging_acra_companies`) for live entries with the codes of a search.

One total order holds everywhere, so that a search, its job and the job's next night never find the same entry twice: a
matching primary code before a secondary one, then the band of codes nearer to the tenant's ICP, then the younger
company, then the smaller UEN. Entries without a date come last in their band.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from common.postgres import Connection, as_json
from industries.index import VersionedCode
from upserter.model import Counts, Matches, Position, SearchCriteria

# If few entries match, CODE_BY_CODE looks up those of each code in the order of an index (code, date DESC, uen) and
# picks the best. If many match, BY_AGE scans all live entries by age until enough match. Codes are compared with a
# subquery: PostgreSQL hashes it in every plan, an array only in a fresh one. IS TRUE keeps it from becoming a join.

_WANTED = "ROWS FROM (json_array_elements_text($1), json_array_elements_text($2)) AS wanted (version, code)"
_ALL_CODES = "SELECT * FROM ROWS FROM (json_array_elements_text($3), json_array_elements_text($4)) AS it"
_NOT_BY_PRIMARY = f"AND (ssic_version, coalesce(primary_ssic_code, '')) NOT IN ({_ALL_CODES})"

COUNT = f"""
    SELECT false AS is_secondary, version, code, counted.*
      FROM {_WANTED}
     CROSS JOIN LATERAL (
           SELECT count(*), count(*) FILTER (WHERE registration_incorporation_date >= $6) AS young
             FROM staging_acra_companies
            WHERE is_live AND ssic_version = version AND primary_ssic_code = code
              AND ($5 = '' OR registration_incorporation_date >= $5) {{in_sectors}}) AS counted
     WHERE counted.count > 0
     UNION ALL
    SELECT true, version, code, counted.*
      FROM {_WANTED}
     CROSS JOIN LATERAL (
           SELECT count(*), count(*) FILTER (WHERE registration_incorporation_date >= $6) AS young
             FROM staging_acra_companies
            WHERE is_live AND ssic_version = version AND secondary_ssic_code = code {_NOT_BY_PRIMARY}
              AND ($5 = '' OR registration_incorporation_date >= $5) {{in_sectors}}) AS counted
     WHERE counted.count > 0
"""

CODE_BY_CODE = f"""
    SELECT one.uen, one.incorporated
      FROM {_WANTED}
     CROSS JOIN LATERAL (
           SELECT uen, registration_incorporation_date AS incorporated
             FROM staging_acra_companies
            WHERE is_live AND ssic_version = version AND {{kind}}_ssic_code = code {{not_by_primary}} AND {{later}}
                   {{in_sectors}}
            ORDER BY registration_incorporation_date DESC, uen
            LIMIT $5) AS one
     ORDER BY one.incorporated DESC, one.uen
     LIMIT $5
"""

BY_AGE = f"""
    SELECT uen, registration_incorporation_date AS incorporated
      FROM staging_acra_companies
     WHERE is_live AND ((ssic_version, {{kind}}_ssic_code) IN (SELECT * FROM {_WANTED})) IS TRUE
           {{not_by_primary}} AND {{later}}
                   {{in_sectors}}
     ORDER BY registration_incorporation_date DESC, uen
     LIMIT $5
"""

#: Two arrays are read in half the time of as many rows.
AS_ARRAYS = """
    SELECT coalesce(array_agg(uen), '{{}}') AS entries, coalesce(array_agg(coalesce(incorporated, '')), '{{}}') AS days
      FROM ({}) AS found
"""

#: $6 and $7 are the position to go on after, $8 the earliest day.
_DATED = (
    "registration_incorporation_date <= $7 AND registration_incorporation_date >= $8 "
    "AND (registration_incorporation_date < $7 OR uen > $6)"
)
#: Statements also name the arguments that they do not need, so that all take the same ones.
_UNDATED = "registration_incorporation_date IS NULL AND uen > $6 AND ($7::text || $8::text) IS NOT NULL"
#: For a search in postal sectors. Not part of the other statements, since it needs the row besides the index. A code
#: that has lost its leading zero is read with it.
_IN_SECTORS = "AND left(postal_code(btrim(postal_code)), 2) IN (SELECT json_array_elements_text({}))"
_BY_PRIMARY = "AND $3::json IS NOT NULL AND $4::json IS NOT NULL"

#: Sorts after every date, and after the words that a file may have in a date's place.
_YOUNGEST = "zzzz"

#: Minimum number of matches for BY_AGE. In a register of a million entries the two statements are equally fast at 5,000
#: matches for a head of ten (0.5 ms), and at 40,000 for the 5,000 entries that a job looks up at a time with the
#: default batch size (15 ms).
MANY = 10_000

#: Number of batches that a job looks up at a time.
AHEAD = 10


class _Tier(NamedTuple):
    """A coarse step of the order; entries within it are sorted by date and UEN."""

    band: tuple[VersionedCode, ...]
    is_secondary: bool
    is_dated: bool


async def count(tx: Connection, criteria: SearchCriteria, *, young_since: str = _YOUNGEST) -> Counts:
    """Counts the matching live entries by code; makes no query without codes."""
    if not criteria.codes:
        return Counts({}, {}, 0)
    columns, shield = _as_stored(criteria.codes), _as_stored([*criteria.codes, *criteria.left_out])
    counts: dict[bool, Counter[VersionedCode]] = {False: Counter(), True: Counter()}
    young = 0
    statement = COUNT.format(in_sectors=_IN_SECTORS.format("$7") if criteria.sectors else "")
    for row in await tx.fetch(statement, *columns, *shield, criteria.earliest, young_since, *_sectors(criteria)):
        counts[row["is_secondary"]][VersionedCode(row["version"], row["code"].zfill(5))] += row["count"]
        young += row["young"]
    return Counts(counts[False], counts[True], young)


async def is_empty(tx: Connection) -> bool:
    """Returns whether no register has been loaded."""
    return not await tx.fetchval("SELECT EXISTS (SELECT FROM staging_acra_companies)")


async def best(
    tx: Connection, criteria: SearchCriteria, counts: Counts, *, limit: int, after: Position | None = None
) -> Matches:
    """Returns the first `limit` matches, from the start or after a position. Fewer than `limit` means no more.

    `counts` only decides which statement is faster. Safe while the register is being loaded: an entry that is inserted
    before the position is not found, and none is found twice.
    """
    entries, days, tiers = list[str](), list[str](), list[int]()
    everything = _as_stored([*criteria.codes, *criteria.left_out])
    for number, tier in enumerate(_tiers(criteria)):
        if len(entries) == limit:
            break
        if after and number < after.tier:
            continue
        start = after if after and number == after.tier else Position(number, _YOUNGEST, "")
        among = counts.by_secondary if tier.is_secondary else counts.by_primary
        is_quick_by_age = not tier.is_dated or sum(among.get(code, 0) for code in tier.band) >= MANY
        statement = (BY_AGE if is_quick_by_age else CODE_BY_CODE).format(
            kind="secondary" if tier.is_secondary else "primary",
            not_by_primary=_NOT_BY_PRIMARY if tier.is_secondary else _BY_PRIMARY,
            later=_DATED if tier.is_dated else _UNDATED,
            in_sectors=_IN_SECTORS.format("$9") if criteria.sectors else "",
        )
        [row] = await tx.fetch(
            AS_ARRAYS.format(statement),
            *_as_stored(tier.band),
            *everything,
            limit - len(entries),
            start.uen,
            start.incorporated,
            criteria.earliest,
            *_sectors(criteria),
        )
        entries += row["entries"]
        days += row["days"]
        tiers += [number] * len(row["entries"])
    return Matches(entries, days, tiers)


async def batches(
    reading: Callable[[], AbstractAsyncContextManager[Connection]],
    criteria: SearchCriteria,
    counts: Counts,
    *,
    size: int,
    limit: int,
    after: Position | None,
) -> AsyncGenerator[Matches, None]:
    """Yields the first `limit` matches after a position in batches of `size`; the last may be smaller, none is empty.

    Looks up AHEAD batches in one transaction, because a look-up costs more to begin than to continue. The next ones are
    looked up while the caller works on these.
    """

    async def look(most: int, after: Position | None) -> Matches:
        async with reading() as tx:
            return await best(tx, criteria, counts, limit=most, after=after)

    most = min(AHEAD * size, limit)
    looking = asyncio.create_task(look(most, after)) if most else None
    try:
        while looking:
            found, looking = await looking, None
            limit -= len(found)
            if len(found) == most and limit:
                most = min(most, limit)
                looking = asyncio.create_task(look(most, found[-1]))
            for start in range(0, len(found), size):
                yield found[start : start + size]
    finally:
        if looking:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


def _tiers(criteria: SearchCriteria) -> Iterator[_Tier]:
    for is_secondary in (False, True):
        for band in criteria.bands:
            yield _Tier(band, is_secondary, is_dated=True)
            if criteria.founded_since is None:
                yield _Tier(band, is_secondary, is_dated=False)


def _sectors(criteria: SearchCriteria) -> tuple[str, ...]:
    return (as_json(criteria.sectors),) if criteria.sectors else ()


def _as_stored(codes: Sequence[VersionedCode]) -> tuple[str, str]:
    """Returns versions and codes as JSON; codes with a leading 0 also without it, as spreadsheets store them."""
    stored = [*codes, *(VersionedCode(it.version, it.code[1:]) for it in codes if it.code.startswith("0"))]
    return as_json([it.version for it in stored]), as_json([it.code for it in stored])
