"""From words to codes: what is plainly meant is found, and nothing else is."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.ssic import ssic_2020
from upserter.industries import Code, IndustryIndex
from upserter.vocabulary import TRADES

CODES = [Code("2020", *code) for code in ssic_2020()]
INDEX = IndustryIndex(CODES)
TERMS = Path(__file__).parents[4] / "shared" / "data" / "terms_dev.csv"


def meant_by(*terms: str) -> list[str]:
    return [industry.code for industry in INDEX.resolve(terms).industries]


def test_every_title_names_its_code_in_any_dress() -> None:
    """A title in other letters, with `&` for `and` and more space, still is the title; its code is below the answer."""
    for code in CODES:
        dressed = f"  {code.title.swapcase()} ".replace(" AND ", " & ").replace(" and ", "  &  ")
        answer = INDEX.resolve([dressed]).codes
        assert set(INDEX.resolve([f"{'section' if code.level == 'section' else 'ssic'} {code.code}"]).codes) <= set(
            answer
        )


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("Manufacturing", ["C"]),
        ("manufacturers", ["C"]),
        ("Hi, could you find me manufacturing companies in Singapore please", ["C"]),
        ("F&B", ["56"]),
        ("food and beverage", ["56"]),
        ("IT", ["62"]),
        ("it companies", ["62"]),
        ("We look for IT firms", ["62"]),
        ("Real estate", ["L"]),
        ("construction", ["F"]),
        ("cleaning companies", ["812"]),
        ("food manufacturing", ["10"]),
        ("semiconductors", ["2611", "2827"]),
        ("hotels and restaurants", ["55101", "56111"]),
        ("hotels, F&B", ["55101", "56"]),
        ("call centers", ["82200"]),
        ("holding companies", ["642"]),
        ("we sell CRM to precision engineering firms that export", ["2591", "2599", "2822"]),
    ],
)
def test_what_people_say_is_understood(term: str, codes: list[str]) -> None:
    """Titles, trade words, lists and a chat around them."""
    assert meant_by(term) == codes


def test_a_code_stands_for_every_subclass_beneath_it() -> None:
    """And for no other: sections through their divisions, the rest by their first digits."""
    subclasses = [code.code for code in CODES if code.level == "subclass"]
    divisions = [code.code for code in CODES if code.parent_code == "C"]
    assert list(INDEX.resolve(["section C"]).codes) == [code for code in subclasses if code[:2] in divisions]
    for code in ("62", "620", "6201", "62011"):
        assert list(INDEX.resolve([code]).codes) == [each for each in subclasses if each.startswith(code)]


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("62", ["62"]),
        ("SSIC 2511", ["2511"]),
        ("ssic code: 46900", ["46900"]),
        ("companies under 46900", ["46900"]),
        ("division 62 and 63", ["62", "63"]),
        ("01111, 62011", ["01111", "62011"]),
        ("section C", ["C"]),
        ("25910", ["2591"]),
        ("find me 10 companies", []),
        ("50-200 employees", []),
        ("ssic 99999", []),
        ("2511 62", ["2511", "62"]),
    ],
)
def test_codes_are_taken_as_codes(term: str, codes: list[str]) -> None:
    """A number is a code where it stands alone or is called one; a count is not."""
    assert meant_by(term) == codes


@pytest.mark.parametrize(
    "term", ["", " ", "Hello!", "thanks a lot", "the", "companies in Singapore", "can you do it", "asdfgh", "products"]
)
def test_text_without_an_industry_resolves_to_nothing(term: str) -> None:
    """Rather nothing than something that was not said."""
    assert INDEX.resolve([term]) == ((), ())


def test_what_is_left_out_is_never_answered_with_what_it_is_left_out_of() -> None:
    """Exclusions are not understood yet: they get no answer, not the opposite one."""
    assert meant_by("manufacturing except food") == []


def test_what_a_title_excludes_does_not_match() -> None:
    """Division 64 is "... except insurance and pension funding"."""
    assert "64" not in meant_by("insurance")
    assert "65" in meant_by("insurance")


def test_terms_are_united_and_what_is_beneath_another_is_not_named_twice() -> None:
    """Order of the terms makes no difference to the codes."""
    there, back = (
        INDEX.resolve(["Manufacturing", "62011", "food manufacturing"]),
        INDEX.resolve(["10", "62011", "section C"]),
    )
    assert [industry.code for industry in there.industries] == ["C", "62011"]
    assert there.codes == back.codes
    assert len(there.codes) > 300


def test_every_trade_word_means_codes_that_exist() -> None:
    """The table is checked against the classification, and each of its words resolves to its codes."""
    known = {code.code for code in CODES}
    for word, codes in TRADES.items():
        assert set(codes) <= known, word
        assert set(meant_by(word)) == set(codes), word


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_an_answer_of_subclasses(terms: list[str]) -> None:
    """Never raises; industries and codes are both there or both absent."""
    resolution = INDEX.resolve(terms)
    assert all(len(code) == 5 for code in resolution.codes)
    assert bool(resolution.industries) == bool(resolution.codes)


def test_an_answer_takes_no_time() -> None:
    """Well under 2 ms at the median, on a machine that does other things too."""
    terms = [
        "Hi, could you find me manufacturing companies in Singapore please",
        "F&B and hotels",
        "cold storage",
        "x y z",
    ]
    durations = []
    for _ in range(50):
        for term in terms:
            started = time.perf_counter()
            INDEX.resolve([term])
            durations.append(time.perf_counter() - started)
    assert sorted(durations)[len(durations) // 2] < 0.002


@pytest.mark.skipif(not TERMS.exists(), reason="the vocabulary is not part of the repository")
def test_the_shared_vocabulary_is_mostly_understood_and_never_made_up() -> None:
    """Of the terms that name an industry most get every division they must and none that is wrong; others get none."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right = 0
    for row in rows:
        divisions = {code[:2] for code in INDEX.resolve([row["term"]]).codes}
        must, may = ({*row[column].split(";")} - {""} for column in ("must_divisions", "ok_divisions"))
        if row["mode"] == "none":
            assert not divisions, row["term"]
        elif divisions <= must | may:
            right += bool(divisions) and (must <= divisions if row["mode"] == "all" else bool(must & divisions))
    assert right >= 75
