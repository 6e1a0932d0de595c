"""Parses single values in the forms of spreadsheets, databases and statistics programs. Pure.

Blanks at the ends go; words for "missing" become `na`, which COPY reads as NULL; dates become YYYY-MM-DD.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

MISSING = "na"
LONGEST_UEN_CHARS = 20
#: Columns by what they hold.
CODES = ("primary_ssic_code", "secondary_ssic_code")
STATUS = "entity_status_description"
DATES = ("registration_incorporation_date", "uen_issue_date", "account_due_date", "annual_return_date")

#: Words that other programs write for a missing value, in lower case. A company may well be called "Nil".
_MISSING_NAMES = frozenset(
    {"", "na", "n/a", "#n/a", "<na>", "null", "<null>", "(null)", "\\n", "(blank)", "#name?", "#null!"}
)
_MISSING = _MISSING_NAMES | {
    "n.a.", "n.a", "nan", "nat", "none", "(none)", "nil", "(nil)", "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}",
    "#ref!", "#value!", "#num!", "#div/0!", "not available", "not applicable", "undefined",
}  # fmt: skip

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
    "%d.%m.%y",
    "%d %b %y",
    "%d%b%Y",
    "%d %b, %Y",
    "%d %B, %Y",
)
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y")
_YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_WORDED = ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d", "%Y %b %d")
_TIME = re.compile(
    r"[T ]+\d{1,2}:\d{2}(?::\d{2})?(?:[.,:]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|SGT|[+-]\d{2}(?::?\d{2})?)?$"
)
#: A moment with its offset from UTC, whose day depends on the place: "2019-03-03T16:00:00Z" is 4 March in Singapore.
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(?:(Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)"
)
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,? +", re.IGNORECASE)
_SINGAPORE = timezone(timedelta(hours=8))
#: Seconds, or thousandths, since 1970.
_EPOCH = re.compile(r"(\d{9,10})(?:\.0*)?|(\d{12,13})(?:\.0*)?")
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b")
#: Two digits for a later year are of the century before: nothing is registered that far ahead.
LATEST_SHORT_YEAR = 2035
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
#: Day 0 of a spreadsheet's serial numbers, from 1 March 1900 on.
_DAY_ZERO = date(1899, 12, 30)
EARLIEST, LATEST = date(1800, 1, 1), date(2100, 1, 1)
#: No date is longer, and the patterns take quadratic time on long runs of blanks.
LONGEST_DATE = 80

_FORMULA = re.compile(r'=\s*"([^"]*)"')
_FLOAT = re.compile(r"(\d+)[.,]0*")
#: With thousands apart: "62,011", "62 011", "62'011".
_THOUSANDS = re.compile(r"\d{1,3}(?:[,. '\N{NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}]\d{3})+(?=[.,]0{1,2}$|$)")
#: A code with its title: "62011 - Development of software".
_TITLED = re.compile(r"(\d{5})\s*[-:\N{EN DASH}]\s*[^\W\d].*", re.DOTALL)
_SEPARATORS = re.compile(r"\D")
_POSTAL_CODE = re.compile(r"(?:singapore|s)?\s*\(?(\d{6})\)?", re.IGNORECASE)


def trimmed(value: str, *, is_name: bool = False) -> str:
    """Returns a value without blanks at its ends; `na` if it is missing."""
    value = value.strip().strip(_BLANKS).strip()
    return MISSING if value.casefold() in (_MISSING_NAMES if is_name else _MISSING) else value


@lru_cache(maxsize=1 << 17)
def day(value: str, *, is_month_first: bool = False) -> str | None:
    """Returns a trimmed value as YYYY-MM-DD, the day in Singapore; `None` if it is no date.

    The day comes first unless the file has the month first: 5/1/2022 is in January.
    """
    if len(value) == len("YYYY-MM-DD") and value[4] == value[7] == "-":  # nearly all, and strptime is slow
        try:
            return _within(date.fromisoformat(value))
        except ValueError:
            return None
    if len(value) > LONGEST_DATE:
        return None
    if serial := _SERIAL.fullmatch(value):
        return _within(_DAY_ZERO + timedelta(days=int(serial[1])))
    if epoch := _EPOCH.fullmatch(value):
        return _within(datetime.fromtimestamp(int(epoch[1] or epoch[2][:-3]), _SINGAPORE).date())
    if moment := _MOMENT.fullmatch(value):
        return _of_moment(moment)
    value = _WEEKDAY.sub("", _TIME.sub("", value), count=1)
    for form in (*_YEAR_FIRST, *(_MONTH_FIRST if is_month_first else ()), *_DAY_FIRST, *_WORDED):
        try:
            found = datetime.strptime(value, form).date()  # noqa: DTZ007 # a day has no time zone
        except ValueError:
            continue
        return _within(
            found.replace(year=found.year - 100) if "%y" in form and found.year > LATEST_SHORT_YEAR else found
        )
    return None


def is_month_first(values: Iterable[str]) -> bool:
    """Returns whether some dates must have the month first, and none must have the day first."""
    found = [(int(each[1]), int(each[2])) for value in values if (each := _NUMERIC.match(value.strip()))]
    return any(second > 12 >= first for first, second in found) and not any(first > 12 for first, _ in found)


def _of_moment(moment: re.Match[str]) -> str | None:
    offset = "+00:00" if moment[3] else f"{moment[4]}:{moment[5] or '00'}"
    try:
        at = datetime.fromisoformat(f"{moment[1]}T{moment[2]}{offset}")
        return _within(at.astimezone(_SINGAPORE).date())
    except (ValueError, OverflowError):
        return None


def _within(found: date) -> str | None:
    return found.isoformat() if EARLIEST <= found < LATEST else None


def code(value: str, digits: int) -> str:
    """Returns a trimmed code as digits: a float's with its leading zeros, a formula's or text cell's content.

    What is no number stays as it is.
    """
    if formula := _FORMULA.fullmatch(value):
        value = trimmed(formula[1])
    value = value.removeprefix("'").removeprefix("\N{RIGHT SINGLE QUOTATION MARK}")
    if digits and (apart := _THOUSANDS.match(value)):
        value = _SEPARATORS.sub("", apart[0]) + value[apart.end() :]
        value = value if _FLOAT.fullmatch(value) else value.zfill(digits)
    elif digits and (titled := _TITLED.fullmatch(value)):
        return titled[1]
    if number := _FLOAT.fullmatch(value):
        return number[1].zfill(digits)
    return value


def postal_code(value: str) -> str:
    """Returns a trimmed postal code as digits, without the "Singapore" or "S" before it."""
    value = code(value, 6)
    found = _POSTAL_CODE.fullmatch(value)
    return found[1] if found else value
