"""CSV that a spreadsheet shows as text and numbers, and never evaluates as a formula. Pure.

Spreadsheets take a cell as a formula if its text begins with one of these characters, or with blanks before them. Such
a text gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection). Every text is quoted: some
spreadsheets separate cells by semicolons, and an unquoted one would begin a cell.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Leading blanks: all that Unicode calls white space, and two characters without a width.
BLANKS = re.compile(r"\A[\s\ufeff\u200b]+")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, heading: bool = True) -> str:
    """Writes the rows in RFC 4180's format. Numbers stay numbers; `None` is an empty cell."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    if heading:
        writer.writerow(columns)
    writer.writerows([safe_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def safe_cell(value: object) -> object:
    """Returns the value for the cell: texts are made safe, since only a text can be a formula."""
    if not isinstance(value, str):
        return value
    stripped = BLANKS.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) or stripped.startswith(FORMULA_STARTS) else value
