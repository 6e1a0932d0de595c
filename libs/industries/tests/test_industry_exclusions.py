"""Exclusions: taken away where they are understood, and reported where they are not."""

import pytest

from industries.language.grammar.mentions import UNCLEAR
from testkit.register.industries import codes_2020, index_2020


@pytest.mark.parametrize(
    ("term", "included", "excluded"),
    [
        ("F&B or logistics companies in Singapore, not retail?", ["56", "521", "5224", "5229"], ["47"]),
        ("manufacturing except food", ["C"], ["10"]),
        ("non-food manufacturing", ["C"], ["10"]),
        ("everything in construction but no renovation", ["F"], ["43301"]),
        ("healthcare excluding hospitals and dentists", ["86"], ["861", "86204"]),
        ("retail, but not supermarkets, only in Tuas", ["47"], ["47101", "47102"]),
        ("62 except 6202", ["62"], ["6202"]),
        ("not only banks", ["641"], []),
        ("not hotels but restaurants", ["56111"], ["55101"]),
        ("manufacturing except 10", ["C"], ["10"]),
        ("manufacturing but not 25 and 26", ["C"], ["25", "26"]),
        ("manufacturing, excluding 10-12", ["C"], ["10", "11", "12"]),
        ("section C, no 10 please", ["C"], ["10"]),
        ("SSIC 62 but not 6201", ["62"], ["6201"]),
        ("IT but not 6201", ["62"], ["6201"]),
        ("no retail please, logistics", ["521", "5224", "5229"], ["47"]),
        ("retail except food, but including furniture", ["47"], ["472"]),
        ("water transport but i dont want cruises", ["50"], ["5001"]),
        ("furniture makers, no metal", ["310"], ["31003"]),
        ("furniture makers, wood only, no metal", ["31001"], ["31003"]),
        ("plastics manufacturing other than bottles", ["222"], ["22214"]),
        ("repair shops not for vehicles", ["95"], ["95301", "95303", "95302"]),
        ("manufacturers, food only", ["10"], []),
        ("F&B, cafes only", ["56112"], []),
        ("clinics, only dental", ["86204"], []),
        ("insurance brokers, marine only", ["66222"], []),
        ("exclude retail, include logistics", ["521", "5224", "5229"], ["47"]),
    ],
)
def test_what_is_left_out_is_taken_away_and_nothing_else(term: str, included: list[str], excluded: list[str]) -> None:
    """Codes beneath the excluded are gone, the rest stay; an exclusion that takes nothing away is still reported."""
    resolution = index_2020().resolve([term])
    assert [industry.code for industry in resolution.industries] == included
    assert [industry.code for industry in resolution.excluded] == excluded
    gone = {key for code in excluded for key in index_2020().beneath("2020", code)}
    assert set(resolution.codes) == {key for code in included for key in index_2020().beneath("2020", code)} - gone


def test_what_is_taken_back_stays_though_what_is_above_it_is_left_out() -> None:
    """What is taken back stays though what is above it is left out, of what was wanted before alone: the makers of
    chocolate among manufacturers, not its shops.
    """
    resolution = index_2020().resolve(["manufacturing except food but including chocolate"])
    assert [industry.code for industry in resolution.industries] == ["C", "1073"]
    assert [industry.code for industry in resolution.excluded] == ["10"]
    food, chocolate = set(index_2020().beneath("2020", "10")), set(index_2020().beneath("2020", "1073"))
    assert set(resolution.codes) == set(index_2020().beneath("2020", "C")) - (food - chocolate)


@pytest.mark.parametrize("term", ["everything except retail", "any industry but retail", "all but retail"])
def test_everything_but_something_is_every_section_less_that(term: str) -> None:
    """Said in so many words only: an exclusion alone includes nothing, and all without an exclusion is no filter."""
    resolution = index_2020().resolve([term])
    sections = [code.code for code in codes_2020() if code.level == "section"]
    assert [industry.code for industry in resolution.industries] == sections
    everything = {key for section in sections for key in index_2020().beneath("2020", section)}
    assert set(resolution.codes) == everything - set(index_2020().beneath("2020", "47"))
    for other in ("everything", "all companies except those in my CRM", "companies other than retail"):
        assert index_2020().resolve([other]).codes == ()


@pytest.mark.parametrize(
    "term",
    [
        "retail but not online",
        "hotels except 10 rooms",
        "manufacturing except 99999",
        "banks, not 2011",
        "non-halal F&B",
    ],
)
def test_an_exclusion_that_is_not_understood_lowers_the_confidence(term: str) -> None:
    """An exclusion that is not understood lowers the confidence: what comes is more than was asked for, and whoever
    asks can see it. A count or a year is no code.
    """
    resolution = index_2020().resolve([term])
    assert (len(resolution.codes) > 0, resolution.excluded) == (True, ())
    assert resolution.confidence <= UNCLEAR
    for understood in ("retail but not supermarkets", "not only banks", "banks, no more than 50 employees"):
        assert index_2020().resolve([understood]).confidence > UNCLEAR


def test_what_is_left_out_whole_is_not_named_as_included() -> None:
    """ "Hotels, not hotels" comes to nothing; nor does an exclusion alone include anything."""
    assert index_2020().resolve(["hotels, not hotels"]).industries == ()
    alone = index_2020().resolve(["no retail please"])
    assert (alone.codes, [industry.code for industry in alone.excluded]) == ((), ["47"])
