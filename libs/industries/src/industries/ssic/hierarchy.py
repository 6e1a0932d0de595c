"""The hierarchy of codes of the classification, in one or several versions."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from common.contracts import Industry

#: Levels of the hierarchy from the top.
LEVELS = ("section", "division", "group", "class", "subclass")


class Code(NamedTuple):
    """A row of `ssic_ref`."""

    version: str
    code: str
    level: str
    title: str
    parent_code: str | None


class VersionedCode(NamedTuple):
    """A code with its version of SSIC: some codes were reused with another meaning."""

    version: str
    code: str


class Hierarchy:
    """Codes with their ancestors and descendants. `usual` is the register's version, if it is known."""

    def __init__(self, codes: Iterable[Code], *, usual: str | None = None) -> None:
        self.usual = usual
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
        """Returns the topmost codes of all versions."""
        return [key for key, code in self._codes.items() if code.level == LEVELS[0]]

    def get(self, key: VersionedCode) -> Code | None:
        """Returns the code, or `None` if it is unknown."""
        return self._codes.get(key)

    def industry(self, key: VersionedCode) -> Industry:
        """Returns the code in the form that events carry. Raises KeyError for an unknown one."""
        code = self._codes[key]
        return Industry(version=code.version, code=code.code, level=code.level, title=code.title)

    def upwards(self, key: VersionedCode) -> Iterator[VersionedCode]:
        """Yields the code itself, then its ancestors up to the section."""
        at: VersionedCode | None = key
        while at is not None and (code := self._codes.get(at)) is not None:
            yield at
            at = None if code.parent_code is None else VersionedCode(key.version, code.parent_code)

    def beneath(self, key: VersionedCode) -> tuple[VersionedCode, ...]:
        """Returns the five-digit codes at or below a code."""
        return tuple(self._beneath.get(key, ()))

    def children(self, key: VersionedCode) -> tuple[VersionedCode, ...]:
        """Returns the codes one level down."""
        return tuple(self._children.get(key, ()))

    def topmost(self, keys: Iterable[VersionedCode]) -> list[VersionedCode]:
        """Removes duplicates and codes below another of the codes; keeps the order."""
        found = dict.fromkeys(key for key in keys if key in self._codes)
        return [key for key in found if not any(above in found for above in list(self.upwards(key))[1:])]

    def distance(self, key: VersionedCode, other: VersionedCode) -> int:
        """Counts the steps up from `key` to the first ancestor shared with `other`, or all levels if there is none."""
        theirs = set(self.upwards(other))
        mine = list(self.upwards(key))
        if other in mine:
            return 0
        return next((steps for steps, each in enumerate(mine) if each in theirs), len(LEVELS))

    def distances(self, keys: Sequence[VersionedCode], others: Iterable[VersionedCode]) -> list[int]:
        """Returns the smallest distance of each key to any of the others; all 0 if no other is known."""
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
