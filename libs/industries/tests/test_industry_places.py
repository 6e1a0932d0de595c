"""Places, sizes and needs in a request: used, or said to be ignored."""

import pytest

from common.singapore.districts import DISTRICTS
from industries import vocabulary
from testkit.register.industries import index_2020


@pytest.mark.parametrize(
    ("request_", "codes", "sectors"),
    [
        ("restaurants in Tampines", ["56111"], "52"),
        ("Tampines restaurants", ["56111"], "52"),
        ("Show me clinics in Bedok or Tampines please", ["862"], "46 47 48 52"),
        ("law firms near Raffles Place MRT station", ["691"], "01 04 06"),
        ("hotels in district 9", ["55101"], "22 23"),
        ("hotels in D09 and D10", ["55101"], "22 23 24 25 26 27"),
        ("furniture makers in districts 1, 2", ["310"], "01 02 03 04 05 06 07 08"),
        ("hotels in postal sector 09", ["55101"], "09"),
        ("hotels at postal code 528765", ["55101"], "52"),
        ("hotels near 238801", ["55101"], "23"),
        ("Sewerage in Tampines", ["37"], "52"),
        ("who sells furniture in Ubi", ["46431", "47531"], "34 36 40"),
        ("orchids in Orchard", ["0114"], "22 23"),
        ("orchard farms", ["0113"], ""),
        ("dairy farms", ["014"], ""),
        ("expo organisers", ["82301"], ""),
        ("district cooling", ["35300"], ""),
        ("division 10 and 11", ["10", "11"], ""),
    ],
)
def test_a_place_narrows_the_request(request_: str, codes: list[str], sectors: str) -> None:
    """Planning areas, districts and postal sectors; a word of a trade is no place."""
    resolution = index_2020().resolve([request_])
    assert sorted(industry.code for industry in resolution.industries) == sorted(codes)
    assert sorted({sector for place in resolution.places for sector in place.sectors}) == sectors.split()
    assert resolution.ignored == ()


@pytest.mark.parametrize(
    ("request_", "ignored"),
    [
        ("hotels with 50-500 employees", ["50-500 employees"]),
        ("hotels with more than 100 staff", ["more than 100 staff"]),
        ("hotels with revenue above S$5 million", ["revenue above s$5 million"]),
        ("hotels with a headcount of 200", ["a headcount of 200"]),
        ("hotels in Johor", ["in johor"]),
        ("hotels, not in Jurong", ["not in jurong"]),
        ("hotels that need accounting software", ["need accounting software"]),
        ("find 50 hotels", []),
        ("the 10 largest hotels", []),
        ("hotels with more than 40 rooms", ["40 rooms"]),
        ("hotels in Narnia", ["in narnia"]),
        ("hotels in Gotham, 12345", ["in gotham", "12345"]),
        ("hotels in Singapore", []),
        ("hotels founded since 2020", []),
    ],
)
def test_what_the_register_does_not_know_is_reported_as_ignored(request_: str, ignored: list[str]) -> None:
    """Sizes, other numbers, other places and needs; the industry is found all the same."""
    resolution = index_2020().resolve([request_], year=2026)
    assert list(resolution.ignored) == ignored
    assert [industry.code for industry in resolution.industries] == ["55101"]


def test_a_place_alone_is_no_request() -> None:
    """It would be every company there."""
    for text in ("Bedok", "near Raffles Place MRT", "companies in Tampines", "50-500 employees in Jurong"):
        assert index_2020().resolve([text]).codes == ()


def test_every_place_has_postal_sectors_of_singapore() -> None:
    """The sectors of the list of districts, each once."""
    for name, area in vocabulary.areas().items():
        assert area.sectors, name
        assert set(area.sectors) <= set(DISTRICTS), name
        assert len(set(area.sectors)) == len(area.sectors), name


@pytest.mark.parametrize(
    ("place", "sectors"),
    [
        ("Kaki Bukit", "41"),
        ("Tai Seng", "53"),
        ("Lavender", "33"),
        ("Shenton Way", "06 07"),
        ("West Coast", "12"),
        ("Admiralty", "75"),
        ("Fernvale", "79"),
        ("Woodlands", "73 75"),
        ("Geylang", "38 39"),
        ("Serangoon", "53 55"),
        ("Changi", "48 49"),
        ("River Valley", "17 23"),
        ("Upper Thomson", "57"),
        ("Keppel", "08 09"),
        ("Tampines", "52"),
        ("Orchard Road", "22 23"),
    ],
)
def test_a_place_has_the_sectors_of_its_streets(place: str, sectors: str) -> None:
    """Its sectors are those of the addresses in the register of April 2025 whose streets bear the name."""
    (found,) = index_2020().resolve([f"hotels in {place}"]).places
    assert set(sectors.split()) <= set(found.sectors)
