"""Reads the register as it was last loaded (`staging_acra_companies`): which live entries are in wanted industries.

One order holds everywhere, so that a search, its job and the job's next night never meet the same entry twice: a
primary code that matches comes before a secondary one, then the band of codes nearer to the tenant's ICP, then the
younger company, then the smaller UEN. An entry without a date comes last of its band.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Self, overload

from common.postgres import Connection, as_json
from industries.index import VersionedCode

# Where few entries match, those of each code are looked up in the order of an index (code, date DESC, uen) and the best
# are picked; where many do, all of the living are walked by age until enough match. What a row's codes are compared to
# is a subquery: PostgreSQL hashes it in every plan, an array only in a fresh one. IS TRUE keeps it from being a join.

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
              AND ($5 = '' OR registration_incorporation_date >= $5)) AS counted
     WHERE counted.count > 0
     UNION ALL
    SELECT true, version, code, counted.*
      FROM {_WANTED}
     CROSS JOIN LATERAL (
           SELECT count(*), count(*) FILTER (WHERE registration_incorporation_date >= $6) AS young
             FROM staging_acra_companies
            WHERE is_live AND ssic_version = version AND secondary_ssic_code = code {_NOT_BY_PRIMARY}
              AND ($5 = '' OR registration_incorporation_date >= $5)) AS counted
     WHERE counted.count > 0
"""

CODE_BY_CODE = f"""
    SELECT one.uen, one.incorporated
      FROM {_WANTED}
     CROSS JOIN LATERAL (
           SELECT uen, registration_incorporation_date AS incorporated
             FROM staging_acra_companies
            WHERE is_live AND ssic_version = version AND {{kind}}_ssic_code = code {{not_by_primary}} AND {{later}}
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
     ORDER BY registration_incorporation_date DESC, uen
     LIMIT $5
"""

#: Two arrays come back in half of the time of as many rows.
AS_ARRAYS = """
    SELECT coalesce(array_agg(uen), '{{}}') AS entries, coalesce(array_agg(coalesce(incorporated, '')), '{{}}') AS days
      FROM ({}) AS found
"""

#: $6 and $7 are where to go on after, $8 the earliest day wanted.
_DATED = (
    "registration_incorporation_date <= $7 AND registration_incorporation_date >= $8 "
    "AND (registration_incorporation_date < $7 OR uen > $6)"
)
#: Not all statements need all arguments; what they do not need they still name.
_UNDATED = "registration_incorporation_date IS NULL AND uen > $6 AND ($7::text || $8::text) IS NOT NULL"
_BY_PRIMARY = "AND $3::json IS NOT NULL AND $4::json IS NOT NULL"

#: Sorts after every date, and after the words that a file may have in a date's place.
_YOUNGEST = "zzzz"

#: Matches from which on the living are walked by age. On a register of a million the two ways take as long at 5,000
#: matches for a head of ten (0.5 ms), and at 40,000 for the 5,000 that a job of the default batch size
#: looks up at a time (15 ms).
MANY = 10_000

#: Batches of a job that are looked up at a time.
AHEAD = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: five-digit codes in bands, the preferred first, and how young a company has to be.

    Whoever is mainly in an industry that was `left_out` does not come back by its secondary code.
    """

    bands: tuple[tuple[VersionedCode, ...], ...]
    founded_since: int | None = None
    left_out: tuple[VersionedCode, ...] = ()

    @property
    def codes(self) -> list[VersionedCode]:
        """All codes of all bands."""
        return [code for band in self.bands for code in band]

    @property
    def earliest(self) -> str:
        """The first day that is young enough, as the register writes it."""
        return "" if self.founded_since is None else f"{self.founded_since:04}-01-01"


class Position(NamedTuple):
    """A place in the order, to go on after."""

    tier: int
    incorporated: str
    uen: str


@dataclass(frozen=True, slots=True)
class Matches(Sequence[Position]):
    """Matching entries in the order. Where one stands is put together when asked for: of a job's, one per batch."""

    entries: Sequence[str] = ()
    days: Sequence[str] = ()
    tiers: Sequence[int] = ()

    @overload
    def __getitem__(self, place: int) -> Position: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Position | Self:
        if isinstance(place, slice):
            return type(self)(self.entries[place], self.days[place], self.tiers[place])
        return Position(self.tiers[place], self.days[place], self.entries[place])

    def __len__(self) -> int:
        return len(self.entries)


