"""An ICP in a rep's words: the parts that are understood, and the rest as the industry."""

import time

import pytest

from gateway.chat.icp_words import read_icp

ICPS = {
    "logistics": {"industries": ["logistics"]},
    "logistics with 10 to 50 employees": {"industries": ["logistics"], "employees_from": 10, "employees_to": 50},
    "manufacturing and engineering, at least 20 employees, 3 to 20 years old": {
        "industries": ["manufacturing and engineering"],
        "employees_from": 20,
        "age_from": 3,
        "age_to": 20,
    },
    "law firms in district 01 and 22": {"industries": ["law firms"], "districts": ["01", "22"]},
    "hotels with up to 200 staff, districts 1, 2 and 9": {
        "industries": ["hotels"],
        "employees_to": 200,
        "districts": ["1", "2", "9"],
    },
    "2020:25, C": {"industries": ["2020:25", "C"]},
    "SSIC 62": {"industries": ["SSIC 62"]},
    "retail using Shopify and WooCommerce": {"industries": ["retail"], "technologies": ["Shopify", "WooCommerce"]},
    "food and beverage, more than 5 years old": {"industries": ["food and beverage"], "age_from": 5},
    "clinics with 10+ employees": {"industries": ["clinics"], "employees_from": 10},
    "clinics with 10 employees or more": {"industries": ["clinics"], "employees_from": 10},
    "any industry": {"industries": []},
    "software companies with between 10 and 50 people that are under 10 years old in postal district 3": {
        "industries": ["software companies"],
        "employees_from": 10,
        "employees_to": 50,
        "age_to": 10,
        "districts": ["3"],
    },
}


@pytest.mark.parametrize("words", ICPS)
def test_an_icp_in_words(words: str) -> None:
    """Numbers with their unit, districts and technologies are taken out of the words."""
    assert read_icp(words) == ICPS[words]


@pytest.mark.parametrize("run", [",", ", ", ";", " ,", "and ", ", and ", "with ", "1, ", "in ", "., ", "from "])
def test_a_run_of_the_same_takes_no_time(run: str) -> None:
    """A run of the same takes no time, whatever a rep repeats.

    A pattern that tries all divisions of it would never end.
    """
    assert read_icp("a" + run * (300 // len(run)) + "x")["industries"]


@pytest.mark.parametrize("word", [" and", " and,", " in the", " having", ", that are"])
def test_repeated_words_are_read_in_bounded_time(word: str) -> None:
    """A message of the longest length holds up the other tenants' messages for milliseconds, not for a second."""
    started = time.process_time()

    read_icp(f"{word * (2000 // len(word))} x")

    assert time.process_time() - started < 0.2
