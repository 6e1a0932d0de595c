"""Reads the register as it was last loaded (`staging_acra_companies`): which live companies are in given industries.

One order holds everywhere, so that a search, its job and the job's next night never meet the same company twice:
a primary code that matches comes before a secondary one, then the younger company, then the smaller UEN. An entry
without a date comes last in its half.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from common.postgres import Connection
from upserter.normalising import RegisterEntry

# Two indexes carry all of this, (code, date DESC, uen) of live entries by primary and by secondary code. What the
# second half must not repeat is a subquery, because PostgreSQL hashes it in every plan, an array only in a fresh one.

COUNT = """
    SELECT (SELECT count(*) FROM staging_acra_companies
             WHERE is_live AND primary_ssic_code = ANY($1::text[]))
         + (SELECT count(*) FROM staging_acra_companies
             WHERE is_live AND secondary_ssic_code = ANY($1::text[])
               AND coalesce(primary_ssic_code, '') NOT IN (SELECT unnest($1::text[])))
"""

BEST = """
    SELECT {columns}
      FROM (SELECT one.uen AS place, one.incorporated
              FROM unnest($1::text[]) AS wanted (code)
             CROSS JOIN LATERAL (
                   SELECT uen, registration_incorporation_date AS incorporated
                     FROM staging_acra_companies
                    WHERE is_live AND {match} AND {later}
                    ORDER BY registration_incorporation_date DESC, uen
                    LIMIT $2) AS one
             ORDER BY one.incorporated DESC, one.uen
             LIMIT $2) AS best
     CROSS JOIN LATERAL (SELECT {columns} FROM staging_acra_companies WHERE uen = best.place LIMIT 1) AS entry
     ORDER BY best.incorporated DESC, best.place
"""

_BY_PRIMARY = "primary_ssic_code = code"
_BY_SECONDARY = "secondary_ssic_code = code AND coalesce(primary_ssic_code, '') NOT IN (SELECT unnest($1::text[]))"
_DATED = "registration_incorporation_date <= $4 AND (registration_incorporation_date < $4 OR uen > $3)"
_UNDATED = "registration_incorporation_date IS NULL AND uen > $3"

#: Sorts after every date, and after the words that a file may have in a date's place.
_YOUNGEST = "zzzz"


class _Tier(NamedTuple):
    """A coarse step of the order; within it entries go by date and UEN."""

    best: str
    is_dated: bool


def _tier(match: str, later: str) -> _Tier:
    columns = ", ".join(RegisterEntry._fields)
    return _Tier(BEST.format(columns=columns, match=match, later=later), is_dated=later is _DATED)


_TIERS = (
    _tier(_BY_PRIMARY, _DATED),
    _tier(_BY_PRIMARY, _UNDATED),
    _tier(_BY_SECONDARY, _DATED),
    _tier(_BY_SECONDARY, _UNDATED),
)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order, to go on after."""

    tier: int
    incorporated: str
    uen: str


class Match(NamedTuple):
    """A live entry in one of the wanted industries, and where it stands."""

    position: Position
    entry: RegisterEntry


async def count_matches(tx: Connection, codes: Sequence[str]) -> int:
    """How many live companies have one of these five-digit codes, as their primary or secondary one."""
    return int(await tx.fetchval(COUNT, _as_stored(codes)))


async def best_matches(
    tx: Connection, codes: Sequence[str], *, limit: int, after: Position | None = None
) -> list[Match]:
    """The first `limit` live companies with one of these five-digit codes, or the first ones after a position.

    Fewer than `limit` means that there are no more. Safe while the register is loaded again: a company that comes in
    before the position is not seen, none is repeated.
    """
    found: list[Match] = []
    if not codes:
        return found
    for number, tier in enumerate(_TIERS):
        if len(found) == limit or (after and number < after.tier):
            continue
        start = after if after and number == after.tier else Position(number, _YOUNGEST, "")
        beginning = [start.uen, start.incorporated] if tier.is_dated else [start.uen]
        for row in await tx.fetch(tier.best, _as_stored(codes), limit - len(found), *beginning):
            entry = RegisterEntry(*row.values())
            found.append(Match(Position(number, entry.registration_incorporation_date or "", entry.uen), entry))
    return found


def _as_stored(codes: Sequence[str]) -> list[str]:
    """The codes, and those that begin with 0 without it too: a file that went through a spreadsheet has lost it."""
    return [*codes, *(code[1:] for code in codes if code.startswith("0"))]
