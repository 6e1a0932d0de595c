"""Columns of a row that are sent, given people's edits: pure, and as laws."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_sync.records.edits import diff, domain_of, is_same

COLUMNS = ("name", "street", "zip", "website")

values = st.sampled_from(["", "a", "b", "c"])
rows = st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(["a", "b", "c"]), min_size=1)
records = st.fixed_dictionaries(dict.fromkeys(COLUMNS, values))
held = st.dictionaries(st.sampled_from(COLUMNS), values)
owned = st.frozensets(st.sampled_from([f"company.{name}" for name in COLUMNS]))


@given(rows, records, held, owned)
def test_every_column_is_sent_kept_or_there_already(
    row: dict[str, str], now: dict[str, Any], before: dict[str, Any], own: frozenset[str]
) -> None:
    """Exactly one of the three."""
    out = diff("company", row, now, before, own)

    assert sorted([*out.send, *out.kept, *out.unchanged]) == sorted(row)


@given(rows, records, held)
def test_what_people_made_of_a_column_is_never_sent_over(
    row: dict[str, str], now: dict[str, Any], before: dict[str, Any]
) -> None:
    """Theirs is what differs from what stood there after our write, or what stands where we never wrote."""
    out = diff("company", row, now, before, frozenset())

    for name in out.send:
        assert now[name] == before.get(name, "")


@given(rows, records, held, owned)
def test_once_sent_nothing_is_left_to_send(
    row: dict[str, str], now: dict[str, Any], before: dict[str, Any], own: frozenset[str]
) -> None:
    """Sending the same row again changes nothing, and people's columns stay theirs."""
    first = diff("company", row, now, before, own)
    after = {**now, **first.send}

    again = diff("company", row, after, {**before, **first.unchanged, **first.send}, own)

    assert again.send == {}
    assert again.kept == first.kept


@given(rows, records, held)
def test_fields_that_are_ours_are_always_as_we_want_them(
    row: dict[str, str], now: dict[str, Any], before: dict[str, Any]
) -> None:
    """The tenant's own fields are sent, whoever wrote the present value."""
    out = diff("company", row, now, before, frozenset(f"company.{name}" for name in COLUMNS))

    assert out.kept == []
    assert {name: value for name, value in {**now, **out.send}.items() if name in row and name != "website"} == {
        name: value for name, value in row.items() if name != "website"
    }


def test_a_column_that_the_server_lacks_is_passed_over() -> None:
    """A column that the server lacks was not read."""
    out = diff("company", {"company_registry": "X"}, {"name": "a"}, {}, frozenset())

    assert (out.send, out.kept, out.unchanged) == ({}, [], {})


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("is_company", "1", True),
        ("country_id", "197", 197),
        ("parent_id", "42", 42),
        ("website", "acme.sg", "http://www.ACME.sg/"),
        ("description", "<p>a &amp; b</p><p>c</p>", '<p data-x="1">a &amp; b</p>\n<p>c</p>'),
        ("street", "", False),
        ("name", "ACME ", "ACME"),
    ],
)
def test_what_odoo_writes_in_its_own_way_is_the_same(name: str, ours: str, theirs: Any) -> None:
    """Otherwise an unneeded call would be made, or an edit be seen where there is none."""
    assert is_same(name, ours, theirs)


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("is_company", "1", False),
        ("country_id", "197", 198),
        ("parent_id", "42", False),
        ("website", "acme.sg", "http://acme.com.sg"),
        ("description", "<p>a</p>", "<p>b</p>"),
        ("street", "1 Way", False),
    ],
)
def test_what_differs_is_not_the_same(name: str, ours: str, theirs: Any) -> None:
    """By what it says."""
    assert not is_same(name, ours, theirs)


@pytest.mark.parametrize(
    "website", ["acme.sg", "http://acme.sg", "https://www.acme.sg/en?x=1", "ACME.SG:443/", " www.acme.sg. "]
)
def test_a_website_is_its_host(website: str) -> None:
    """A website is its host. However it was typed."""
    assert domain_of(website) == "acme.sg"
