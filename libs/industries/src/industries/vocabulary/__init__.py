"""The vocabulary of industries in Singapore, in text files beside this module, one meaning per line.

    phrase, other phrase = codes ; facet codes ; facet codes

Codes are of SSIC 2020 (`+code`: of later versions only; see ssic/versions.py). Codes without a facet apply to the
phrase alone. A facet is an activity: `make`, `wholesale`, `retail`, `repair`, `rent`, `install` and so on; "furniture
shops" is the facet `retail` of "furniture". A line whose codes all have facets is about goods: alone, it means makers,
wholesalers and retailers in goods_sold.txt, and makers in goods_made.txt.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

#: Facets that goods stand for without an activity, by file.
ALONE = {"goods_sold": ("make", "wholesale", "retail"), "goods_made": ("make",)}

MEANINGS = (
    "compounds", "services", "people", "building", "moving", "money", "goods_sold", "goods_made",
    "malay", "chinese", "tamil",
)  # fmt: skip


class Entry(NamedTuple):
    """A phrase and its codes by facet; `""` is the phrase alone."""

    phrase: str
    facets: dict[str, tuple[str, ...]]


@cache
def entries() -> tuple[Entry, ...]:
    """Reads all phrases. Raises ValueError for a duplicate phrase or an invalid line."""
    found: dict[str, Entry] = {}
    for name in MEANINGS:
        for line in _lines(name):
            phrases, _, meant = line.partition(" = ")
            facets = dict(_facets(meant))
            alone = dict.fromkeys(code for facet in ALONE.get(name, ()) for code in facets.get(facet, ()))
            facets.setdefault("", tuple(alone))
            if not facets[""]:
                raise ValueError(f"{name}.txt: {line!r} has no codes for the phrase alone")
            for phrase in map(str.strip, phrases.split(",")):
                if phrase in found:
                    raise ValueError(f"{name}.txt: {phrase!r} occurs twice")
                found[phrase] = Entry(phrase, facets)
    return tuple(found.values())


@cache
def spellings() -> dict[str, str]:
    """Reads other spellings of words with the form that stands for them."""
    pairs = (line.split(" = ") for line in _lines("spellings"))
    return {other: form for form, others in pairs for other in others.split()}


@cache
def linkedin() -> dict[str, tuple[str, ...]]:
    """Reads LinkedIn's names of industries with their codes. They contain commas, and count as whole texts only."""
    pairs = (line.split(" = ") for line in _lines("linkedin"))
    return {name: tuple(codes.split()) for name, codes in pairs}


@cache
def official_index() -> tuple[tuple[str, str], ...]:
    """Reads the entries of the official alphabetical index, each with its code of SSIC 2020."""
    pairs = (line.split(" = ") for line in _lines("official_index"))
    return tuple((code, entry) for code, listed in pairs for entry in listed.split(" ; "))


@cache
def other_scripts() -> dict[str, str]:
    """Reads words around an industry in other scripts, with their English; "" for words that add nothing."""
    pairs = (line.split(" = ") for line in _lines("other_scripts"))
    return {word: "" if english == "-" else english for english, words in pairs for word in words.split()}


@cache
def changes() -> dict[str, tuple[str, ...]]:
    """Reads the successors in SSIC 2025 of codes of SSIC 2020; codes that are not listed did not change."""
    pairs = (line.split(" = ") for line in _lines("changes_2025"))
    return {old: tuple(new.split()) for old, new in pairs}


class Activity(NamedTuple):
    """The facets that a word for an activity asks for. A weak word is not an industry by itself."""

    facets: tuple[str, ...]
    is_weak: bool


@cache
def activities() -> dict[str, Activity]:
    """Reads the activities by their words."""
    found = {}
    for line in _lines("activities"):
        facets, _, words = line.partition(" =")
        for is_weak, part in enumerate(words.split(";")):
            found.update(dict.fromkeys(part.split(), Activity(tuple(facets.split()), bool(is_weak))))
    return found


@cache
def verbs() -> dict[str, str]:
    """Reads the verbs of companies' activities, with their nouns."""
    pairs = (line.split(" = ") for line in _lines("verbs"))
    return {verb: noun for noun, verbs in pairs for verb in verbs.split()}


@cache
def filler() -> frozenset[str]:
    """Reads words around an industry that do not help to identify it."""
    return _words("filler")


@cache
def ordinary() -> frozenset[str]:
    """Reads everyday English words, which are not misspelt industry words."""
    return _words("ordinary")


@cache
def talk() -> tuple[str, ...]:
    """Reads phrases that contain an industry word without naming an industry: places, sales talk, legal forms."""
    return tuple(phrase for line in _lines("talk") for phrase in map(str.strip, line.split(",")) if phrase)


class Area(NamedTuple):
    """A place and its postal sectors. A doubtful name is a word of trades too."""

    sectors: tuple[str, ...]
    is_doubtful: bool


@cache
def areas() -> dict[str, Area]:
    """Reads the places of Singapore by their names. Raises ValueError for a name that occurs twice."""
    found: dict[str, Area] = {}
    for line in _lines("places"):
        names, _, sectors = line.partition(" = ")
        for name in map(str.strip, names.split(",")):
            bare = name.removeprefix("?")
            if bare in found:
                raise ValueError(f"places.txt: {bare!r} occurs twice")
            found[bare] = Area(tuple(sectors.split()), name != bare)
    return found


@cache
def shapes() -> dict[str, frozenset[str]]:
    """Reads the classes of words that tell a request for companies from talk, as they are written."""
    pairs = (line.split(" = ") for line in _lines("shapes"))
    return {name: frozenset(words.split()) for name, words in pairs}


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
