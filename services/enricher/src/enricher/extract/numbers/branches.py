"""Finds the numbers of branches abroad that are written without a country code."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import phonenumbers

from enricher.extract.numbers.labels import Kind, label_after, label_of
from enricher.extract.numbers.parsing import parsed
from enricher.extract.numbers.places import abroad, is_of_form
from enricher.pages.documents import Document

#: A number for calls inside a country: "07-386 5521", "2522 1188", "13 27 42".
_INLAND = re.compile(r"(?<![\d+./#-])\(?\d{2,5}\)?(?:[ .-]{0,2}\d{2,5}){1,4}(?![\d/-])")
#: "(86) 769-8532 6617": a country's code in brackets.
_CODED = re.compile(r"(?<![\d+])\((\d{2,3})\) ?\d(?:[ -]?\d){6,11}(?!\d)")
_DIGITS = re.compile(r"\d\d\D{0,2}\d\d")
_NO_DIGIT = re.compile(r"\D")
_FEWEST, _MOST_DIGITS = 6, 12
_MOST = 50
_LONGEST_LINE = 200


def numbers_abroad(page: Document, region: str) -> Iterator[tuple[str, Kind | None]]:
    """Finds the numbers beside a place in another country than the site's, each with its label."""
    lines = page.text.split("\n")
    for nth, line in enumerate(lines):
        if len(line) > _LONGEST_LINE or not _DIGITS.search(line):
            continue
        for found in islice(_CODED.finditer(line), _MOST) if "(" in line else ():
            there = abroad(lines, nth, region)
            is_theirs = there is not None and phonenumbers.country_code_for_region(there) == int(found[1])
            if is_theirs and (number := parsed(f"+{found[0][1:]}", region)):
                yield number, label_of(line[: found.start()])
        for found in islice(_INLAND.finditer(line), _MOST):
            if number := _of_place(found[0], lines, nth, region):
                yield number, label_after(line[found.end() :], is_last=False) or label_of(line[: found.start()])


def _of_place(text: str, lines: Sequence[str], nth: int, region: str) -> str | None:
    """Returns the number on a line if it belongs to another country that is named there, and not to the site's."""
    digits = _NO_DIGIT.sub("", text)
    if not _FEWEST <= len(digits) <= _MOST_DIGITS or (is_of_form(digits, region) and parsed(text, region)):
        return None
    there = abroad(lines, nth, region)
    return parsed(text, there) if there and is_of_form(digits, there) else None