class Counts(NamedTuple):
    """How many live entries match, by their primary and by their secondary code; none is counted twice.

    `young` are those of all that were incorporated on or after the day that was asked about.
    """

    by_primary: Mapping[VersionedCode, int]
    by_secondary: Mapping[VersionedCode, int]
    young: int

    @property
    def total(self) -> int:
        return sum(self.by_primary.values()) + sum(self.by_secondary.values())

    def of(self, codes: Iterable[VersionedCode]) -> int:
        """The entries with one of these codes."""
        return sum(self.by_primary.get(code, 0) + self.by_secondary.get(code, 0) for code in codes)


class _Tier(NamedTuple):
    """A coarse step of the order; within it entries go by date and UEN."""

    band: tuple[VersionedCode, ...]
    is_secondary: bool
    is_dated: bool


async def count(tx: Connection, wanted: Wanted, *, young_since: str = _YOUNGEST) -> Counts:
    """Counts the live entries of the wanted industries, code by code. Nothing wanted costs nothing."""
    if not wanted.codes:
        return Counts({}, {}, 0)
    columns, shield = _as_stored(wanted.codes), _as_stored([*wanted.codes, *wanted.left_out])
    counts: dict[bool, Counter[VersionedCode]] = {False: Counter(), True: Counter()}
    young = 0
    for row in await tx.fetch(COUNT, *columns, *shield, wanted.earliest, young_since):
        counts[row["is_secondary"]][VersionedCode(row["version"], row["code"].zfill(5))] += row["count"]
        young += row["young"]
    return Counts(counts[False], counts[True], young)


async def best(tx: Connection, wanted: Wanted, counts: Counts, *, limit: int, after: Position | None = None) -> Matches:
    """The first `limit` live matches, or the first ones after a position. A position's `uen` is its entry.

    Fewer than `limit` means that there are no more. `counts` only tell which way is quicker. Safe while the register is
    loaded again: a company that comes in before the position is not seen, none is repeated.
    """
    entries, days, tiers = list[str](), list[str](), list[int]()
    everything = _as_stored([*wanted.codes, *wanted.left_out])
    for number, tier in enumerate(_tiers(wanted)):
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
        )
        [row] = await tx.fetch(
            AS_ARRAYS.format(statement),
            *_as_stored(tier.band),
            *everything,
            limit - len(entries),
            start.uen,
            start.incorporated,
            wanted.earliest,
        )
        entries += row["entries"]
        days += row["days"]
        tiers += [number] * len(row["entries"])
    return Matches(entries, days, tiers)


async def batches(
    reading: Callable[[], AbstractAsyncContextManager[Connection]],
    wanted: Wanted,
    counts: Counts,
    *,
    size: int,
    limit: int,
    after: Position | None,
) -> AsyncGenerator[Matches, None]:
    """The first `limit` live matches after a position in parts of `size`, the last one maybe shorter; never empty.

    Several parts are looked up in one transaction: what it takes to begin is more than what it takes to go on. While
    they are worked on, the next ones are looked up.
    """

    async def look(most: int, after: Position | None) -> Matches:
        async with reading() as tx:
            return await best(tx, wanted, counts, limit=most, after=after)

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


def _tiers(wanted: Wanted) -> Iterator[_Tier]:
    for is_secondary in (False, True):
        for band in wanted.bands:
            yield _Tier(band, is_secondary, is_dated=True)
            if wanted.founded_since is None:
                yield _Tier(band, is_secondary, is_dated=False)


def _as_stored(codes: Sequence[VersionedCode]) -> tuple[str, str]:
    """Versions and codes, and those that begin with 0 without it too: a file that was in a spreadsheet has lost it."""
    stored = [*codes, *(VersionedCode(it.version, it.code[1:]) for it in codes if it.code.startswith("0"))]
    return as_json([it.version for it in stored]), as_json([it.code for it in stored])
