"""Values as spreadsheets, databases and statistics programs write them."""

import pytest

from leadgen.load.parsing.values import code, day, is_month_first, postal_code, trimmed


@pytest.mark.parametrize(
    "value", ["", "  ", "NA", "na", "N/A", "#N/A", "NULL", "null", "\\N", "-", " - ", "NaN", "None"]
)
def test_words_for_missing_are_missing(value: str) -> None:
    """Words for missing are missing: those of R, SQL, pandas, Excel and people."""
    assert trimmed(value) == "na"


@pytest.mark.parametrize(
    ("value", "read"), [("Nil", "Nil"), ("NONE", "NONE"), ("NULL", "na"), ("NA", "na"), ("-", "-")]
)
def test_a_company_may_have_a_strange_name(value: str, read: str) -> None:
    """A company may have a strange name, but not the word that a program writes."""
    assert trimmed(value, is_name=True) == read


@pytest.mark.parametrize("value", [" Live Company", "Live Company ", "\u00a0Live Company\t", "\ufeffLive Company"])
def test_blanks_of_every_kind_go(value: str) -> None:
    """Blanks of every kind go, also the one that does not break lines, and a byte order mark."""
    assert trimmed(value) == "Live Company"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2022-01-05", "2022-01-05"),
        ("5/1/2022", "2022-01-05"),
        ("05/01/2022", "2022-01-05"),
        ("30/4/1995", "1995-04-30"),
        ("25-12-1990", "1990-12-25"),
        ("25.12.1990", "1990-12-25"),
        ("5-Jan-2022", "2022-01-05"),
        ("05-JAN-22", "2022-01-05"),
        ("5 January 2022", "2022-01-05"),
        ("Jan 5, 2022", "2022-01-05"),
        ("2022/01/05", "2022-01-05"),
        ("20220105", "2022-01-05"),
        ("2004-01-07 14:33:42", "2004-01-07"),
        ("2004-01-07T00:00:00.000+08:00", "2004-01-07"),
        ("2004-01-07T00:00:00Z", "2004-01-07"),
        ("5/1/2022 0:00", "2022-01-05"),
        ("05/01/2022 12:00:00 AM", "2022-01-05"),
        ("44566", "2022-01-05"),
        ("44566.0", "2022-01-05"),
        ("2022/1/5", "2022-01-05"),
        ("2022-1-5", "2022-01-05"),
        ("5.1.22", "2022-01-05"),
        ("5-Jan-22", "2022-01-05"),
        ("5 Jan 22", "2022-01-05"),
        ("05JAN2022", "2022-01-05"),
        ("2022-Jan-05", "2022-01-05"),
        ("Wednesday, 5 January 2022", "2022-01-05"),
        ("Wed, Jan 5, 2022", "2022-01-05"),
        ("15/6/65", "1965-06-15"),
        ("15/6/99", "1999-06-15"),
        ("2022-01-04T16:00:00Z", "2022-01-05"),
        ("2022-01-04 16:00:00.000 UTC", "2022-01-05"),
        ("2022-01-05T00:00:00+08:00", "2022-01-05"),
        ("2022-01-05 00:00:00+08", "2022-01-05"),
        ("1641312000", "2022-01-05"),
        ("1641312000000", "2022-01-05"),
        ("9999-12-31T23:59:59Z", None),
        ("2022-01-05T25:00:00Z", None),
        ("12/25/1990", None),
        ("2021-02-30", None),
        ("31/6/2020", None),
        ("5/2022", None),
        ("soon", None),
        ("99999", None),
        ("0001-01-01", None),
    ],
)
def test_dates_are_read_in_the_usual_forms(value: str, read: str | None) -> None:
    """Day first, with a time, as a serial number; what is no day is `None`."""
    assert day(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("62011", "62011"),
        ("62011.0", "62011"),
        ("1120.0", "01120"),
        ('="01120"', "01120"),
        ("'01120", "01120"),
        ("62,011", "62011"),
        ("1,120.00", "01120"),
        ("62011,0", "62011"),
        ("62011 - Software", "62011"),
        ("x", "x"),
    ],
)
def test_codes_keep_their_leading_zeros(value: str, read: str) -> None:
    """Codes keep their leading zeros: those of a float are put back; those in a formula or a text cell are there."""
    assert code(value, 5) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("88535.0", "088535"),
        ('="088535"', "088535"),
        ("S088535", "088535"),
        ("Singapore 088535", "088535"),
        ("88535", "88535"),
        ("88,535", "088535"),
        ("088 535", "088535"),
    ],
)
def test_postal_codes_are_digits(value: str, read: str) -> None:
    """Postal codes are digits, whatever stands before them."""
    assert postal_code(value) == read


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["3/25/2019", "1/2/2020"], True),
        (["25/3/2019", "1/2/2020"], False),
        (["1/2/2020", "2/3/2020"], False),
        (["3/25/2019", "25/3/2019"], False),
        (["2019-03-25"], False),
        ([], False),
    ],
)
def test_the_month_comes_first_if_some_date_says_so_and_none_the_contrary(values: list[str], expected: bool) -> None:
    """A file has one order: read day first, half of the dates of an American file would be silently wrong."""
    assert is_month_first(values) is expected
    assert day("3/4/2019", is_month_first=expected) == ("2019-03-04" if expected else "2019-04-03")
