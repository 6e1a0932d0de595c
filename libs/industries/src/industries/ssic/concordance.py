"""The concordance of the loaded versions of SSIC: the codes of an industry in each version.

vocabulary/changes_2025.txt lists the successors of the codes of 2020; this module reads it in both directions. A later
code that covers only a part of an earlier one ("902" of "900", section "K" of "J") corresponds to the smaller codes
within it.
"""

from collections import defaultdict
from collections.abc import Container, Iterable

from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode
from industries.ssic.versions import expand, is_later


class Concordance:
    """Finds the codes that correspond to a code in other versions."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._became: dict[VersionedCode, list[VersionedCode]] = {}
        #: For a later code and an earlier version: the codes that became this code, alone or among others.
        self._origins: dict[tuple[VersionedCode, str], list[VersionedCode]] = defaultdict(list)
        if not any(is_later(version) for version in hierarchy.versions):
            return
        for code in hierarchy:
            if is_later(code.version):
                continue
            key = VersionedCode(code.version, code.code)
            self._became[key] = [each for each in expand([key.code], hierarchy) if is_later(each.version)]
            for each in self._became[key]:
                self._origins[each, key.version].append(key)

    def corresponding(self, key: VersionedCode) -> tuple[VersionedCode, ...]:
        """Returns the code itself, then the codes that correspond to it; nothing for an unknown code."""
        if key not in self._hierarchy:
            return ()
        found = [key]
        for version in self._hierarchy.versions:
            if version != key.version:
                found += self._in_version(key, version)
        return tuple(found)

    def in_all_versions(self, keys: Iterable[VersionedCode]) -> tuple[VersionedCode, ...]:
        """Adds the corresponding codes for each loaded version that has none among the given codes."""
        known = tuple(keys)
        missing = set(self._hierarchy.versions) - {key.version for key in known}
        if not missing:
            return known
        return tuple(
            dict.fromkeys((*known, *(e for key in known for e in self.corresponding(key) if e.version in missing)))
        )

    def _in_version(self, key: VersionedCode, version: str) -> Iterable[VersionedCode]:
        if is_later(key.version) == is_later(version):
            same = VersionedCode(version, key.code)
            return (same,) if same in self._hierarchy else ()
        if is_later(version):
            return (each for each in self._became[key] if each.version == version)
        return self._earlier(key, version)

    def _earlier(self, key: VersionedCode, version: str) -> Iterable[VersionedCode]:
        """Finds earlier codes that became only this code, else parts that did, else codes that became it and others."""
        if whole := [each for each in self._origins.get((key, version), ()) if self._is_only(each, key.version, {key})]:
            return self._hierarchy.topmost(whole)
        beneath = set(self._hierarchy.beneath(key))
        beneath |= {each for each in self._hierarchy.upwards(key) if beneath.issuperset(self._hierarchy.beneath(each))}
        origins = (each for code in beneath for each in self._origins.get((code, version), ()))
        parts = {each for each in origins if self._hierarchy.beneath(each) == (each,)}
        return self._joined({each for each in parts if self._is_only(each, key.version, beneath)} or parts, key)

    def _is_only(self, key: VersionedCode, version: str, among: Container[VersionedCode]) -> bool:
        """Returns whether all codes that a code became in a version are among these."""
        return all(each in among for each in self._became[key] if each.version == version)

    def _joined(self, parts: set[VersionedCode], key: VersionedCode) -> list[VersionedCode]:
        """Joins five-digit codes to the fewest codes that cover exactly these, none above the level of `key`."""
        highest = self._level(key)
        wholes = (
            above
            for part in sorted(parts)
            for above in self._hierarchy.upwards(part)
            if self._level(above) >= highest and parts.issuperset(self._hierarchy.beneath(above))
        )
        return self._hierarchy.topmost(wholes)

    def _level(self, key: VersionedCode) -> int:
        code = self._hierarchy.get(key)
        return LEVELS.index(code.level) if code else len(LEVELS)
