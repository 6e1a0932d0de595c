"""Years of foundation in a text: "founded since 2020", "incorporated after 2015", "set up in the last three years"."""

import re
from typing import NamedTuple

#: Earliest and latest year that counts as a year of foundation.
EARLIEST, LATEST = 1819, 2100

_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_BORN = (
    r"(?:found(?:ed|ing)?|incorporat(?:ed|ing|ion)|establish(?:ed|ing)?|set ?up|start(?:ed|ing)?|register(?:ed|ing)?"
    r"|formed|born|opened|created|launched|registration|incorp\.?)"
)
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)})"
_PATTERNS = (
    (re.compile(rf"\b(?:{_BORN}\s+)?(?:after|later than|newer than|younger than)\s+(?P<year>\d{{4}})\b"), 1),
    (
        re.compile(
            rf"\b{_BORN}\s+(?:since|from|in|during|>=?|as of)\s*(?P<year>\d{{4}})\b(?:\s+(?:onwards?|or later))?"
        ),
        0,
    ),
    (re.compile(r"\b(?:since|from)\s+(?P<year>\d{4})\b(?:\s+onwards?)?"), 0),
    (re.compile(r"\b(?P<year>\d{4})\s+(?:onwards?|or (?:later|newer|after)|and (?:later|newer|after))\b"), 0),
    (re.compile(rf"\b(?:{_BORN}\s+)?(?:in|within|over|during)\s+the\s+(?:last|past)\s+{_COUNT}\s+years?\b"), 0),
    (re.compile(rf"\b{_BORN}\s+(?:in|within)?\s*(?:the\s+)?(?:last|past)\s+{_COUNT}\s+years?\b"), 0),
    (
        re.compile(
            rf"\b(?:less than|under|below|younger than|not older than|at most|up to)\s+{_COUNT}\s+years?\s+old\b"
        ),
        0,
    ),
    (re.compile(rf"\b{_BORN}\s+(?P<now>this)\s+year\b"), 0),
    (re.compile(rf"\b{_BORN}\s+(?:since\s+)?(?P<last>last)\s+year\b"), 0),
)
#: A last year of foundation, which no search knows.
_UNTIL = re.compile(
    rf"\b(?:{_BORN}\s+)?(?:before|until|till|up to|prior to|earlier than|older than|(?:no|not) later than)\s+"
    r"(?:the year\s+)?\d{4}\b"
)


class Founding(NamedTuple):
    """The first year of foundation asked for, if any, the rest of the text, and conditions that no search can use."""

    since: int | None
    rest: str
    ignored: tuple[str, ...] = ()


def find_founding(text: str, *, year: int | None) -> Founding:
    """Finds the year of foundation in a text in lower case. `year` is this year, for "the last three years"."""
    until = tuple(found[0] for found in _UNTIL.finditer(text))
    text = _UNTIL.sub(" ", text)
    for pattern, later in _PATTERNS:
        if found := pattern.search(text):
            since = _since(found.groupdict(), year)
            if since is not None:
                since += later
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return Founding(since if since is not None and EARLIEST <= since <= LATEST else None, rest, until)
    return Founding(None, text, until)


def _since(groups: dict[str, str | None], year: int | None) -> int | None:
    if named := groups.get("year"):
        return int(named)
    if year is None:
        return None
    if count := groups.get("count"):
        return year - (_NUMBERS.get(count) or int(count))
    return year - 1 if groups.get("last") else year
