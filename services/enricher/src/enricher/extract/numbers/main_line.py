"""Tells a company's main line from its branches' and its direct lines, by the words before a number."""

import re
from collections.abc import Iterable

_NUMBER = r"[^\d\n]{0,20}?(?P<number>\+?\(?\d[\d ()./-]{5,20}\d)"
_MAIN = re.compile(
    r"(?:\b(?:main (?:line|number|office|switchboard)|switchboard|general (?:line|number)|hq|zentrale)\b|总机|總機"
    r"|代表電話)" + _NUMBER,
    re.IGNORECASE,
)
_DIRECT = re.compile(rf"\b(?:durchwahl|direct(?: line| dial)?|did)\b{_NUMBER}", re.IGNORECASE)
_WORDS = ("main", "switchboard", "general", "hq", "zentrale", "总机", "總機", "代表", "durchwahl", "direct", "did")
_FEWEST_DIGITS = 6


def main_and_direct(numbers: Iterable[str], texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the numbers (E.164) that the texts call a main line, and those that they call direct lines."""
    numbers = list(numbers)
    main: set[str] = set()
    direct: set[str] = set()
    if len(numbers) > 1:
        for text in texts:
            lower = text.lower()
            if any(word in lower for word in _WORDS):
                main |= _named(_MAIN, text, numbers)
                direct |= _named(_DIRECT, text, numbers)
    return frozenset(main), frozenset(direct - main)


def _named(pattern: re.Pattern[str], text: str, numbers: list[str]) -> set[str]:
    """Returns the numbers after a word; without a country code, with or without a leading zero."""
    found: set[str] = set()
    for match in pattern.finditer(text):
        digits = re.sub(r"\D", "", match["number"].replace("(0)", "")).lstrip("0")
        if len(digits) >= _FEWEST_DIGITS:
            found |= {number for number in numbers if number.endswith(digits)}
    return found
