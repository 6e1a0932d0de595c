"""SSIC 2020 and 2025 side by side: an answer holds in both, and each code is found again in the other."""

import csv
from collections.abc import Iterator
from functools import cache

import pytest

from industries.index import IndustryIndex
from industries.ssic.hierarchy import Code, VersionedCode
from leadgen.ssic.resolve_eval import evaluate, read_terms
from testkit.checkout import SHARED

DATA = SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="SSIC 2025 is not part of the repository")


def rows_of(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def codes() -> list[Code]:
    rows = rows_of("ssic.csv")
    return [Code(row["version"], row["code"], row["level"], row["title"], row["parent_code"] or None) for row in rows]


@cache
def both() -> IndustryIndex:
    return IndustryIndex(codes())


def corresponding(version: str, code: str) -> list[str]:
    own, *others = both().corresponding(version, code)
    assert own == (version, code)
    return [other.code for other in others]


@pytest.mark.parametrize(
    ("term", "in_2020", "in_2025"),
    [
        ("aquaculture", ["032"], ["032"]),
        ("find me aquaculture companies please", ["032"], ["032"]),
        ("primary education", ["85102"], ["852"]),
        ("higher education", ["853"], ["854"]),
        ("online marketplaces", ["632"], ["632"]),
        ("information and communications", ["J"], ["J", "K"]),
        ("arts, entertainment and recreation", ["R"], ["S"]),
        ("carbon capture activities", ["38200"], ["39000"]),
    ],
)
def test_a_title_of_one_version_finds_the_rows_of_the_other(term: str, in_2020: list[str], in_2025: list[str]) -> None:
    """By its corresponding codes, or by its words where it has none; never the same number with another meaning."""
    found = both().resolve([term]).industries
    assert sorted(each.code for each in found if each.version == "2020") == in_2020
    assert sorted(each.code for each in found if each.version == "2025") == in_2025


def test_every_title_is_found_in_both_versions() -> None:
    """Every title is found in both versions, but for what is new in 2025 and was nothing of its own before."""
    new = {"93112", "94996"}
    for code in codes():
        found = both().resolve([code.title]).codes
        assert set(both().beneath(code.version, code.code)) <= set(found), code
        assert code.code in new or {key.version for key in found} == {"2020", "2025"}, code


@pytest.mark.parametrize(
    ("version", "code", "others"),
    [
        ("2020", "62011", ["62011"]),
        ("2020", "J", ["J", "K"]),
        ("2025", "J", ["58", "59", "60", "63901"]),
        ("2025", "S", ["R"]),
        ("2020", "63901", ["60301"]),
        ("2025", "63901", ["6312"]),
        ("2025", "85401", ["85301"]),
        ("2025", "10619", ["10613", "10619"]),
        ("2025", "902", ["90001", "90003"]),
        ("2025", "35400", ["35104", "35203"]),
        ("2025", "39000", []),
    ],
)
def test_counterparts_are_the_same_industry(version: str, code: str, others: list[str]) -> None:
    """Moved, split, joined; a part of what it was is the smaller codes; what is new has none."""
    assert corresponding(version, code) == others


def test_codes_with_the_same_title_are_counterparts_and_reused_ones_are_not() -> None:
    """At every level, there and back."""
    by_title: dict[tuple[str, str], list[VersionedCode]] = {}
    for code in codes():
        by_title.setdefault((code.level, code.title.lower()), []).append(VersionedCode(code.version, code.code))
    for same in by_title.values():
        if len(same) == 2 and same[0].version != same[1].version:
            for one, other in (same, same[::-1]):
                found = both().corresponding(*one)
                beneath = {key for each in found for key in both().beneath(*each)}
                assert set(both().beneath(*other)) & beneath, (one, other)
    reused = {row["code"] for row in rows_of("ssic_changes_2020_2025.csv") if row["status"] == "reused"}
    for number in reused - {"01421", "J"}:  # poultry in both; a part of it
        assert VersionedCode("2025", number) not in both().corresponding("2020", number)
        assert VersionedCode("2020", number) not in both().corresponding("2025", number)


def test_an_unknown_code_has_no_counterparts_and_one_version_has_none_elsewhere() -> None:
    """Nothing is made up."""
    assert both().corresponding("2020", "00000") == ()
    alone = IndustryIndex(code for code in codes() if code.version == "2025")
    assert alone.corresponding("2025", "85401") == (VersionedCode("2025", "85401"),)


@pytest.mark.parametrize("term", ["manufacturing except 10", "everything except retail", "education but not 854"])
def test_an_exclusion_holds_in_both_versions(term: str) -> None:
    """Each version is wanted, and each lacks what is left out."""
    resolution = both().resolve([term])
    for version in ("2020", "2025"):
        assert any(key.version == version for key in resolution.codes)
    gone = {key for each in resolution.excluded for key in both().beneath(each.version, each.code)}
    assert gone.isdisjoint(resolution.codes)


@pytest.mark.slow
def test_the_shared_terms_are_understood_in_both_versions_and_in_2025_alone() -> None:
    """The shared terms are understood in both versions and in 2025 alone, as well as in 2020 alone, with the codes that
    the file gives for each version.
    """
    terms = read_terms(DATA / "terms_dev.csv")
    for index in (both(), IndustryIndex(code for code in codes() if code.version == "2025")):
        evaluation = evaluate(index, terms, repeats=1)
        assert evaluation.negatives_answered == 0
        assert evaluation.right >= 0.95 * evaluation.terms, evaluation.wrong


@pytest.mark.slow
def test_a_reused_code_is_read_in_the_version_of_the_register() -> None:
    """Section K is finance in 2020 and computers in 2025: nearly all rows being of 2020, it is finance."""
    for usual, version in (("2020", "2020"), ("2025", "2025"), (None, "2025")):
        (found,) = IndustryIndex(codes(), usual=usual).resolve(["section K"]).industries
        assert found.version == version
