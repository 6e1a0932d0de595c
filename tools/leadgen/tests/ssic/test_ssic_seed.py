"""The seed of SSIC 2020: complete, undamaged, with the right parents, and repeatable."""

import csv

import asyncpg
import pytest

from leadgen.ssic import seed_ssic, ssic_2020
from testkit.checkout import SHARED

OFFICIAL = SHARED / "data" / "ssic.csv"


def test_every_code_has_a_parent_that_came_before_it() -> None:
    """Sections stand alone; every other code hangs below one of the next higher level."""
    levels = ["section", "division", "group", "class", "subclass"]
    seen: dict[str, str] = {}
    for code in ssic_2020():
        if code.parent_code is None:
            assert code.level == "section"
        else:
            assert levels.index(seen[code.parent_code]) == levels.index(code.level) - 1
        seen[code.code] = code.level
    assert len(seen) == 1711


def test_damaged_titles_are_repaired() -> None:
    """Four titles of the package have a piece of its source code in them."""
    titles = {code.code: code.title for code in ssic_2020()}
    assert titles["29200"] == "Manufacture of motor vehicle bodies (coachwork), trailers and semi-trailers"
    assert titles["68203"] == (
        "Residential (other than town councils), commercial and industrial real estate management"
    )
    assert not [title for title in titles.values() if "Category" in title]


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official code list is not part of the repository")
def test_the_list_is_the_official_one() -> None:
    """Code, level, title and parent of all 1,711, as the Department of Statistics publishes them."""
    with OFFICIAL.open(encoding="utf-8", newline="") as file:
        official = {
            (row["code"], row["level"], row["title"], row["parent_code"] or None)
            for row in csv.DictReader(file)
            if row["version"] == "2020"
        }
    assert set(ssic_2020()) == official


async def test_seeding_again_changes_nothing_and_mends_what_was_changed(database_url: str) -> None:
    """The second seed leaves every row version as it is, but for a title that someone has spoiled."""
    everything = "SELECT code, level, title, parent_code, xmin::text FROM ssic_ref WHERE version = '2020' ORDER BY code"
    connection = await asyncpg.connect(database_url)
    try:
        assert await seed_ssic(database_url) == 1711
        before = await connection.fetch(everything)
        assert len(before) == 1711

        await seed_ssic(database_url)
        assert await connection.fetch(everything) == before

        await connection.execute("UPDATE ssic_ref SET title = 'spoiled' WHERE code = '62011' AND version = '2020'")
        await seed_ssic(database_url)
        after = await connection.fetch(everything)
        assert [row[:4] for row in after] == [row[:4] for row in before]
    finally:
        await connection.close()
