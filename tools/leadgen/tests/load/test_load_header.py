"""Every vintage of the register's header is understood; what is no header of it is refused with advice."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.load.errors import NotARegister
from leadgen.load.files.header import COLUMNS, REQUIRED, read_header

NOT_IN_TODAYS = {"no_of_charges", "website", *(column for column in COLUMNS if column.startswith("paid_up_capital"))}
TODAYS = [column for column in COLUMNS if column not in NOT_IN_TODAYS]
OLD = ["issuance_agency_id", "uen", *(column for column in COLUMNS[2:] if column != "website")]


def titled(column: str) -> str:
    """primary_ssic_code -> Primary SSIC Code"""
    return " ".join(word.upper() if word in {"uen", "ssic"} else word.capitalize() for word in column.split("_"))


def header_of(columns: list[str]) -> tuple[str | None, ...]:
    return read_header(",".join(columns), "acra.csv").columns


def test_the_vintages_have_the_sizes_they_are_known_by() -> None:
    """53 columns today, 94 before."""
    assert (len(TODAYS), len(OLD)) == (53, 94)


@pytest.mark.parametrize("columns", [TODAYS, OLD], ids=["53 columns", "94 columns"])
@pytest.mark.parametrize("spelled", [str, titled, str.upper, lambda column: column[:16]])
def test_a_vintage_is_read_however_its_names_are_spelled(columns: list[str], spelled) -> None:
    """Plain, Title Case, capitals, or cut to 16 characters: each position is its own column, none is ignored."""
    header = read_header(",".join(map(spelled, columns)), "acra.csv")

    assert header.columns == tuple(columns)
    assert header.ignored == ()


@given(st.permutations(TODAYS), st.sampled_from([str, titled]))
def test_order_does_not_matter(columns: list[str], spelled) -> None:
    """Columns are found by name, wherever they stand."""
    assert header_of([spelled(column) for column in columns]) == tuple(columns)


@given(st.lists(st.sampled_from(COLUMNS), unique=True), st.integers(0, 20))
def test_no_column_is_taken_twice(others: list[str], cut: int) -> None:
    """No column is taken twice. Whatever is in a header, each of our columns is filled from one place at most."""
    names = [*REQUIRED, *others, *(column[: 10 + cut] for column in others)]
    taken = [column for column in header_of(names) if column]

    assert len(taken) == len(set(taken))
    assert set(taken) >= {*REQUIRED, *others}


def test_equally_cut_names_are_distinguished_by_their_order() -> None:
    """The first former_entity_na is former_entity_name1; one too many is ignored and named."""
    cut = ["other_address_li"] * 3
    header = read_header(",".join([*REQUIRED, *cut]), "acra.csv")

    assert header.columns[3:] == ("other_address_line1", "other_address_line2", None)
    assert header.ignored == ("other_address_li",)


def test_strange_columns_are_ignored_and_named() -> None:
    """_id is skipped in silence, others are reported; a column without a name by its number."""
    header = read_header("\ufeff_id,uen,entity_name,Primary SSIC Code,shoe_size,,url", "acra.csv")

    assert header.columns == (None, "uen", "entity_name", "primary_ssic_code", None, None, "website")
    assert header.ignored == ("shoe_size", "(column 6, without a name)")


def test_collection_1_is_refused_with_the_file_to_get_instead() -> None:
    """Its 8 columns have companies but no industry codes."""
    eight = (
        "uen,issuance_agency_desc,uen_status_desc,entity_name,"
        "entity_type_desc,uen_issue_date,reg_street_name,reg_postal_code"
    )
    with pytest.raises(NotARegister, match=r"no primary_ssic_code.*ACRA Information on Corporate Entities"):
        read_header(eight, "entities.csv")


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("<!DOCTYPE html>", "first line is not the register's header"),
        ("\x7fELF\x02\udcff", "first line is not the register's header"),
        ("", "not the header of a CSV"),
        ('uen,"entity_name', "not the header of a CSV"),
        ("uen;entity_name;primary_ssic_code", "separated by semicolons"),
        ("uen\tentity_name\tprimary_ssic_code", "separated by tabs"),
        ("uen,shoe_size", "lacks entity_name and primary_ssic_code"),
        ("201912345K,ACRA,SOME PTE. LTD.,46900", "first line is not the register's header"),
        (",".join(["x"] * 5000), "not the header of a CSV"),
    ],
)
def test_what_is_no_header_is_refused(line: str, advice: str) -> None:
    """The message says which file, what is wrong, and what it looks like, in characters safe to print."""
    with pytest.raises(NotARegister, match=advice) as refused:
        read_header(line, "acra.csv")

    assert str(refused.value).startswith("acra.csv: ")
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@given(st.text(max_size=200))
def test_any_first_line_is_read_or_refused(line: str) -> None:
    """Nothing else comes out, and what is read has all that is required."""
    with contextlib.suppress(NotARegister):
        assert set(REQUIRED) <= set(read_header(line, "acra.csv").taken)
