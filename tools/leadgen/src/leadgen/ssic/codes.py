"""A classification: a hierarchy of codes on five levels. Other lists are refused, with advice.

A code tells its own level (a letter, then two to five digits) and its parent (itself without the last digit). Only
which section a division belongs to has to be said by the list, at best by its order.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from common.errors import Permanent

LEVELS = ("section", "division", "group", "class", "subclass")
#: No version of SSIC has had fewer: a list that has is an extract.
FEWEST = {"section": 15, "subclass": 500}

GET_THE_STRUCTURE = (
    'Get the "Classification Structure" of that version from the Department of Statistics (singstat.gov.sg).'
)


class NotAClassification(Permanent):
    """The file is not a version of SSIC, or not all of it. Nothing has been written."""


class Code(NamedTuple):
    """A code of the classification. A section has no parent."""

    code: str
    level: str
    title: str
    parent_code: str | None


class Listed(NamedTuple):
    """One code in a file's list. `place` names the row, for people; missing values are `None` or ''."""

    place: str
    code: str
    title: str
    level: str | None = None
    section: str | None = None
    #: From a workbook of definitions, which repeats its codes below, in an index of activities.
    is_defined: bool = False


def level_of(code: str) -> str | None:
    """Returns the level of a code by its form; `None` for other texts."""
    if len(code) == 1 and code.isascii() and code.isalpha():
        return "section"
    return LEVELS[len(code) - 1] if 2 <= len(code) <= 5 and code.isascii() and code.isdigit() else None


def classification(listed: Iterable[Listed], version: str) -> list[Code]:
    """Returns all codes of a version in the list's order, complete and consistent. Raises NotAClassification."""
    codes: dict[str, Code] = {}
    places: dict[str, str] = {}
    section, last = None, ""
    for entry in listed:
        code = last = _with_its_zero(entry, last)
        level = level_of(code)
        if level is None or (entry.level is not None and entry.level != level):
            raise NotAClassification(
                f"{entry.place}: {entry.code!r} is not a code of SSIC{f' for a {entry.level}' if entry.level else ''}: "
                "those are a letter or two to five digits. Correct the row, or take it out."
            )
        if level == "section":
            section = code
        known = codes.get(code)
        if known is None or not known.title:
            parent = (entry.section or section) if level == "division" else code[:-1] or None
            if level == "division" and parent is None:
                raise NotAClassification(
                    f"{entry.place}: division {code} comes before any section, so nothing says where it belongs. "
                    f"Keep the official order: each section's letter and title, then its divisions."
                )
            codes[code] = Code(code, level, entry.title, parent)
            places[code] = entry.place
        elif entry.title and entry.title.casefold() != known.title.casefold() and not entry.is_defined:
            raise NotAClassification(
                f"{entry.place}: {code} is {entry.title!r}, but {known.title!r} in {places[code]}. Take one row out."
            )
    _check(codes, places, version)
    return list(codes.values())


def _with_its_zero(entry: Listed, last: str) -> str:
    """Returns the code with the leading zero that it lost as a spreadsheet's number.

    Where the level is not said, the row's place in the list tells: below 011, 111 is the class 0111.
    """
    code = entry.code
    if not code.isdigit():
        return code.upper()
    if entry.level is not None:
        return code.zfill(LEVELS.index(entry.level) + 1)
    padded = "0" + code
    if len(code) == 1 or (len(padded) > 2 and last.startswith(padded[:-1])):
        return padded
    return code


def _check(codes: dict[str, Code], places: dict[str, str], version: str) -> None:
    counts = Counter(code.level for code in codes.values())
    if not counts["subclass"]:
        raise NotAClassification(f"SSIC {version}: there are no five-digit codes in it. {GET_THE_STRUCTURE}")
    for code in codes.values():
        if not code.title:
            raise NotAClassification(f"{places[code.code]}: {code.code} has no title. Give it one.")
        if code.parent_code is not None and code.parent_code not in codes:
            raise NotAClassification(
                f"{places[code.code]}: {code.code} belongs below {code.parent_code}, which the file lacks. Either rows "
                f"are missing, or codes have lost their leading zeros. {GET_THE_STRUCTURE}"
            )
    parents = {code.parent_code for code in codes.values()}
    for code in codes.values():
        if code.level == "section" and code.code not in parents:
            raise NotAClassification(
                f"{places[code.code]}: section {code.code} has no division below it. Keep the official order: "
                "each section's letter and title, then its divisions."
            )
    for level, fewest in FEWEST.items():
        if counts[level] < fewest:
            raise NotAClassification(
                f"SSIC {version}: {counts[level]} codes of level {level} are too few for a whole version "
                f"(at least {fewest}). {GET_THE_STRUCTURE}"
            )
