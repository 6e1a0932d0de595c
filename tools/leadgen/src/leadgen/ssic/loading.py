"""Loads versions of SSIC from a file, whole or not at all: it reads and checks everything before it writes."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from leadgen.database.owner_connection import connected
from leadgen.ssic import reference
from leadgen.ssic.codes import GET_THE_STRUCTURE, LEVELS, Code, Listed, NotAClassification, classification
from leadgen.ssic.layout import declared_version, entries, find_layout, version_in
from leadgen.ssic.tables import read_tables

SAY_WHICH = "Say which version it is, such as --version 2025."


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A version whose codes in `ssic_ref` are now exactly those of the file."""

    version: str
    #: Codes per level, highest level first.
    levels: dict[str, int]
    #: Whether the database held nothing of this version before.
    is_new: bool
    added: int
    changed: int
    removed: int


async def load_ssic(file: Path, database_url: str, version: str | None = None) -> list[LoadedVersion]:
    """Replaces each version in the file, or the requested one, in one transaction. May be repeated.

    Connects as the tables' owner. Raises NotAClassification, DatabaseRefused or Unavailable: then nothing has changed.
    Services read the codes at their start only.
    """
    versions = await asyncio.to_thread(read_versions, file, version)
    loaded = []
    async with connected(database_url) as connection, connection.transaction():
        await connection.execute(reference.KEEP_OTHERS_FROM_WRITING)
        for name, codes in versions.items():
            is_known = await connection.fetchval(reference.HOLDS, name)
            changes, removed = await reference.replace(connection, name, codes)
            counts = Counter(code.level for code in codes)
            levels = {level: counts[level] for level in LEVELS}
            loaded.append(LoadedVersion(name, levels, not is_known, *changes, removed))
    return loaded


def read_versions(file: Path, asked: str | None = None) -> dict[str, list[Code]]:
    """Reads the versions in a file, each complete, or only the requested one. Raises NotAClassification."""
    if asked is not None and not re.fullmatch(r"20\d\d", asked):
        raise NotAClassification(f"{asked!r} is not a version of SSIC: versions are years, such as --version 2025.")
    listed: dict[str, list[Listed]] = {}
    for table in read_tables(file):
        layout = find_layout(table)
        if layout is None:
            continue
        declared = declared_version(table, layout)
        for of_row, entry in entries(table, layout):
            version = of_row or declared or asked or version_in(file.name)
            if version is None:
                raise NotAClassification(f"{table.name} does not say which version of SSIC it is. {SAY_WHICH}")
            listed.setdefault(version, []).append(entry)
    if not listed:
        raise NotAClassification(
            f"{file}: no list of codes is in it: a column such as 'SSIC 2025' or 'code', and one such as "
            f"'SSIC 2025 Title' or 'title'. {GET_THE_STRUCTURE}"
        )
    if asked is not None and asked not in listed:
        raise NotAClassification(
            f"{file}: is of SSIC {' and '.join(sorted(listed))}, as it says itself, not of {asked}. "
            "Choose another file, or leave out --version."
        )
    wanted = [asked] if asked is not None else sorted(listed)
    return {version: classification(listed[version], version) for version in wanted}
