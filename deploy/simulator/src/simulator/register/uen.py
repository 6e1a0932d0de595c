"""UENs in their three formats, with a unique one for each index.

A company's kind follows from its place among 100 neighbours, which gives it a number of its own within the kind; that
number is stirred over the years' ranges by a step that is coprime to their size. So no two companies share a UEN, and
any one can be made alone. Check letters follow the published rules of the three formats.
"""

from math import gcd
from typing import NamedTuple

LOCAL = "Local Company"
BUSINESS = "Sole Proprietorship/ Partnership"
LLP = "Limited Liability Partnership"
BRANCH = "Foreign Company Branch"
PARTNERSHIP = "Limited Partnership"

BUSINESS_LETTERS = "XMKECAWLJDB"
LOCAL_LETTERS = "ZKCMDNERGWH"
OTHER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWX0123456789"

_BUSINESS_WEIGHTS = (10, 4, 9, 3, 8, 2, 7, 1)
_LOCAL_WEIGHTS = (10, 8, 6, 4, 9, 7, 5, 3, 1)
_OTHER_WEIGHTS = (4, 3, 5, 3, 10, 2, 2, 5, 7)

_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS = tuple(f"-{month:02d}-{day + 1:02d}" for month, days in enumerate(_MONTH_LENGTHS, 1) for day in range(days))
_WIDTH = 100
_GROWTH = 1.08
LAST_YEAR = 2025


def check_letter(body: str) -> str:
    """Returns the last letter of a UEN from the part before it: 8 digits, 9 digits, or like `T08LL1234`."""
    if len(body) == 8:
        return BUSINESS_LETTERS[sum(map(int.__mul__, map(int, body), _BUSINESS_WEIGHTS)) % 11]
    if body.isdigit():
        return LOCAL_LETTERS[sum(map(int.__mul__, map(int, body), _LOCAL_WEIGHTS)) % 11]
    return OTHER_LETTERS[(sum(map(int.__mul__, map(OTHER_LETTERS.index, body), _OTHER_WEIGHTS)) - 5) % 11]


def _sums(weights: tuple[int, ...]) -> tuple[int, ...]:
    """Returns the weighted digit sum of every number of so many digits, so that check letters take two look-ups."""
    sums = [0]
    for weight in weights:
        sums = [before + digit * weight for before in sums for digit in range(10)]
    return tuple(sums)


_BUSINESS_HIGH = _sums(_BUSINESS_WEIGHTS[:4])
_BUSINESS_LOW = _sums(_BUSINESS_WEIGHTS[4:])
_LOCAL_HIGH = _sums(_LOCAL_WEIGHTS[:4])
_LOCAL_MIDDLE = _sums(_LOCAL_WEIGHTS[4:6])
_LOCAL_LOW = _sums(_LOCAL_WEIGHTS[6:])


class Identity(NamedTuple):
    """Kind of entity, UEN and date of registration (YYYY-MM-DD) for an index."""

    kind: str
    uen: str
    year: int
    date: str


class Range:
    """The numbers of one kind of entity by year; dates follow the numbers within a year.

    There are `full` hundreds of them a year from `full_from` on, and `_GROWTH` times fewer in each year before.
    """

    def __init__(self, first: int, full_from: int, full: int) -> None:
        sizes = {
            year: max(1, round(full / _GROWTH ** max(0, full_from - year))) for year in range(first, LAST_YEAR + 1)
        }
        self.capacity = sum(sizes.values()) * _WIDTH
        self._blocks = tuple(
            (year, block * _WIDTH, f"{year}{_DAYS[block * 365 // size]}")
            for year, size in sizes.items()
            for block in range(size)
        )
        self.step = next(step for step in range(int(self.capacity * 0.618), 0, -1) if gcd(step, self.capacity) == 1)

    def place(self, ordinal: int, seed: int) -> tuple[int, int, str]:
        """Returns year, serial number in it and date. No two ordinals below `capacity` share year and serial."""
        block, rest = divmod((ordinal * self.step + seed * 7919) % self.capacity, _WIDTH)
        year, first, date = self._blocks[block]
        return year, first + rest, date


LOCAL_RANGE = Range(1965, full_from=2008, full=990)
BUSINESS_RANGE = Range(1975, full_from=2008, full=600)
OTHER_RANGES = {
    LLP: ("LL", Range(2005, full_from=2010, full=99)),
    BRANCH: ("FC", Range(1985, full_from=2008, full=25)),
    PARTNERSHIP: ("LP", Range(2009, full_from=2014, full=25)),
}
# Of 100 neighbours, how many are of each kind: (kind, its first slot, how many).
SHARES = ((LOCAL, 0, 62), (BUSINESS, 62, 32), (LLP, 94, 4), (BRANCH, 98, 1), (PARTNERSHIP, 99, 1))
_SLOTS = tuple((kind, first, share) for kind, first, share in SHARES for _ in range(share))

CAPACITY = 3_000_000


def identity(index: int, seed: int) -> Identity:
    """Returns the identity of the company with this index. Indices below `CAPACITY` have different UENs."""
    if not 0 <= index < CAPACITY:
        raise ValueError(f"The generated register has {CAPACITY:,} companies; there is no number {index:,}.")
    block, place = divmod(index, 100)
    slot = (place * 37 + block * 29 + seed) % 100
    kind, first, share = _SLOTS[slot]
    ordinal = block * share + slot - first
    if kind is LOCAL:
        year, serial, date = LOCAL_RANGE.place(ordinal, seed)
        low, high = serial % 1000, serial // 1000
        letter = LOCAL_LETTERS[(_LOCAL_HIGH[year] + _LOCAL_MIDDLE[high] + _LOCAL_LOW[low]) % 11]
        return Identity(kind, f"{year}{serial:05d}{letter}", year, date)
    if kind is BUSINESS:
        year, serial, date = BUSINESS_RANGE.place(ordinal, seed)
        number = _first_business_of(year) + serial
        letter = BUSINESS_LETTERS[(_BUSINESS_HIGH[number // 10_000] + _BUSINESS_LOW[number % 10_000]) % 11]
        return Identity(kind, f"{number:08d}{letter}", year, date)
    initials, numbers = OTHER_RANGES[kind]
    year, serial, date = numbers.place(ordinal, seed)
    body = f"{'S' if year < 2000 else 'T'}{year % 100:02d}{initials}{serial:04d}"
    return Identity(kind, body + check_letter(body), year, date)


def _first_business_of(year: int) -> int:
    """Returns a year's first business number: numbers rise in large steps before 1995, and in small ones since."""
    return 8_500_000 + 2_200_000 * (year - 1975) if year < 1995 else 52_500_000 + 60_000 * (year - 1995)
