"""Recognises people who no longer hold a title: "Director until 2019", "retired", "1998-2019". They are no contacts."""

import re

_YEAR = r"(?:19|20)\d\d"
_OVER = re.compile(
    rf"\b(?:until|till|up to|bis|hingga)\b.{{0,15}}\b{_YEAR}\b"
    rf"|\b{_YEAR}\s?(?:[-–—]|to|bis)\s?{_YEAR}\b"
    rf"|\b(?:retired|left|resigned|stepped down|passed away|died)(?: in| on)?\b.{{0,12}}\b{_YEAR}\b"
    r"|\((?:[^)]{0,30}\b)?(?:retired|deceased|former(?:ly)?|resigned|im ruhestand)\b[^)]{0,30}\)"
    r"|,\s(?:retired|deceased|resigned)$|†"
    r"|^\W{0,2}(?:former|ex|past|retired|previous|outgoing|ehemalige[rn]?|(?:the )?late)\b",
    re.IGNORECASE,
)
#: A quick test for the words of the expression above; most of its other parts have a year.
_MAY_BE_OVER = re.compile(
    r"retired|former|resigned|deceased|im ruhestand|†"
    r"|^\W{0,2}(?:ex|past|previous|outgoing|ehemalige[rn]?|(?:the )?late)\b",
    re.IGNORECASE,
)
#: "Director. Her father retired in 2017."
_SENTENCE_END = re.compile(r"(?<=[a-z]{3})\.\s")
#: A line of years alone below a title: "1998 - 2019", "Retired 2019".
_ONLY_YEARS = re.compile(
    rf"\W{{0,2}}(?:{_YEAR}\s?(?:[-–—]|to|bis)\s?{_YEAR}|(?:retired|until|deceased|died|passed away)\D{{0,12}}{_YEAR}"
    r")\W{0,2}",
    re.IGNORECASE,
)
#: Words behind a name or a title in a sentence.
_LEFT = re.compile(
    rf"\W{{0,3}}(?:(?:who|has|had|then|since|later|finally|sadly|[a-z]{{3,10}}ly) ){{0,3}}"
    r"(?:retire[ds]|left|resigned|stepped (?:down|back|aside)|passed away|passed on|died|departed|moved on|handed over"
    rf"|gave up|sold (?:the|his|her|their)|(?:was|been) succeeded"
    rf"|(?:until|till|up to)\b[^.]{{0,15}}\b{_YEAR}|(?:from|between) {_YEAR} (?:to|until|and) {_YEAR}"
    rf"|\(?{_YEAR}\s?[-–—]\s?{_YEAR})",
)


def is_past(line: str) -> bool:
    """True for a line of a name or title that says that the office has ended."""
    if not any(map(str.isdigit, line)) and not _MAY_BE_OVER.search(line):
        return False
    return _OVER.search(_SENTENCE_END.split(line, maxsplit=1)[0]) is not None


def is_years(line: str) -> bool:
    """True for the years of an ended office on a line by themselves."""
    return any(map(str.isdigit, line)) and _ONLY_YEARS.fullmatch(line) is not None


def has_left(behind: str) -> bool:
    """True for words after a name and a title that tell the end: " retired in 2019", ", until 2014"."""
    return _LEFT.match(behind) is not None
