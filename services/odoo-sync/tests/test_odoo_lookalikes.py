"""Spellings of one company or person: pure."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Contact
from odoo_sync.records.lookalikes import addresses_in, name_patterns, normal_name, normal_uen, uen_spellings
from odoo_sync.records.mapping import has_address


@pytest.mark.parametrize(
    "typed", ["201812345K", "201812345k", " 2018 12345 K", "SG201812345K", "sg 201812345k", "201812345-K"]
)
def test_a_uen_is_one_however_it_is_typed(typed: str) -> None:
    """Without blanks, case and country."""
    assert normal_uen(typed) == "201812345K"


@pytest.mark.parametrize("uen", ["201812345K", "T08LL1234A", "53312345X"])
def test_the_spellings_that_are_searched_are_of_that_uen(uen: str) -> None:
    """Nothing else is found by them."""
    assert {normal_uen(it) for it in uen_spellings(uen)} == {uen}


@pytest.mark.parametrize(
    "typed",
    [
        "Acme Foods Pte Ltd",
        "ACME FOODS PTE. LTD.",
        "Acme Foods Private Limited",
        "acme  foods (Pte.) Ltd",
        "Acme-Foods",
    ],
)
def test_a_name_is_one_whatever_its_case_dots_and_legal_form(typed: str) -> None:
    """A name is one whatever its case, dots and legal form, and the pattern for Odoo finds it."""
    assert normal_name(typed) == normal_name("ACME FOODS PTE. LTD.")
    assert any(like(it, typed) for it in name_patterns("ACME FOODS PTE. LTD."))


def like(pattern: str, text: str) -> bool:
    parts = [{"%": ".*", "_": "."}.get(it, re.escape(it)) for it in pattern.lower()]
    return re.fullmatch("".join(parts), text.lower()) is not None


def test_dots_between_letters_are_found_too() -> None:
    """S.G. Foods is SG Foods."""
    assert normal_name("S.G. Foods Pte Ltd") == normal_name("SG FOODS PTE LTD")
    assert any(like(it, "S.G. Foods Pte Ltd") for it in name_patterns("SG FOODS PTE LTD"))


@pytest.mark.parametrize("other", ["Acme Foods LLP", "Acme Food Pte Ltd", "Acme Foods Trading Pte Ltd", "Foods Acme"])
def test_another_company_keeps_another_name(other: str) -> None:
    """A partnership of that name is another company."""
    assert normal_name(other) != normal_name("ACME FOODS PTE. LTD.")


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    """For names and UENs."""
    assert normal_uen(normal_uen(text)) == normal_uen(text)


@pytest.mark.parametrize("theirs", ["61234567", "+65 6123 4567", "6123-4567 ext. 12", "(65) 6123 4567 / 9123 4567"])
def test_a_telephone_number_is_one_however_it_is_typed(theirs: str) -> None:
    """With or without country, with an extension, and among others."""
    contact = Contact(kind="phone", value="+6561234567", source_url="http://acme.sg")

    assert has_address(contact, {"phone": theirs})


@pytest.mark.parametrize(
    "theirs",
    [
        "Tan@acme.sg",
        "Tan Ah Kow <tan@acme.sg>",
        "info@acme.sg; tan@acme.sg",
        "a@b.sg, TAN@ACME.SG",
        "info@acme.sg tan@acme.sg",
        "a@b.sg/tan@acme.sg",
        "'Tan, Ah Kow' <mailto:tan@acme.sg>",
        "a@b.sg\ntan@acme.sg.",
    ],
)
def test_a_mail_address_is_found_among_what_the_field_holds(theirs: str) -> None:
    """With a display name, or several."""
    contact = Contact(kind="email", value="tan@acme.sg", source_url="http://acme.sg")

    assert has_address(contact, {"email": theirs})
    assert not has_address(contact, {"email": "tan@acme.sg.example.com"})


@pytest.mark.parametrize(
    ("theirs", "region", "is_same"),
    [
        ("012-345 6789", "MY", True),
        ("+60 12-345 6789 ext 5", "SG", True),
        ("12-345 6789 x5", "MY", True),
        ("012-345 6789", "SG", False),
        ("0060123456789", "MY", True),
        ("+65 12-345 6789", "MY", False),
    ],
)
def test_a_telephone_number_without_a_code_is_of_the_partners_country(theirs: str, region: str, is_same: bool) -> None:
    """A telephone number without a code is of the partner's country: the same digits are another number elsewhere."""
    contact = Contact(kind="phone", value="+60123456789", source_url="http://acme.sg")

    assert has_address(contact, {"phone": theirs}, region) is is_same


def test_an_empty_field_holds_no_address() -> None:
    """Two empty fields are not the same person."""
    assert addresses_in("phone", False) == addresses_in("email", None) == frozenset()
