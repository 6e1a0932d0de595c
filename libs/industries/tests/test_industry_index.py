"""From words to codes: what is plainly meant is found, and nothing else is."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from industries.index import TALK, Code, IndustryIndex, VersionedCode
from leadgen.ssic.resolve_eval import evaluate, read_terms
from testkit.checkout import SHARED
from testkit.register.industries import codes_2020, index_2020

A_CODE = st.deferred(lambda: st.sampled_from(codes_2020()))
DATA = SHARED / "data"


def meant_by(*terms: str) -> list[str]:
    return [industry.code for industry in index_2020().resolve(terms).industries]


def divisions(*terms: str) -> set[str]:
    return {key.code[:2] for key in index_2020().resolve(terms).codes}


def test_every_title_names_its_code_in_any_dress() -> None:
    """A title in other letters, with `&` for `and` and more space, still is the title; its code is below the answer."""
    for code in codes_2020():
        dressed = f"  {code.title.swapcase()} ".replace(" AND ", " & ").replace(" and ", "  &  ")
        assert set(index_2020().beneath("2020", code.code)) <= set(index_2020().resolve([dressed]).codes), code


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
        ("Real estate", ["68"]),
        ("construction", ["F"]),
        ("hotels and restaurants", ["55101", "56111"]),
        ("hotels, F&B", ["55101", "56"]),
        ("call centers", ["82200"]),
        ("holding companies", ["642"]),
        ("companies in law", ["691"]),
        ("mid-sized software houses near Tuas", ["6201", "5820"]),
    ],
)
def test_what_people_say_is_understood(term: str, codes: list[str]) -> None:
    """Titles, trade words, lists and a chat around them, at the level that the words mean."""
    assert meant_by(term) == codes


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("furniture makers", ["310"]),
        ("manufacturers of furniture", ["31"]),
        ("furniture shops", ["47531"]),
        ("shops selling furniture", ["47531"]),
        ("furniture repair", ["95240"]),
        ("furniture and toy shops", ["47531", "47640"]),
        ("makers of toys and furniture", ["32400", "310"]),
        ("furniture manufacturing and retail", ["310", "47531"]),
        ("wholesale and retail of furniture", ["46431", "47531"]),
        ("valve distributors", ["46541"]),
        ("cnc machining and logistics", ["2591", "25997", "2822", "521", "5224", "5229"]),
    ],
)
def test_goods_take_the_activity_beside_them(term: str, codes: list[str]) -> None:
    """Before or after them, over a list, and with several activities."""
    assert meant_by(term) == codes


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ("logistics software", {"62", "58"}),
        ("hospital cleaning", {"81"}),
        ("construction insurance", {"65", "66"}),
        ("software for hotels", {"62", "58"}),
        ("we sell CRM software to precision engineering firms that export", {"25", "28"}),
        ("we sell insurance to hotels", {"55"}),
        ("tax consultants", {"69"}),
    ],
)
def test_the_word_that_says_what_a_company_is_counts(term: str, wanted: set[str]) -> None:
    """The last of a compound, what is before "for", and those to whom something is sold."""
    assert divisions(term) == wanted


NOTHING = """
the | any industry | companies in Singapore | products | asdfgh | can you do it | Hello! | thanks a lot
2024 | who are you? | key accounts | sales pipeline | HR managers | head of finance | marketing directors
decision makers | Pte Ltd | LLP | listed companies on SGX | 50-200 employees | revenue above 5 million | startups | MNCs
Orchard Road | near Changi | Raffles Place | export it to the CRM | send me an e-mail | our software | 65 6123 4567
show me the next ten | book a meeting | tell me more | save these leads | how does scoring work | summarise this
"""


@pytest.mark.parametrize("term", ["", " ", *re.split(r" \| |\n", NOTHING.strip())])
def test_text_without_an_industry_resolves_to_nothing_and_offers_nothing(term: str) -> None:
    """Greetings, sizes, roles, legal forms, places, follow-up talk: rather nothing than something that was not said."""
    resolution = index_2020().resolve([term])
    assert (resolution.industries, resolution.codes, resolution.confidence) == ((), (), 0.0)
    assert resolution.suggestions == ()


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("62", ["62"]),
        ("SSIC 2511", ["2511"]),
        ("SSIC no. 2511", ["2511"]),
        ("industry no 2511", ["2511"]),
        ("ssic code: 46900", ["46900"]),
        ("companies under 46900", ["46900"]),
        ("division 62 and 63", ["62", "63"]),
        ("divisions 10-12", ["10", "11", "12"]),
        ("01111, 62011", ["01111", "62011"]),
        ("SSIC 1111", ["01111"]),
        ("section C", ["C"]),
        ("25910", ["2591"]),
        ("2511 62", ["2511", "62"]),
        ("find me 10 companies", []),
        ("10000 employees", []),
        ("ssic 99999", []),
        ("food manufacturing, SSIC 62011", ["10", "62011"]),
    ],
)
def test_codes_are_taken_as_codes(term: str, codes: list[str]) -> None:
    """A number is a code where it stands alone or is called one; a count is not."""
    assert meant_by(term) == codes


@pytest.mark.parametrize(
    ("term", "codes", "since"),
    [
        ("manufacturing founded since 2020", ["C"], 2020),
        ("banks incorporated after 2015", ["641"], 2016),
        ("hotels set up in the last 3 years", ["55101"], 2023),
        ("hotels set up in the past five years", ["55101"], 2021),
        ("hotels less than 2 years old", ["55101"], 2024),
        ("law firms, 2019 or later", ["691"], 2019),
        ("companies established this year", [], 2026),
        ("hotels", ["55101"], None),
        ("founded before 2010", [], None),
        ("hotels before 2010", ["55101"], None),
        ("manufacturing established prior to 2010", ["C"], None),
    ],
)
def test_the_year_of_foundation_is_understood(term: str, codes: list[str], since: int | None) -> None:
    """The year of foundation is understood, and it is not taken for an industry code."""
    resolution = index_2020().resolve([term], year=2026)
    assert ([industry.code for industry in resolution.industries], resolution.founded_since) == (codes, since)


def test_a_span_of_years_needs_to_know_this_year() -> None:
    """Without it nothing is made up."""
    assert index_2020().resolve(["hotels set up in the last 3 years"]).founded_since is None


def test_what_resolves_to_nothing_asks_back_with_the_nearest_industries() -> None:
    """A word of several unlike titles is a question, and so is one that only looks like an industry's."""
    for term in ("ferrous", "elderly", "bakkary", "show me submarines"):
        resolution = index_2020().resolve([term])
        assert resolution.codes == ()
        assert 0 < len(resolution.suggestions) <= 5, term


