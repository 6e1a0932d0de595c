"""Names of people, and lines that are none."""

import pytest

from enricher.extract.persons.names import person_name


@pytest.mark.parametrize(
    "line",
    [
        "Contact Us",
        "Head Office",
        "Our Team",
        "Marine Services",
        "Tuas Avenue",
        "Mei",
        "mei tan",
        "Mei Tan 2",
        "Join Us Now",
        "Year's Eve",
        "Mother’s Day",
    ],
)
def test_other_lines_are_no_names(line: str) -> None:
    """Other lines are no names, nor is one word, or one in small letters."""
    assert person_name(line) is None


@pytest.mark.parametrize("line", ["CA Ana Cruz", "CS Ana Cruz", "Adv. Ana Cruz"])
def test_a_membership_before_a_name_is_no_part_of_it(line: str) -> None:
    assert person_name(line) == "Ana Cruz"


@pytest.mark.parametrize("name", ["Ana Harding", "Ben Eilers", "Jeremiah Gunting"])
def test_a_family_name_may_end_like_a_heading(name: str) -> None:
    """Only known words in -ing and -ers are no names."""
    assert person_name(name) == name
    assert person_name("Steel Welding") is None
    assert person_name("Omega Managers") is None
