"""Finds further numbers that a page gives by their last digits: "6225 7733/34", "+60 3-3324 5518, 33245519"."""

import re
from collections.abc import Iterator

import phonenumbers

_UNITS = r"(?![\w/:-]|[ .]?\d|\s?(?:h(?:ou)?rs?|am|pm)\b)"
#: One or two digits stand close, since "6123 4567 / 24 hours" names none.
_ALSO = re.compile(
    r"(?:/(?P<near>\d{1,2})|\s?[/&]\s?(?P<far>\d{3}[ -]\d{4}|\d{3,4})"
    rf"|,\s(?P<whole>\d{{3,4}} ?\d{{3,4}})|\s/\s(?P<last>\d{{2}})(?=\s?(?:\n|\Z|(?:f|fax)\b))){_UNITS}",
    re.IGNORECASE,
)
#: Several of them: "7955 1212/13/14", "22345-11 / -12", "7955 1212/1213/1214".
_SERIES = re.compile(
    r"(?<=\d{2})(?:(?:\s?/\s?-?\d{1,2}){2,4}|(?:\s?/\s?\d{3,4}){2,4}|\s?[/,]\s?-\d{1,3}(?:\s?[/,]\s?-\d{1,3}){0,3})"
    rf"{_UNITS}",
    re.IGNORECASE,
)
_ONE = re.compile(r"\d{1,4}")
_DATED = re.compile(r"(?:^|[^\d/])\d{1,2}\Z")


def without_series(text: str) -> str:
    """Blanks out the further digits if there are several: they look like a date. Other characters keep their places."""
    if "/" not in text:
        return text
    return _SERIES.sub(lambda found: found[0] if _is_date(text, found) else " " * len(found[0]), text)


def _is_date(text: str, found: re.Match[str]) -> bool:
    """True for "01/02/24": the digits before the slashes are only a day."""
    return "-" not in found[0] and _DATED.search(text[max(0, found.start() - 3) : found.start()]) is not None


def neighbours_of(number: str, text: str, end: int) -> Iterator[str]:
    """Yields the further numbers after a number (E.164) that ends at this place. Only higher ones count."""
    if series := _SERIES.match(text, end):
        for digits in _ONE.findall(series[0]):
            yield from _next(number, digits)
    elif also := _ALSO.match(text, end):
        digits = re.sub(r"\D", "", also["near"] or also["far"] or also["last"] or also["whole"])
        if not also["whole"] or (number[: -len(digits)] + digits)[:-2] == number[:-2]:
            yield from _next(number, digits)


def _next(number: str, digits: str) -> Iterator[str]:
    neighbour = number[: -len(digits)] + digits
    if neighbour > number and phonenumbers.is_valid_number(phonenumbers.parse(neighbour)):
        yield neighbour
