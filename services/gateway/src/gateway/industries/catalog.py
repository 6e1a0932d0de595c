"""The industry catalog in memory: finds industries by words and by codes, in all loaded versions of SSIC. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from common.contracts import Industry
from gateway.wording import one_of
from industries.index import IndustryIndex
from industries.ssic.hierarchy import Code, Hierarchy, VersionedCode


@dataclass(frozen=True, slots=True)
class Catalog:
    """An index of words and a hierarchy of codes."""

    index: IndustryIndex
    hierarchy: Hierarchy
    titles: Mapping[str, Sequence[VersionedCode]]

    @classmethod
    def build(cls, codes: Sequence[Code], usual: str | None = None) -> Self:
        """Builds the catalog; `usual` is the register's version. Takes tenths of a second: run it in a thread."""
        titles: dict[str, list[VersionedCode]] = defaultdict(list)
        for code in codes:
            titles[_one_line(code.title)].append(VersionedCode(code.version, code.code))
        return cls(IndustryIndex(codes, usual=usual), Hierarchy(codes, usual=usual), dict(titles))

    def find(self, code: str) -> list[Industry]:
        """Finds a code: one industry with a version (`2020:25`); without it, that of each version that has the code."""
        version, _, bare = code.rpartition(":")
        keys = (VersionedCode(each, bare) for each in ([version] if version else self.hierarchy.versions))
        return [self.hierarchy.industry(key) for key in keys if key in self.hierarchy]

    def entitled(self, title: str) -> list[Industry]:
        """Finds the industries of all levels and versions with this title, in any case."""
        return [self.hierarchy.industry(key) for key in self.titles.get(_one_line(title), ())]

    def titles_of(self, codes: Iterable[str]) -> dict[str, str]:
        """Returns the titles of codes, with or without their version; unknown codes are left out."""
        return {code: one_of(industries) for code in codes if (industries := self.find(code))}


def _one_line(title: str) -> str:
    return " ".join(title.lower().split())


def versioned(industry: Industry) -> str:
    """Returns the industry's code with its version, as an ICP stores it: some codes have two meanings."""
    return f"{industry.version}:{industry.code}"
