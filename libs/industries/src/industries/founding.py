"""Since when: "founded since 2020", "incorporated after 2015", "set up in the last three years"."""

import re
from typing import NamedTuple

#: Years that a company may have been founded in; other numbers are none.
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


class Founding(NamedTuple):
    """The first year that is wanted, if any, and the text without what was said about it."""

    since: int | None
    rest: str


def founding(text: str, *, year: int | None) -> Founding:
    """What a text in lower case says of the year of foundation. `year` is this year, for "the last three years"."""
    for pattern, later in _PATTERNS:
        if found := pattern.search(text):
            since = _since(found.groupdict(), year)
            if since is not None:
                since += later
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return Founding(since if since is not None and EARLIEST <= since <= LATEST else None, rest)
    return Founding(None, text)


def _since(said: dict[str, str | None], year: int | None) -> int | None:
    if named := said.get("year"):
        return int(named)
    if year is None:
        return None
    if count := said.get("count"):
        return year - (_NUMBERS.get(count) or int(count))
    return year - 1 if said.get("last") else year
