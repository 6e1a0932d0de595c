"""The vocabulary: every word of it names codes that there are, and means the same in every version of SSIC."""

import csv
from collections.abc import Iterator
from functools import cache

import pytest

from industries import vocabulary
from industries.index import IndustryIndex
from industries.language.text.scripts import latin
from industries.language.text.words import folded_words
from industries.ssic import versions
from industries.ssic.hierarchy import Code, Hierarchy, VersionedCode
from testkit.checkout import SHARED
from testkit.register.industries import codes_2020, index_2020

DATA = SHARED / "data"
CODES_2020 = codes_2020()
KNOWN_2020 = {code.code for code in CODES_2020}
NEEDS_2025 = pytest.mark.skipif(not DATA.exists(), reason="SSIC 2025 is not part of the repository")


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes_2025() -> Iterator[Code]:
    for row in rows_of("ssic.csv"):
        if row["version"] == "2025":
            yield Code("2025", row["code"], row["level"], row["title"], row["parent_code"] or None)


@cache
def index_of_both() -> IndustryIndex:
    """The index of SSIC 2020 and 2025, built once."""
    return IndustryIndex([*CODES_2020, *codes_2025()])


def written() -> set[str]:
    return {code for entry in vocabulary.entries() for codes in entry.facets.values() for code in codes}


def test_every_code_of_the_vocabulary_is_one() -> None:
    """Every code of the vocabulary is one: those of 2020 are in 2020; those marked as later are not written without
    need.
    """
    later = {code for code in written() if code.startswith(versions.LATER)}
    assert written() - later <= KNOWN_2020
    assert {code.removeprefix(versions.LATER) for code in later}.isdisjoint(KNOWN_2020)


def test_every_phrase_is_there_once_and_says_something() -> None:
    """Two lines for the same words would hide each other."""
    seen: dict[tuple[str, ...], str] = {}
    for entry in vocabulary.entries():
        words = tuple(folded_words(latin(entry.phrase)))
        assert words, entry.phrase
        assert words not in seen, (entry.phrase, seen[words])
        seen[words] = entry.phrase


@pytest.mark.slow
def test_every_phrase_alone_gets_its_codes() -> None:
    """Every phrase alone gets its codes, but for those that are everyday words too, and for whole titles, which mean
    their own code.
    """
    index = index_2020()
    hierarchy = Hierarchy(CODES_2020)
    titles = {tuple(folded_words(code.title.lower())) for code in CODES_2020}
    talk = {frozenset(folded_words(each)) for each in vocabulary.talk()}
    for entry in vocabulary.entries():
        if frozenset(folded_words(entry.phrase)) in talk or tuple(folded_words(entry.phrase)) in titles:
            continue
        meant = {each for key in versions.expand(entry.facets[""], hierarchy) for each in hierarchy.beneath(key)}
        assert set(index.resolve([entry.phrase]).codes) == meant, entry


@NEEDS_2025
def test_every_code_of_the_vocabulary_means_the_same_in_2025() -> None:
    """Every code of the vocabulary means the same in 2025: what became of it exists there, and a code that was reused
    is never kept as it is.
    """
    hierarchy = Hierarchy([*CODES_2020, *codes_2025()])
    reused = {row["code"] for row in rows_of("ssic_changes_2020_2025.csv") if row["status"] == "reused"}
    for code in written():
        meant = versions.expand([code], hierarchy)
        assert any(key.version == "2025" for key in meant), code
        if code in reused - {"01421"}:  # poultry, in both
            assert VersionedCode("2025", code) not in meant


@NEEDS_2025
def test_the_changes_are_all_that_there_were() -> None:
    """Every code that vanished or was reused leads to codes of 2025; retitled ones stay but for two renumbered."""
    rows = rows_of("ssic_changes_2020_2025.csv")
    changes = vocabulary.changes()
    in_2025 = {row["code"] for row in rows if row["title_2025"]}
    assert set(changes) == {row["code"] for row in rows if row["status"] in ("only_2020", "reused")} | {"854", "8540"}
    assert {code for became in changes.values() for code in became} <= in_2025


@NEEDS_2025
@pytest.mark.parametrize(
    ("term", "in_2020", "in_2025"),
    [
        ("finance", {"K"}, {"L"}),
        ("training", {"854"}, {"855"}),
        ("polytechnics", {"85301"}, {"85401"}),
        ("road construction", {"421"}, {"422"}),
        ("search engines", {"63120"}, {"63901"}),
        ("news agencies", {"63901"}, {"60301"}),
        ("carbon capture", {"38200"}, {"38200", "39000"}),
        ("egg farms", {"0142"}, {"0142"}),
    ],
)
def test_words_get_the_codes_of_each_version(term: str, in_2020: set[str], in_2025: set[str]) -> None:
    """Both versions side by side: a row's code is read in its own."""
    found = index_of_both().resolve([term]).industries
    assert {each.code for each in found if each.version == "2020"} == in_2020
    assert {each.code for each in found if each.version == "2025"} == in_2025


@pytest.mark.slow
@NEEDS_2025
def test_an_explicit_code_is_meant_where_it_means_the_same() -> None:
    """In all versions, in the newest alone where it was reused, and in the one that is named."""
    index = index_of_both()

    def meant(term: str) -> set[tuple[str, str]]:
        return {(each.version, each.code) for each in index.resolve([term]).industries}

    assert meant("SSIC 62011") == {("2020", "62011"), ("2025", "62011")}
    assert meant("63901") == {("2025", "63901")}
    assert meant("SSIC 2020 63901") == {("2020", "63901")}
    assert meant("85101") == {("2020", "85101")}
    assert meant("section K") == {("2025", "K")}


@NEEDS_2025
def test_an_exclusion_is_taken_away_in_every_version() -> None:
    """Codes of neither version are left beneath what is excluded."""
    index = index_of_both()
    resolution = index.resolve(["education except polytechnics"])
    assert {(each.version, each.code) for each in resolution.excluded} == {("2020", "85301"), ("2025", "85401")}
    assert not {("2020", "85301"), ("2025", "85401")} & {tuple(key) for key in resolution.codes}
