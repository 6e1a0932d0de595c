"""Sizes of companies in a text: "50-500 employees", "revenue above 5 million". The register has none of them."""

import re
from typing import NamedTuple

_NUMBER = r"(?:s?\$ ?)?\d[\d,.]* ?(?:k|million|mil|mio|m|billion|bn|thousand|hundred)?\b\+?"
_RANGE = rf"{_NUMBER}(?:\s*(?:-|\N{{EN DASH}}|to|and|or)\s*{_NUMBER})?"
_BOUND = (
    r"(?:more than|less than|fewer than|no more than|over|under|above|below|at least|at most|up to|around|about|between"
    r"|min(?:imum)?(?: of)?|max(?:imum)?(?: of)?|>=?|<=?|from|exceeding)"
)
_WITH = r"(?:(?:with|having|of|that have|which have|who have|has|have|employing|and) )?"
_STAFF = r"(?:(?:full[- ]time )?(?:employees?|staffs?|workers|fte|ftes|headcount|staff members))"
_MONEY = r"(?:(?:annual |yearly )?(?:revenues?|turnover|sales|profits?|paid[- ]up capital|capital|funding))"
_CURRENCY = r"(?:(?:sgd|usd|s\$|\$) ?)?"
_SIZE = re.compile(
    rf"\b{_WITH}(?:an? )?(?:{_BOUND} ?)?{_RANGE} (?:or (?:more|fewer|less) )?{_STAFF}\b"
    rf"|\b{_WITH}(?:{_BOUND} ?{_RANGE}|{_NUMBER}\s*(?:-|to)\s*{_NUMBER}) (?:people|pax|men|ppl|persons)\b"
    rf"|\b{_WITH}(?:an? )?(?:headcount|staff strength|staff size|team size|workforce) (?:of |is )?(?:{_BOUND} ?)?"
    rf"{_RANGE}"
    rf"|\b{_WITH}(?:an? )?{_MONEY} (?:of |is )?(?:{_BOUND} ?)?{_CURRENCY}{_RANGE}(?: ?(?:dollars|sgd|usd))?"
    rf"|\b{_WITH}(?:{_BOUND} ?)?{_CURRENCY}{_RANGE} (?:in |of )?{_MONEY}\b"
)


class Sizes(NamedTuple):
    """The sizes as they are written, and the rest of the text."""

    ignored: tuple[str, ...]
    rest: str


def find_sizes(text: str) -> Sizes:
    """Finds the sizes in a text in lower case."""
    found = tuple(" ".join(each[0].split()).removeprefix("with ") for each in _SIZE.finditer(text))
    return Sizes(found, _SIZE.sub(" ", text) if found else text)
