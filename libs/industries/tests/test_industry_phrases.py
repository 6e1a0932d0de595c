"""From phrases and compounds to codes: the whole is more than its parts."""

import csv

import pytest

from testkit.checkout import SHARED
from testkit.register.industries import index_2020

DATA = SHARED / "data"


def meant_by(*terms: str) -> list[str]:
    return [industry.code for industry in index_2020().resolve(terms).industries]


def divisions(*terms: str) -> set[str]:
    return {key.code[:2] for key in index_2020().resolve(terms).codes}


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the official index is not part of the repository")
def test_most_phrases_of_the_official_index_find_their_division() -> None:
    """Most phrases of the official index find their division.

    Of 5,412 phrases, of which nobody says most: a broad check that no change does harm.
    """
    with (DATA / "ssic_index_2020.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::4]
    own = sum(row["code"][:2] in divisions(row["index_entry"]) for row in rows)
    assert own >= 0.78 * len(rows)


def test_a_phrase_is_looked_up_whole_first() -> None:
    """ "Home nursing" and "nursing homes" are two trades; "mobile game developers" is one."""
    assert meant_by("home nursing") == ["86904"]
    assert meant_by("nursing homes") == ["87010"]
    assert divisions("mobile game developers") == {"62", "58"}


@pytest.mark.parametrize(
    ("term", "codes"),
    [
        ("crypto mining", ["63119"]),
        ("mould removal companies", ["8129"]),
        ("REIT managers", ["66303"]),
        ("physiotherapy clinics", ["86909"]),
        ("dermatology clinics", ["86203"]),
        ("corporate secretarial", ["82110", "82191"]),
        ("general contractors that need project management software", ["4100"]),
        ("restaurants looking for POS software", ["56111"]),
        ("hotels hiring chefs and cleaners", ["55101"]),
        ("companies that need cleaning services", []),
        ("we need hotels", ["55101"]),
    ],
)
def test_a_compound_is_more_than_its_parts_and_a_need_is_no_trade(term: str, codes: list[str]) -> None:
    """The compound's own industry, the narrower of two, and never what a company needs, uses or looks for."""
    assert meant_by(term) == codes


def test_thermal_imaging_is_no_insulation() -> None:
    """The head of a compound decides, even where only its first word is a title's."""
    assert divisions("thermal imaging") == {"71", "26"}
