"""Versions of SSIC. A code's meaning depends on its version; the vocabulary uses the codes of 2020.

In 2025, 48 codes were reused with another meaning, 112 were removed, and the section letters from J on moved;
vocabulary/changes_2025.txt lists the changes. A version newer than 2025 is treated like 2025.
"""

from collections.abc import Container, Iterable, Iterator

from industries import vocabulary
from industries.ssic.hierarchy import Hierarchy, VersionedCode

VOCABULARY_VERSION = "2020"

#: Prefix of codes in the vocabulary that exist only in versions after 2020.
LATER = "+"


def is_later(version: str) -> bool:
    """Returns whether a version is newer than that of the vocabulary."""
    return version > VOCABULARY_VERSION


def expand(written: Iterable[str], hierarchy: Hierarchy) -> list[VersionedCode]:
    """Translates codes of the vocabulary to the codes of every loaded version."""
    return [
        VersionedCode(version, code)
        for version in hierarchy.versions
        for each in written
        for code in _in_version(each, version)
        if VersionedCode(version, code) in hierarchy
    ]


def read_code(code: str, hierarchy: Hierarchy, versions: Container[str] = ()) -> list[VersionedCode]:
    """Reads a code that was written as a code: in the versions named, else in all versions where it means the same.

    If a later version reused the code, the register's usual version counts, else the newest.
    """
    known = [
        VersionedCode(version, code) for version in hierarchy.versions if VersionedCode(version, code) in hierarchy
    ]
    if named := [key for key in known if key.version in versions]:
        return named
    is_reused = code in vocabulary.changes() and any(is_later(key.version) for key in known)
    if not is_reused:
        return known
    return [key for key in known if key.version == hierarchy.usual] or known[:1]


def _in_version(written: str, version: str) -> Iterator[str]:
    if written.startswith(LATER):
        if is_later(version):
            yield written.removeprefix(LATER)
    elif is_later(version):
        yield from vocabulary.changes().get(written, (written,))
    else:
        yield written
