"""The versions of SSIC beside each other: a code's meaning is of its version, and the vocabulary is written in 2020's.

48 codes were reused in 2025 with another meaning, 112 vanished and the section letters from J on moved. What became of
each stands in vocabulary/changes_2025.txt. A version that is newer than those known here is read like the newest known.
"""

from collections.abc import Container, Iterable, Iterator

from industries import vocabulary
from industries.hierarchy import Hierarchy, VersionedCode

WRITTEN_IN = "2020"

#: Before a code in the vocabulary: it is of the versions after 2020 alone.
LATER = "+"


def is_later(version: str) -> bool:
    """Whether a version is newer than the one that the vocabulary is written in."""
    return version > WRITTEN_IN


def codes_meant(written: Iterable[str], hierarchy: Hierarchy) -> list[VersionedCode]:
    """The codes of every loaded version that the vocabulary's codes stand for."""
    return [
        VersionedCode(version, code)
        for version in hierarchy.versions
        for each in written
        for code in _in_version(each, version)
        if VersionedCode(version, code) in hierarchy
    ]


def explicit(code: str, hierarchy: Hierarchy, versions: Container[str] = ()) -> list[VersionedCode]:
    """A code that was given as a code: of the versions named, else of all in which it means the same.

    Where a later version reused it, the newest is meant.
    """
    known = [
        VersionedCode(version, code) for version in hierarchy.versions if VersionedCode(version, code) in hierarchy
    ]
    if named := [key for key in known if key.version in versions]:
        return named
    is_reused = code in vocabulary.changes() and any(is_later(key.version) for key in known)
    return known[:1] if is_reused else known


def _in_version(written: str, version: str) -> Iterator[str]:
    if written.startswith(LATER):
        if is_later(version):
            yield written.removeprefix(LATER)
    elif is_later(version):
        yield from vocabulary.changes().get(written, (written,))
    else:
        yield written
