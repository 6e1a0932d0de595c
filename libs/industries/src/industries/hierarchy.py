"""The codes of the classification and how they stand to each other, in one version or several side by side."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from common.contracts import Industry

#: From the top.
LEVELS = ("section", "division", "group", "class", "subclass")


class Code(NamedTuple):
    """A code of the classification, as `ssic_ref` has it."""

    version: str
    code: str
    level: str
    title: str
    parent_code: str | None


class VersionedCode(NamedTuple):
    """A code and the version of SSIC that it is of: some were reused with another meaning."""

    version: str
    code: str


class Hierarchy:
    """Codes, what is above and what is beneath them."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes = {VersionedCode(code.version, code.code): code for code in codes}
        self._children: dict[VersionedCode, list[VersionedCode]] = defaultdict(list)
        self._beneath: dict[VersionedCode, list[VersionedCode]] = defaultdict(list)
        for key, code in self._codes.items():
            if code.parent_code is not None:
                self._children[VersionedCode(key.version, code.parent_code)].append(key)
            if code.level == LEVELS[-1]:
                for each in self.upwards(key):
                    self._beneath[each].append(key)
        self.versions = tuple(sorted({key.version for key in self._codes}, reverse=True))

    def __contains__(self, key: VersionedCode) -> bool:
        return key in self._codes

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes.values())

    def sections(self) -> list[VersionedCode]:
        """The topmost codes of all versions."""
        return [key for key, code in self._codes.items() if code.level == LEVELS[0]]

    def get(self, key: VersionedCode) -> Code | None:
        """The code; None for an unknown one."""
        return self._codes.get(key)

    def industry(self, key: VersionedCode) -> Industry:
        """The code as events carry it. Raises KeyError for an unknown one."""
        code = self._codes[key]
        return Industry(version=code.version, code=code.code, level=code.level, title=code.title)

    def upwards(self, key: VersionedCode) -> Iterator[VersionedCode]:
        """The code itself, then what it is part of, up to the section."""
        at: VersionedCode | None = key
        while at is not None and (code := self._codes.get(at)) is not None:
            yield at
            at = None if code.parent_code is None else VersionedCode(key.version, code.parent_code)

    def beneath(self, key: VersionedCode) -> tuple[VersionedCode, ...]:
        """The five-digit codes at or beneath a code."""
        return tuple(self._beneath.get(key, ()))

    def children(self, key: VersionedCode) -> tuple[VersionedCode, ...]:
        """The codes one level down."""
        return tuple(self._children.get(key, ()))

    def topmost(self, keys: Iterable[VersionedCode]) -> list[VersionedCode]:
        """Those that are not beneath another of them, in their order, each once."""
        found = dict.fromkeys(key for key in keys if key in self._codes)
        return [key for key in found if not any(above in found for above in list(self.upwards(key))[1:])]

    def distance(self, key: VersionedCode, other: VersionedCode) -> int:
        """Steps up from `key` to what it has in common with `other`; as many as there are levels for nothing."""
        theirs = set(self.upwards(other))
        mine = list(self.upwards(key))
        if other in mine:
            return 0
        return next((steps for steps, each in enumerate(mine) if each in theirs), len(LEVELS))

    def distances(self, keys: Sequence[VersionedCode], others: Iterable[VersionedCode]) -> list[int]:
        """The least distance of each key to any of the others, in one pass over both; all 0 if no other is known."""
        aims = {key for key in others if key in self._codes}
        above = {each for key in aims for each in self.upwards(key)}
        return [self._least(key, aims, above) for key in keys] if aims else [0] * len(keys)

    def _least(self, key: VersionedCode, aims: Container[VersionedCode], above: Container[VersionedCode]) -> int:
        least = len(LEVELS)
        for steps, each in enumerate(self.upwards(key)):
            if each in aims:
                return 0
            if each in above:
                least = min(least, steps)
        return least
