"""Activities of companies in a clause about them, and the phrases of the official index."""

import pytest

from industries.language.names.index_entries import index_phrases
from testkit.register.industries import index_2020


def codes_of(text: str) -> list[str]:
    return sorted(industry.code for industry in index_2020().resolve([text]).industries)


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("companies that make furniture", "furniture manufacturers"),
        ("which firms build ships", "ship makers"),
        ("shops that sell handphones", "handphone shops"),
        ("trading companies dealing in steel", "steel trading companies"),
        ("retail chains selling shoes", "shoe retailers"),
        ("send me whoever repairs or installs lifts", "lift repair and installation"),
        ("outfits that rent out scaffolds and excavators", "scaffold and excavator rental"),
        ("firms that clean offices", "office cleaning"),
        ("the guys who tow broken down cars", "towing"),
        ("firms that store other people's documents", "storage"),
        ("restaurants that cook halal food", "restaurants"),
        ("we sell coffee to companies that make furniture", "furniture makers"),
        ("firms that dig the holes and drive piles for new buildings", "excavation, piling"),
        ("outfits that chase people for unpaid bills", "debt collectors"),
        ("those that check lab samples for food safety", "testing laboratories"),
        ("places where kids learn swimming", "swimming schools"),
        ("places where you can learn swimming", "swimming schools"),
        ("businesses that rent out wedding gowns", "costume rental"),
        ("companies that tune pianos", "piano tuners"),
    ],
)
def test_what_companies_do_is_their_industry(text: str, same_as: str) -> None:
    assert codes_of(text) == codes_of(same_as)


@pytest.mark.parametrize(
    ("text", "absent"),
    [("companies that supply packaging to food factories", "10"), ("firms that sell coffee to hotels", "55")],
)
def test_whom_companies_supply_is_not_asked_for(text: str, absent: str) -> None:
    found = codes_of(text)
    assert found
    assert not any(code.startswith(absent) for code in found)


@pytest.mark.parametrize("talk", ["that ship has sailed", "that store made a mess", "the guy who cleans is here"])
def test_a_verb_makes_no_request_of_talk(talk: str) -> None:
    assert index_2020().resolve([talk]).codes == ()


@pytest.mark.parametrize(
    ("entry", "phrase", "facet"),
    [
        ("slipper, rubber, manufacturing", ["slipper", "rubber"], "make"),
        ("three-dimensional printer repair and maintenance", ["three", "dimensional", "printer"], "repair"),
        ("coir manufacturing", ["coir"], "make"),
        ("taxidermy", ["taxidermy"], ""),
    ],
)
def test_an_entry_of_the_index_is_goods_and_an_activity(entry: str, phrase: list[str], facet: str) -> None:
    assert list(index_phrases(entry)) == [(phrase, facet)]


def test_an_entry_with_an_exception_is_left_out() -> None:
    assert list(index_phrases("ice, except dry ice, manufacturing")) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [("coir makers", ["13940"]), ("chendol manufacturing", ["10740"]), ("taxidermists, taxidermy", ["32909"])],
)
def test_the_official_index_names_rare_industries(text: str, codes: list[str]) -> None:
    assert codes_of(text) == codes
