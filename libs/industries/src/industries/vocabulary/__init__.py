"""How Singapore's trade speaks of industries. The words stand in the text files beside this module, one meaning a line.

    phrase, other phrase = codes ; facet codes ; facet codes

The codes are of SSIC 2020 (`+code`: of a later version alone; see editions.py). Those without a facet are meant when
the phrase is said alone. A facet is an activity: `make`, `wholesale`, `retail`, `repair`, `rent`, `install` and so on,
"furniture shops" being the facet `retail` of "furniture". A line whose codes all have facets is about goods: alone it
means makers, wholesalers and retailers in goods_sold.txt and the makers in goods_made.txt.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

#: Who is meant when goods are named without an activity, by file.
ALONE = {"goods_sold": ("make", "wholesale", "retail"), "goods_made": ("make",)}

MEANINGS = ("services", "people", "building", "moving", "money", "goods_sold", "goods_made")


class Entry(NamedTuple):
    """A phrase of the trade and the codes meant by it: those of the facet `""` when it is said alone."""

    phrase: str
    facets: dict[str, tuple[str, ...]]


@cache
def entries() -> tuple[Entry, ...]:
    """Every phrase. Raises ValueError where a phrase is there twice, or a line is not understood."""
    found: dict[str, Entry] = {}
    for name in MEANINGS:
        for line in _lines(name):
            phrases, _, meant = line.partition(" = ")
            facets = dict(_facets(meant))
            alone = dict.fromkeys(code for facet in ALONE.get(name, ()) for code in facets.get(facet, ()))
            facets.setdefault("", tuple(alone))
            if not facets[""]:
                raise ValueError(f"{name}.txt: {line!r} says no codes for the phrase alone")
            for phrase in map(str.strip, phrases.split(",")):
                if phrase in found:
                    raise ValueError(f"{name}.txt: {phrase!r} is there already")
                found[phrase] = Entry(phrase, facets)
    return tuple(found.values())


@cache
def spellings() -> dict[str, str]:
    """Other forms of words, and the form that stands for them all."""
    pairs = (line.split(" = ") for line in _lines("spellings"))
    return {other: form for form, others in pairs for other in others.split()}


@cache
def changes() -> dict[str, tuple[str, ...]]:
    """What became of codes of SSIC 2020 in SSIC 2025; those not here stayed as they were."""
    pairs = (line.split(" = ") for line in _lines("changes_2025"))
    return {old: tuple(new.split()) for old, new in pairs}


class Activity(NamedTuple):
    """A word for what is done with goods, and the facets it asks for. A weak word is no industry by itself."""

    facets: tuple[str, ...]
    is_weak: bool


@cache
def activities() -> dict[str, Activity]:
    """The activities by their words."""
    found = {}
    for line in _lines("activities"):
        facets, _, words = line.partition(" =")
        for is_weak, part in enumerate(words.split(";")):
            found.update(dict.fromkeys(part.split(), Activity(tuple(facets.split()), bool(is_weak))))
    return found


@cache
def filler() -> frozenset[str]:
    """Words around an industry that say nothing about which one it is."""
    return _words("filler")


@cache
def ordinary() -> frozenset[str]:
    """Words of everyday English, which are no misspelt industry words."""
    return _words("ordinary")


@cache
def talk() -> tuple[str, ...]:
    """Phrases that hold a word of an industry and mean none: places, sales talk, legal forms."""
    return tuple(phrase for line in _lines("talk") for phrase in map(str.strip, line.split(",")) if phrase)


def _facets(meant: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in meant.split(";"):
        first, *rest = part.split() or [""]
        if first.isalpha() and len(first) > 1:
            yield first, tuple(rest)
        elif first:
            yield "", (first, *rest)


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> Iterator[str]:
    text = files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
