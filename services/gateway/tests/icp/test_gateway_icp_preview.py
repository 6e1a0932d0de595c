"""POST /icp/preview: how many companies of the register an ICP would match, while it is being edited."""

import asyncio
from datetime import date

import asyncpg
import pytest

from common.contracts import Icp
from common.postgres import Database
from gateway.icp import matches
from industries.index import VersionedCode
from leadgen.ssic import seed_ssic

REGISTER = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code,
            secondary_ssic_code, postal_code)
    VALUES ('U1', 'A', 'Live Company', '2020-01-01', '25912', '25112', '609966'),
           ('U2', 'B', 'Live Company', '2020-01-01', '46900', '25912', '609966'),
           ('U3', 'C', 'Live Company', '1999-01-01', '25912', NULL, '018956'),
           ('U4', 'D', 'Live Company', NULL, '25912', NULL, NULL),
           ('U5', 'E', 'Live Company', '2020-01-01', '1111', NULL, '18956'),
           ('U6', 'F', 'Struck Off', '2020-01-01', '25912', NULL, '609966'),
           ('U7', 'G', 'Live Company', '2020-01-01', '25112', NULL, '018956')
"""


@pytest.fixture
async def rep(reps, owner: "asyncpg.Connection[asyncpg.Record]", database_url, monkeypatch):
    """Someone of tenant 1, who has time; the register has seven companies, six of them live."""
    monkeypatch.setattr(matches, "TIME_MS", 60_000)
    await seed_ssic(database_url)
    await owner.execute(REGISTER)
    return reps(1)


async def asked(rep, **icp: object) -> dict[str, object]:
    answer = await rep.http.post("/icp/preview", json={"industries": [], **icp})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


#: An ICP, and how many companies of the register it matches.
COUNTS: list[tuple[dict[str, object], int]] = [
    ({"industries": ["25"]}, 5),  # by the primary or the secondary code, and once if by both
    ({"industries": ["25912"]}, 4),
    ({"industries": ["01111"]}, 1),  # stored without its zero
    ({"industries": ["25", "01111"]}, 6),
    ({"industries": ["25"], "districts": ["22"]}, 2),
    ({"districts": ["01"]}, 3),  # of any industry; also a postal code without its zero
    ({"industries": ["25"], "age_from": 20}, 1),
    ({"industries": ["25"], "age_to": 20}, 3),  # no date, no age
    ({"industries": ["25"], "districts": ["28"]}, 0),
    ({}, 0),
    ({"employees_from": 10}, 0),
]


async def test_the_registers_live_companies_are_counted(rep) -> None:
    """By what the register knows: industries, ages and districts."""
    for icp, number in COUNTS:
        found = await asked(rep, **icp)
        assert (found["matches"], found["has_more"]) == (number, False), icp


async def test_what_the_register_does_not_know_is_named(rep) -> None:
    """Employees and technologies narrow no search; codes come with their titles. Nothing is stored."""
    found = await asked(rep, industries=["25912"], employees_to=50, technologies=["Shopify"])
    assert (found["matches"], found["not_counted"]) == (4, ["employees", "technologies"])
    assert list(found["titles"]) == ["2020:25912"]  # type: ignore[call-overload] # JSON
    assert (await rep.http.get("/icp")).json()["industries"] == []


async def test_many_matches_are_not_counted_to_the_end(rep, monkeypatch) -> None:
    """At the limit there may be no more; above it there are more."""
    for most, has_more in ((5, False), (4, True)):
        monkeypatch.setattr(matches, "MOST", most)
        found = await asked(rep, industries=["25"])
        assert (found["matches"], found["has_more"]) == (most, has_more)


async def test_a_count_that_takes_too_long_is_given_up(rep, owner, monkeypatch) -> None:
    """The register is locked, so no count can end: there is an answer all the same."""
    monkeypatch.setattr(matches, "TIME_MS", 50)
    async with owner.transaction():
        await owner.execute("LOCK TABLE staging_acra_companies IN ACCESS EXCLUSIVE MODE")
        found = await asked(rep, industries=["25"])
    assert (found["matches"], found["has_more"]) == (None, False)


async def test_a_count_that_waits_too_long_for_others_is_given_up(database: Database, monkeypatch) -> None:
    """It takes no connection meanwhile."""
    monkeypatch.setattr(matches, "TIME_MS", 50)
    monkeypatch.setattr(matches, "codes_of", lambda *_: [VersionedCode("2020", "25912")])
    counting = asyncio.Semaphore(0)
    found = await matches.count(database, counting, Icp(industries=("2020:25912",)), None, date(2026, 1, 1))  # type: ignore[arg-type] # not asked
    assert found is None
    assert counting.locked()


async def test_words_that_name_no_industry_are_refused_as_they_would_be_on_saving(rep) -> None:
    """422 with the same words as PUT."""
    body = {"industries": ["nothing of the kind"]}
    preview, saved = [await rep.http.request(*it, json=body) for it in (("POST", "/icp/preview"), ("PUT", "/icp"))]
    assert preview.status_code == saved.status_code == 422
    assert preview.json()["detail"] == saved.json()["detail"]
