"""Finds the codes in a table by the names of its columns, wherever the header is.

Met so far: the official workbooks (a few lines of title, then "SSIC 2025" and "SSIC 2025 Title", with more columns in
the definitions), lists with version, level and parent, and lists with a column per level.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadgen.ssic.codes import LEVELS, Listed
from leadgen.ssic.tables import Table

#: A header stands among the first rows.
DEEPEST_HEADER = 40
#: A longer text in the code column is a footnote.
LONGEST_CODE = 20

_VERSION = re.compile(r"(?:ssic|classification)\W{0,3}(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(r"20\d\d")
_SECTION = re.compile(r"section ([a-z])", re.IGNORECASE)
_TITLES = ("title", "description")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns by content: `code`, `title`, `level`, `version`, `parent`, a level's name, `<level> title`."""

    columns: dict[str, int]
    header: list[str]
    #: The row of the header, from 0.
    at: int
    #: That the columns' names tell: "SSIC 2025".
    version: str | None
    is_of_definitions: bool


def version_in(text: str) -> str | None:
    """Finds the version in a text: '2025' in "SSIC 2025 Title" or "ssic2025-classification.xlsx"."""
    found = _VERSION.search(text)
    return found[1] if found else None


def find_layout(table: Table) -> Layout | None:
    """Finds the layout of a list of codes; `None` for other tables, such as an index or a correspondence."""
    for at, row in enumerate(table.rows[:DEEPEST_HEADER]):
        columns: dict[str, int] = {}
        versions = set()
        for position, name in enumerate(row):
            role, version = _role(name)
            if role:
                columns.setdefault(role, position)
            if role in ("code", "title") and version:
                versions.add(version)
        is_list = "code" in columns or "subclass" in columns
        if is_list and any(role.endswith("title") for role in columns) and len(versions) <= 1:
            is_of_definitions = any("detailed definition" in name.lower() for name in row)
            return Layout(columns, row, at, next(iter(versions), None), is_of_definitions)
    return None


def declared_version(table: Table, layout: Layout) -> str | None:
    """Finds the version that the table itself names: above its codes, in the lines before, or as the sheet's name."""
    above = (cell for row in table.rows[: layout.at] for cell in row)
    return layout.version or next((found for text in (*above, table.sheet) if (found := version_in(text))), None)


def entries(table: Table, layout: Layout) -> Iterator[tuple[str | None, Listed]]:
    """Yields every listed code, with the version that its row names."""
    for number, row in enumerate(table.rows[layout.at + 1 :], start=layout.at + 2):
        cells = {role: row[at] for role, at in layout.columns.items() if at < len(row) and row[at]}
        if "code" in cells and cells["code"] == layout.header[layout.columns["code"]]:
            if row == layout.header:
                continue  # the header again, as on a new page
            return  # another table begins
        for listed in _entries_of(cells, f"{table.name}, row {number}", layout.is_of_definitions):
            yield (year[0] if (year := _YEAR.search(cells.get("version", ""))) else None), listed


def _entries_of(cells: dict[str, str], place: str, is_defined: bool) -> Iterator[Listed]:
    given = [level for level in LEVELS if level in cells]
    section = cells.get("section") or (cells.get("parent") if len(cells.get("parent", "")) == 1 else None)
    for level in given:
        if level == given[-1] and "code" not in cells:
            title = cells.get(f"{level} title") or cells.get("title", "")
        else:
            title = cells.get(f"{level} title", "")
        yield Listed(place, cells[level], title, level, section, is_defined)
    code = cells.get("code", "")
    if match := _SECTION.fullmatch(code):
        code = match[1]
    if code and len(code) <= LONGEST_CODE:
        level = re.sub("[^a-z]", "", cells.get("level", "").lower())
        yield Listed(place, code, cells.get("title", ""), level if level in LEVELS else None, section, is_defined)


def _role(name: str) -> tuple[str | None, str | None]:
    """Returns the content and the version in a column's name: "SSIC 2025 Title" is the title of 2025."""
    words = re.findall(r"[a-z]+|\d+", re.sub(r"sub[-_ ]class", "subclass", name.lower()))
    version = next((word for word in words if _YEAR.fullmatch(word)), None)
    match [word for word in words if word not in ("ssic", "code", "codes", version)]:
        case [] if "ssic" in words or "code" in words:
            return "code", version
        case [title] if title in _TITLES:
            return "title", version
        case [level] if level in LEVELS:
            return level, version
        case [level, title] if level in LEVELS and title in _TITLES:
            return f"{level} title", version
        case ["version" | "level" | "parent" as role]:
            return role, version
    return None, version
