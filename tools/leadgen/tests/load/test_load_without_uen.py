"""Entries without a UEN are kept under a key made of their name: a repeat finds them, and none is taken for another."""

import csv
from pathlib import Path
from typing import Any

import pytest

from leadgen.load import load
from testkit.register.registers import counts, write


def a_register(path: Path, *entries: tuple[str, str]) -> Path:
    """Writes a register of these UENs and names."""
    return write(path, [(*entry, "Live Company", "46900") for entry in entries])


async def test_an_entry_without_a_uen_is_found_again_by_its_name(owner: Any, database_url: str, tmp_path: Path) -> None:
    """An entry without a UEN is found again by its name, also when its capitals and spaces differ, of letters beyond
    ASCII too; then only its content changes.
    """
    first = await load(a_register(tmp_path / "a.csv", ("na", "Café Straße Pte Ltd"), ("", "漢 LLP")), database_url)
    again = await load(a_register(tmp_path / "b.csv", ("na", "CAFÉ  straße PTE LTD "), ("na", "漢 LLP")), database_url)

    assert (counts(first), counts(again)) == ((2, 0, 0, 0, 0), (0, 1, 1, 0, 0))
    assert any("without a UEN: 2" in note for note in first.notes)
    rows = await owner.fetch("SELECT entry, uen, name FROM registered_companies ORDER BY name")
    assert [(row["uen"], row["name"]) for row in rows] == [(None, "CAFÉ straße PTE LTD"), (None, "漢 LLP")]
    for row in rows:
        assert row["entry"] == await owner.fetchval("SELECT no_uen($1)", row["name"])
        assert row["entry"].startswith("NO-UEN-")
        assert len(row["entry"]) == len("NO-UEN-") + 16


async def test_two_rows_of_one_name_are_one_entry(owner: Any, database_url: str, tmp_path: Path) -> None:
    """The later one stays, as with a UEN; one with a UEN of the same name is another entry."""
    rows = [("na", "SAME"), ("201900001K", "SAME"), ("na", "OTHER"), ("", "Same")]
    file = a_register(tmp_path / "a.csv", *rows)

    assert counts(await load(file, database_url)) == (3, 0, 0, 1, 0)
    assert counts(await load(file, database_url)) == (0, 0, 3, 1, 0)
    held = await owner.fetch('SELECT entity_name FROM staging_acra_companies ORDER BY entity_name COLLATE "C"')
    assert [row["entity_name"] for row in held] == ["OTHER", "SAME", "Same"]


@pytest.mark.parametrize("space", ["\u3000", "\u200b", "\xa0", "\t", "\x1c"])
async def test_any_name_that_is_taken_has_a_key(database_url: str, tmp_path: Path, space: str) -> None:
    """Python and PostgreSQL differ on what a space is: such a name is loaded or rejected, and stops nothing."""
    summary = await load(a_register(tmp_path / "a.csv", ("na", space), ("201900001K", "GOOD")), database_url)

    assert summary.inserted + summary.rejected == 2
    assert summary.inserted >= 1


async def test_keys_of_ours_cannot_come_from_a_file(owner: Any, database_url: str, tmp_path: Path) -> None:
    """Neither such a UEN nor a row with neither UEN nor name is loaded; both are named in the rejects file."""
    rows = [("NO-UEN-0123456789abcdef", "A"), ("na", "na"), ("", "  "), ("201900001K", "GOOD")]
    summary = await load(a_register(tmp_path / "a.csv", *rows), database_url)

    assert counts(summary) == (1, 0, 0, 0, 3)
    assert summary.rejects is not None
    with summary.rejects.open(newline="") as rejects:
        assert [row["reason"] for row in csv.DictReader(rejects)] == [
            "no UEN, but 'NO-UEN-0123456789abcdef'",
            "neither a UEN nor a name",
            "neither a UEN nor a name",
        ]
    assert await owner.fetchval("SELECT uen FROM staging_acra_companies") == "201900001K"
