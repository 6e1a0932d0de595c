"""Recognises values in the register's own form, at a cost of some microseconds per row."""

import re
from collections.abc import Callable

from leadgen.load.files.header import Header
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.values import CODES, DATES, LONGEST_UEN_CHARS, MISSING, STATUS, day

#: Maximum number of codes and of ends of rows that are remembered.
MOST_CODES, MOST_ENDS = 10_000, 10_000

#: Words for "missing" other than `na`.
ANY_WORD = (
    r"N(?:A|ULL|ull|/A|\.A\.?|aN|aT|one|ONE|IL|il)|n(?:/a|ull|\.a\.?|an|at|one|il)|\\N|-{1,3}"
    r"|#(?:N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!)|<(?:NA|null|NULL)>"
    r"|\((?:null|NULL|blank|none|None|nil|NIL)\)|N(?:ot|OT) (?:[Aa]v|AV|[Aa]p|AP)[A-Za-z]+|undefined"
)
#: Such a word as a value, and a blank at an end of a value. Each starts with a literal for speed.
_WORD = re.compile(rf",(?:{ANY_WORD})(?=,|$)")
#: How such a word begins: few values do, and this is found twice as fast.
_START = re.compile(r",(?:[N\\#<(\-u]|n(?!a(?:,|$)))")
_BLANK = re.compile(r" (?:(?=,)|(?<=, ))")
_NONE = frozenset({"", MISSING})


def usual(header: Header, tally: Tally) -> Callable[[str], bool]:
    """Builds a test of whether a row without quotes has only values in the register's form; it counts such rows.

    It is called for every row: values that were right before are looked up.
    """
    places = {name: header.position(name) for name in ("uen", STATUS, "postal_code", *CODES, *DATES)}
    uen_at, status_at, postal_at, date_at = (places[name] for name in ("uen", STATUS, "postal_code", DATES[0]))
    codes_at = [at for name in CODES if (at := places[name]) is not None]
    dates_at = [at for name in DATES if (at := places[name]) is not None]
    last = max(at for at in places.values() if at is not None) + 1
    codes, days = set(_NONE), set(_NONE)
    #: The ends of rows behind these columns: nearly all are the same few, of missing values.
    ends: set[str] = set()

    def is_usual(bare: str) -> bool:
        fields = bare.split(",", last)
        rest = fields[last] if len(fields) > last else ""
        # Up to the comma before the rest if that was right before.
        upto = len(bare) - len(rest) - (len(fields) > last) if rest in ends else len(bare)
        if (_START.search(bare, 0, upto) and _WORD.search(bare, 0, upto)) or _BLANK.search(bare, 0, upto + 1):
            return False
        if upto == len(bare) and len(ends) < MOST_ENDS:
            ends.add(rest)
        uen = fields[uen_at or 0]
        # A word alone is missing, or stands for one in quotes.
        if not uen.isalnum() or uen != uen.upper() or uen.isalpha() or len(uen) > LONGEST_UEN_CHARS:
            return False
        for at in dates_at:
            if (value := fields[at]) not in days:
                if day(value) != value:
                    return False
                days.add(value)
        for at in codes_at:
            if (value := fields[at]) not in codes:
                if not value.isdigit():
                    return False
                if len(codes) < MOST_CODES:
                    codes.add(value)
        has_postal_code = postal_at is not None and fields[postal_at] not in _NONE
        if (has_postal_code and not fields[postal_at or 0].isdigit()) or (
            status_at is not None and fields[status_at] == "q"  # in quotes: it is not here
        ):
            return False
        if status_at is not None:
            tally.count_status(fields[status_at])
        tally.with_postal_code += has_postal_code
        tally.dated += date_at is not None and fields[date_at] not in _NONE
        tally.rows += 1
        return True

    return is_usual
