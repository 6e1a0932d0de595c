"""Blanks out digits that belong to no telephone number: dates, files, prices, coordinates, registrations."""

import re
from itertools import islice

from enricher.extract.line_memo import once_per_line

_BLANK = "\x00"
_MOST_TOKENS = 2_000
_LONGEST_TOKEN = 100
_FILES = "jpe?g|png|gif|svg|webp|bmp|ico|pdf|docx?|xlsx?|pptx?|zip|mp[34]|html?|php|aspx?"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
#: The end of a file's name, the size of a picture, an underscore beside a digit: the whole word around goes.
_IN_WORD = re.compile(rf"\.(?:{_FILES})\b|(?<=\d)x\d{{2,5}}(?!\d)|\d_|_\d", re.IGNORECASE)
_OTHERS = re.compile(
    r"https?://\S{1,300}|www\.\S{1,200}"
    r"|(?<![\d./-])(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2})(?!\d)"
    r"|(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-]\d{2}(?![\d./-])"
    r"|(?<!\d)(?:19|20)\d\d\s?[-–—/]\s?(?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)\d{{1,2}}\s?(?:{_MONTHS})[a-z]{{0,6}}\.?\s?(?:19|20)\d\d(?!\d)"
    r"|(?<![\d.])\d{1,3}\.\d{4,}(?![.\d])"  # a coordinate
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![.\d])"  # an address of the Internet
    r"|(?<![\d+-])\d{5,9}\s?(?:s|secs?|seconds|ms|min(?:ute)?s|days|hours|bytes"
    r"|[km]b|kg|kwh|km|m2|m²|sq ?f?t|sqm|pcs|units"
    r"|lit(?:re|er)s|copies|miles)\b"
    r"|(?<![\d+])\d[\d ,.]{4,12}\d\s(?:SGD|USD|EUR|CHF|RM|kr|yen|passengers|visitors|visits|customers|users|downloads"
    r"|people|followers|views|members|students|guests|shares|members|employees|hectares|tonnes|tons)\b"
    r"|\d[\d ,.]{4,12}\d\s?[€¥円元]"
    r"|#\d{1,3}-\d{2}[\d ]{0,6}"  # a unit in a building
    r"|(?:[$€£¥₹]|\b(?:SGD|USD|RM|MYR|EUR|INR|Rs\.?|Rp\.?|CHF|AUD|NZD|HKD|JPY|GBP))\s?\d[\d,. ]{0,15}"
    r"|(?<![A-Za-z0-9])(?:(?:19|20)\d{7}|\d{8})[A-Z](?![A-Za-z0-9])",
    re.IGNORECASE,
)
#: Eight digits that are a date: 31122023, 20231231.
_DAY, _MONTH, _YEAR = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(f"{_DAY}{_MONTH}{_YEAR}|{_YEAR}{_MONTH}{_DAY}")
_SOME_DIGITS = re.compile(r"\d(?:\D{0,4}\d){4}")
_SPACE = re.compile(r"\s")


def without_other_digits(text: str) -> str:
    """Returns the text with such digits blanked out; every other character keeps its place."""
    return "\n".join(_line(line) if _SOME_DIGITS.search(line) else line for line in text.split("\n"))


@once_per_line
def _line(line: str) -> str:
    signs = list(_OTHERS.sub(lambda found: _BLANK * len(found[0]), line))
    done = 0
    for found in islice(_IN_WORD.finditer(line), _MOST_TOKENS):
        if found.start() < done:
            continue
        start = found.start()
        while start > max(done, found.start() - _LONGEST_TOKEN) and not line[start - 1].isspace():
            start -= 1
        space = _SPACE.search(line, found.end(), found.end() + _LONGEST_TOKEN)
        done = space.start() if space else min(len(line), found.end() + _LONGEST_TOKEN)
        signs[start:done] = _BLANK * (done - start)
    return "".join(signs)


def is_date(digits: str) -> bool:
    """True for eight digits that are a date."""
    return _DATE.fullmatch(digits) is not None
