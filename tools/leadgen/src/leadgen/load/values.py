"""Reads single values as spreadsheets, databases and statistics programs write them. Pure.

Blanks at the ends go; words for "missing" become `na`, which COPY reads as NULL; dates become YYYY-MM-DD.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

MISSING = "na"

#: Words that other programs write for a missing value, in lower case. A company may well be called "Nil".
_MISSING_NAMES = frozenset({"", "na", "n/a", "#n/a", "<na>", "null", "(null)", "\\n", "(blank)"})
_MISSING = _MISSING_NAMES | {"n.a.", "nan", "none", "nil", "-", "--", "#ref!", "#value!"}

#: Also a byte order mark, which a file has in its middle if two were put together.
_BLANKS = "\ufeff\u200b"

_DAY_FIRST = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%d-%m-%y",
)
_YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_WORDED = ("%b %d, %Y", "%B %d, %Y")
_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
#: Day 0 of a spreadsheet's serial numbers, from 1 March 1900 on.
_DAY_ZERO = date(1899, 12, 30)
EARLIEST, LATEST = date(1800, 1, 1), date(2100, 1, 1)

_FORMULA = re.compile(r'=\s*"([^"]*)"')
_FLOAT = re.compile(r"(\d+)\.0*")
_POSTAL_CODE = re.compile(r"(?:singapore|s)?\s*\(?(\d{6})\)?", re.IGNORECASE)


def trimmed(value: str, *, is_name: bool = False) -> str:
    """Returns a value without blanks at its ends; `na` if it is missing."""
    value = value.strip().strip(_BLANKS).strip()
    return MISSING if value.casefold() in (_MISSING_NAMES if is_name else _MISSING) else value


@lru_cache(maxsize=1 << 17)
def day(value: str) -> str | None:
    """Returns a trimmed value as YYYY-MM-DD; `None` if it is no date. The day comes first: 5/1/2022 is in January."""
    if len(value) == len("YYYY-MM-DD") and value[4] == value[7] == "-":  # nearly all, and strptime is slow
        try:
            return _within(date.fromisoformat(value))
        except ValueError:
            return None
    if serial := _SERIAL.fullmatch(value):
        return _within(_DAY_ZERO + timedelta(days=int(serial[1])))
    value = _TIME.sub("", value)
    for form in (*_YEAR_FIRST, *_DAY_FIRST, *_WORDED):
        try:
            return _within(datetime.strptime(value, form).date())  # noqa: DTZ007 # a day has no time zone
        except ValueError:
            continue
    return None


def _within(found: date) -> str | None:
    return found.isoformat() if EARLIEST <= found < LATEST else None


def code(value: str, digits: int) -> str:
    """Returns a trimmed code as digits: of a float with its leading zeros, of a formula or text cell what is in it.

    What is no number stays as it is.
    """
    if formula := _FORMULA.fullmatch(value):
        value = trimmed(formula[1])
    value = value.removeprefix("'").removeprefix("\N{RIGHT SINGLE QUOTATION MARK}")
    if number := _FLOAT.fullmatch(value):
        return number[1].zfill(digits)
    return value


def postal_code(value: str) -> str:
    """Returns a trimmed postal code as digits, without the "Singapore" or "S" before it."""
    value = code(value, 6)
    found = _POSTAL_CODE.fullmatch(value)
    return found[1] if found else value