def test_confidence_follows_from_what_an_answer_rests_on() -> None:
    """Codes and whole titles are certain, trade words less, corrected spellings less again."""
    code, title, trade, corrected = (
        index_2020().resolve([term]).confidence for term in ("62011", "Sewerage", "fintech", "restuarants")
    )
    assert 1.0 == code == title > trade > corrected > 0.5


def test_what_a_title_excludes_does_not_match() -> None:
    """Division 64 is "... except insurance and pension funding"."""
    assert "64" not in divisions("insurance")
    assert "65" in divisions("insurance")


def test_terms_are_united_and_what_is_beneath_another_is_not_named_twice() -> None:
    """Order of the terms makes no difference to the codes."""
    there = index_2020().resolve(["Manufacturing", "62011", "food manufacturing"])
    back = index_2020().resolve(["10", "62011", "section C"])
    assert [industry.code for industry in there.industries] == ["C", "62011"]
    assert there.codes == back.codes
    assert len(there.codes) > 300


def test_the_hierarchy_answers() -> None:
    """Titles, the level below, all five-digit codes, and how far one code is from another."""
    assert index_2020().title("2020", "56") == "FOOD AND BEVERAGE SERVICE ACTIVITIES"
    assert index_2020().title("2020", "00") is None
    assert [child.code for child in index_2020().children("2020", "56")] == ["561", "562"]
    assert [key.code for key in index_2020().beneath("2020", "5611")] == ["56111", "56112"]
    others = ("5611", "56112", "5612", "562", "55", "62")
    assert [index_2020().distance("2020", "56111", other) for other in others] == [0, 1, 2, 3, 4, 5]


@given(st.lists(A_CODE, max_size=8), st.lists(A_CODE, max_size=4), st.booleans())
def test_distances_are_the_least_of_all(some: list[Code], others: list[Code], is_unknown_there: bool) -> None:
    """Distances are the least of all: what distance() says of every pair, whatever the levels; all 0 when there is
    nothing to be near to.
    """
    keys, aims = ([VersionedCode(code.version, code.code) for code in each] for each in (some, others))
    least = [min((index_2020().distance(*key, aim.code) for aim in aims), default=0) for key in keys]
    unknown = [VersionedCode("2020", "00000")] if is_unknown_there else []
    assert index_2020().distances(keys, [*aims, *unknown]) == least


def test_codes_of_another_version_are_unrelated() -> None:
    """A code means something in its own version only."""
    assert index_2020().distances([VersionedCode("2020", "56111")], [VersionedCode("2025", "56111")]) == [0]
    both = IndustryIndex([*codes_2020(), Code("2025", "56111", "subclass", "Restaurants", None)])
    assert both.distances([VersionedCode("2020", "56111")], [VersionedCode("2025", "56111")]) == [5]


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_an_answer_of_five_digit_codes(terms: list[str]) -> None:
    """Never raises; industries and codes are both there or both absent, and confidence tells which."""
    resolution = index_2020().resolve(terms, year=2026)
    assert all(len(key.code) == 5 for key in resolution.codes)
    assert bool(resolution.industries) == bool(resolution.codes)
    if resolution.codes:
        assert resolution.confidence > 0
    else:
        assert resolution.confidence in ((0.0, TALK) if resolution.suggestions else (0.0,))
    assert len(resolution.suggestions) <= 5


@given(st.lists(st.sampled_from(["hotels", "not", "shops", "furniture", "and", ",", "for", "62", "IT", "except", "&"])))
@example(["shops", "for", "hotels", ",", "hotels"])
def test_any_grammar_gets_an_answer(words: list[str]) -> None:
    """Any grammar gets an answer, however the words that mean something are shuffled; what is left out is never among
    the codes.
    """
    resolution = index_2020().resolve([" ".join(words)])
    gone = {key for each in resolution.excluded for key in index_2020().beneath(each.version, each.code)}
    assert gone.isdisjoint(resolution.codes)


@pytest.mark.skipif(not DATA.exists(), reason="the judged terms are not part of the repository")
def test_the_shared_terms_are_understood_and_never_made_up() -> None:
    """At least 95 % right, no negative answered, and in well under two milliseconds."""
    evaluation = evaluate(index_2020(), read_terms(DATA / "terms_dev.csv"))
    assert evaluation.negatives_answered == 0
    assert evaluation.right >= 0.95 * evaluation.terms, evaluation.wrong
    assert evaluation.p50_ms < 2


@pytest.mark.parametrize(
    ("term", "codes"),
    [("C25", ["25"]), ("companies in c25", ["25"]), ("2020:63901", ["63901"]), ("C99", []), ("E27 bulbs", [])],
)
def test_a_code_may_carry_its_section_or_its_version(term: str, codes: list[str]) -> None:
    """The letter has to be that of the code's section: what only looks like a code is none."""
    assert meant_by(term) == codes
