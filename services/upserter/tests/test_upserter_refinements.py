"""Narrower requests that an answer offers when it found much: said back, each leaves as many as it says."""

import csv
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.contracts import SearchAnswer
from industries.index import Code, IndustryIndex
from testkit.checkout import SHARED

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
YEAR = datetime.now(UTC).year
OFFICIAL = SHARED / "data" / "ssic.csv"


async def test_up_to_five_hundred_matches_need_no_refining(deliver, a_request, many) -> None:
    """With one more there is what to choose from."""
    await many("A", 300)
    await many("B", 200, code="25922")
    assert (await deliver.answer(a_request("SSIC 259", mode="off"))).refinements == []
    await many("C", 1, code="25922")
    choices = (await deliver.answer(a_request("SSIC 259", mode="off"))).refinements
    assert [choice.matches for choice in choices] == [300, 201]


async def test_each_refinement_leaves_as_many_as_it_says(owner: Owner, deliver, a_request, many) -> None:
    """Said back as it stands: each industry beneath that has companies, the largest first, and the young ones."""
    await many("A", 250, code="25912")
    await many("B", 40, code="25914", founded=f"{YEAR - 1}-02-03")
    await many("C", 300, code="25922")
    await many("D", 7, code="25999", founded=f"{YEAR - 5}-01-01")
    await many("E", 30, code="25999", founded=f"{YEAR - 6}-12-31")
    await many("F", 90, code="25912", status="Struck Off")
    await many("G", 25, code="46900")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '25942' WHERE uen LIKE 'G%'")
    await owner.execute("UPDATE staging_acra_companies SET secondary_ssic_code = '25949' WHERE uen LIKE 'G%'")
    answer = await deliver.answer(a_request("SSIC 259", mode="off"))
    assert answer.matches == 250 + 40 + 300 + 37 + 25
    industries = [choice for choice in answer.refinements if choice.kind == "industry"]
    assert [choice.matches for choice in industries] == [300, 290, 37, 25]
    (young,) = [choice for choice in answer.refinements if choice.kind == "founded_since"]
    assert (young.matches, young.label) == (47, f"SSIC 259 founded since {YEAR - 5}")
    assert await refined(deliver, a_request, answer) == [choice.matches for choice in answer.refinements]


async def test_refinements_keep_to_what_was_said_already(deliver, a_request, many) -> None:
    """Refinements keep to what was said already, of a year of foundation, of several industries, of what is left out:
    said back, a choice counts the same.
    """
    await many("A", 350, code="25912", founded="2020-01-01")
    await many("B", 350, code="25922", founded="2015-01-01")
    await many("C", 250, code="10101", founded="2019-01-01")
    await many("D", 90, code="25912", founded="1999-01-01")
    for words in (
        "SSIC 259, SSIC 10101 founded since 2015",
        "SSIC 259 founded since 2015",
        "SSIC 25, SSIC 10101",
        "SSIC 25, SSIC 10, not SSIC 25912",
    ):
        answer = await deliver.answer(a_request(words, mode="off"))
        assert answer.refinements
        assert await refined(deliver, a_request, answer) == [choice.matches for choice in answer.refinements], words


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official code lists are not part of the repository")
async def test_an_industry_of_both_versions_is_offered_once(owner: Owner, deliver, a_request, the_stage, many) -> None:
    """With the entries of both, though codes changed their meaning and section letters moved."""
    with OFFICIAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [Code(it["version"], it["code"], it["level"], it["title"], it["parent_code"] or None) for it in rows]
    await many("A", 300, code="25913")  # leadframes of 2020
    await many("B", 200, code="25912")  # leadframes of 2025
    await many("C", 100, code="25914")  # stampings of 2020, which 2025 has as 25913
    await many("D", 50, code="25913")
    await many("E", 400, code="65110")
    await many("F", 300, code="65110")
    await owner.execute("UPDATE staging_acra_companies SET ssic_version = '2025' WHERE uen ~ '^[BDF]'")
    stage = the_stage(index=IndustryIndex(codes))

    metal = await deliver.answer(a_request("SSIC 2591", mode="off"), stage)
    assert [(it.label, it.matches) for it in metal.refinements] == [
        ("Manufacture of leadframe", 500),
        ("Metal stampings (except metal caps)", 150),
    ]
    finance = await deliver.answer(a_request("finance", mode="off"), stage)
    assert finance.matches == 700
    assert [it.matches for it in finance.refinements] == [700]
    assert "insurance" in finance.refinements[0].label.lower()


async def refined(deliver: Any, a_request: Any, answer: SearchAnswer) -> list[int]:
    """Counts the companies that each refinement leaves, sent back as it stands."""
    return [(await deliver.answer(a_request(it.label, mode="off"))).matches for it in answer.refinements]
