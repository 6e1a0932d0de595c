"""Tells the valid rows of a CSV from the invalid ones, at a cost of some microseconds per row.

Nearly every row of the register is plain: ASCII, short, quoted as it should be or not at all. Its commas are counted
and its text goes on as it came. Every other row is parsed, checked and written again, so that PostgreSQL never reads it
differently. A row that stays open (a stray quote) takes only its own line with it: reading continues on the next line.
"""

import re
from collections.abc import Iterator

from leadgen.load.files.header import Header
from leadgen.load.files.lines import Lines
from leadgen.load.parsing.careful_rows import Found, read_with_care
from leadgen.load.parsing.tally import Tally
from leadgen.load.parsing.usual_rows import ANY_WORD, usual

PLAIN_CHARS = 600

#: A quoted field as it should be, without a quote in its value and not empty. Starts with a literal for speed.
_QUOTED_FIELD = re.compile(r'"(?<![^,]")[^"]+"(?![^,])')

#: A word for "missing" in quotes.
_QUOTED_WORD = re.compile(rf'"(?:{ANY_WORD})"')
#: A quoted value with a blank at an end.
_PADDED = re.compile(r'(?:^|,)"\s|\s"(?=,|$)')


def read_rows(lines: Lines, header: Header, tally: Tally) -> Iterator[Found]:
    """Yields the rows after the header, in order, without blank lines. Missing values become `na`, dates YYYY-MM-DD."""
    is_usual, commas = usual(header, tally), header.width - 1
    for number, text in lines:
        bare = _QUOTED_FIELD.sub("q", text) if '"' in text else text
        if (
            len(text) <= PLAIN_CHARS
            and text.isascii()
            and '"' not in bare
            and "\r" not in text
            and "\0" not in text
            and bare.count(",") == commas
            and "\t" not in bare
            and text
            and not (text[0].isspace() or text[-1].isspace())
            and (bare is text or not (_PADDED.search(text) or _QUOTED_WORD.search(text)))
            and is_usual(bare)
        ):
            if ",," not in text and not text.endswith(",") and not text.startswith(","):
                yield number, text, None
                continue
            if bare is text:
                yield number, _with_na(text), None
                continue
        if text:
            found = read_with_care(number, text, lines, header, tally)
            if found is not None:
                yield found


def _with_na(text: str) -> str:
    """Fills empty fields of a row without quotes."""
    text = text.replace(",,", ",na,").replace(",,", ",na,")
    return f"{'na' * text.startswith(',')}{text}{'na' * text.endswith(',')}"
