"""The ICP as a whole, over HTTP: what is kept, what is refused and why, and when its change is announced."""

import asyncio
import json
from datetime import datetime

import pytest
from pydantic import ValidationError

from common.contracts import Icp, IcpChanged
from common.postgres import Database
from gateway.http.problems import Problem
from gateway.icp import rules
from gateway.icp.profile import codes_of
from gateway.industries.catalog import Catalog
from gateway.routes.icp import icp as asked
from testkit.register.industries import codes_2020
from testkit.stages import read_topic, until

CODES = [
    ("2020", "C", "section", "MANUFACTURING", None),
    ("2020", "25", "division", "FABRICATED METAL PRODUCTS", "C"),
]
SEED = "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ($1, $2, $3, $4, $5)"

WHOLE = {
    "industries": ["25"],
    "employees_from": 10,
    "employees_to": 200,
    "age_from": 3,
    "age_to": 20,
    "districts": ["22", "1", "01"],
    "technologies": ["Shopify", " HubSpot ", "shopify"],
}
KEPT = {
    "industries": ["2020:25"],
    "employees_from": 10,
    "employees_to": 200,
    "age_from": 3,
    "age_to": 20,
    "districts": ["01", "22"],
    "technologies": ["HubSpot", "Shopify"],
}
NOTHING = {
    "industries": [],
    "employees_from": None,
    "employees_to": None,
    "age_from": None,
    "age_to": None,
    "districts": [],
    "technologies": [],
    "titles": {},
}


@pytest.fixture
async def rep(reps, owner):
    """Someone of tenant 1, at a gateway that knows two industries."""
    await owner.executemany(SEED, CODES)
    return reps(1)


async def test_an_icp_is_kept_as_a_whole(rep, reps) -> None:
    """Every field, in the order and the spelling in which it is kept; of this tenant alone."""
    assert (await rep.http.get("/icp")).json() == NOTHING
    answer = await rep.http.put("/icp", json=WHOLE)
    assert answer.status_code == 200
    assert answer.json() == {**KEPT, "titles": {"2020:25": "FABRICATED METAL PRODUCTS"}}
    assert (await rep.http.get("/icp")).json() == answer.json()
    assert (await reps(2).http.get("/icp")).json() == NOTHING


async def test_what_is_left_out_is_not_asked_for(rep) -> None:
    """A body of industries alone, as it was once, takes the rest away: PUT replaces."""
    await rep.http.put("/icp", json=WHOLE)
    answer = await rep.http.put("/icp", json={"industries": ["C"]})
    assert answer.status_code == 200
    assert answer.json() == {**NOTHING, "industries": ["2020:C"], "titles": {"2020:C": "MANUFACTURING"}}


async def test_what_is_shown_may_be_given_again(rep, owner) -> None:
    """With its titles; that changes nothing."""
    shown = (await rep.http.put("/icp", json=WHOLE)).json()
    assert (await rep.http.put("/icp", json=shown)).json() == shown


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"employees_from": 201}, "employees_from is 201 and employees_to is 200"),
        ({"age_from": 21}, "age_from is 21 and age_to is 20"),
        ({"employees_from": -1}, "employees_from"),
        ({"employees_to": 2**31}, "employees_to"),
        ({"age_to": 1001}, "age_to"),
        ({"age_from": "some"}, "age_from"),
        ({"districts": ["29"]}, "'29' is not a postal district of Singapore; districts are 01 to 28"),
        ({"districts": ["00"]}, "'00' is not a postal district"),
        ({"districts": ["Orchard"]}, "districts.0"),
        ({"districts": [None]}, "districts.0"),
        ({"districts": ["01"] * 29}, "districts"),
        ({"technologies": [""]}, "technologies.0"),
        ({"technologies": ["a\0b"]}, "technologies.0"),
        ({"technologies": ["x" * 101]}, "technologies.0"),
        ({"technologies": ["x"] * 51}, "technologies"),
        ({"technologies": "Shopify"}, "technologies"),
        ({"employee_from": 10}, "employee_from"),
    ],
)
def test_what_is_wrong_is_named(change, expected) -> None:
    """The field, and what it may be."""
    with pytest.raises(ValidationError) as error:
        asked.Icp.model_validate(WHOLE | change)
    assert expected in str(error.value)


async def test_what_is_wrong_changes_nothing(rep) -> None:
    """422 in words; what is kept stays."""
    await rep.http.put("/icp", json=WHOLE)
    for change, body in (
        ({"age_from": 21}, "age_from is 21 and age_to is 20"),
        ({"districts": ["29"]}, "body.districts.0: Value error, '29' is not a postal district of Singapore"),
        ({"industries": ["nothing of the kind"]}, "'nothing of the kind' names no industry"),
    ):
        answer = await rep.http.put("/icp", json=WHOLE | change)
        assert answer.status_code == 422
        assert body in answer.json()["detail"]
    shown = (await rep.http.get("/icp")).json()
    assert {name: shown[name] for name in KEPT} == KEPT


def test_a_guess_is_asked_back() -> None:
    """A word that only a title holds is enough for a search, which says so, and not for an ICP, which stays."""
    catalog = Catalog.build(codes_2020())
    assert catalog.index.resolve(["fabricated"]).industries
    for words, meant in (("fabricated", "FABRICATED METAL PRODUCTS"), ("frobnication", "Structural Metal Products")):
        with pytest.raises(Problem) as refused:
            codes_of([words], catalog)
        assert "Did you mean " in str(refused.value.detail)
        assert meant in str(refused.value.detail)


async def test_half_a_character_is_no_name(rep) -> None:
    """JSON can say it, no database can hold it: 422, not an error of ours."""
    for field in ("industries", "districts", "technologies"):
        body = json.dumps({"industries": []} | {field: ["\ud800"]})
        answer = await rep.http.put("/icp", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert f"body.{field}" in answer.json()["detail"]


async def test_a_changed_icp_is_announced_once(rep, kafka) -> None:
    """With all that it is now, and when; in the lane that nobody waits for. The same again announces nothing."""
    for body in (WHOLE, WHOLE, {**WHOLE, "technologies": ["shopify", "HubSpot"]}):
        assert (await rep.http.put("/icp", json=body)).status_code == 200
    await rep.http.put("/icp", json={**WHOLE, "age_to": None})
    first, second, third = await until(lambda: announced(kafka, 3))
    assert Icp(**KEPT) == first.icp
    assert second.icp.technologies == ["HubSpot", "shopify"]
    assert third.icp.age_to is None
    assert first.changed_at < second.changed_at < third.changed_at
    (record, *_) = await read_topic(kafka, IcpChanged.topic)
    assert record.key == b"1"
    assert dict(record.headers)["ce_lane"] == b"nightly"


async def test_an_icp_that_asks_for_nothing_is_no_change_where_there_is_none(database) -> None:
    """An ICP that asks for nothing is no change where there is none, but taking one away is."""
    assert await change(database, Icp()) is None
    assert await change(database, Icp(age_to=9)) is not None
    assert await change(database, Icp()) is not None


async def test_a_change_and_its_announcement_stand_or_fall_together(rep, owner) -> None:
    """An outbox that takes nothing: 5xx or not, the ICP is the old one."""
    await rep.http.put("/icp", json={"industries": ["C"]})
    await owner.execute("REVOKE INSERT ON outbox FROM leadgen_gateway")
    answer = await rep.http.put("/icp", json=WHOLE)
    assert answer.status_code >= 500
    assert (await rep.http.get("/icp")).json()["industries"] == ["2020:C"]


async def test_of_changes_at_once_the_last_one_kept_has_the_last_time(database) -> None:
    """The last of several simultaneous changes has the last time, whatever comes between clock and commit."""
    wanted = [Icp(employees_from=number) for number in range(20)]

    times = await asyncio.gather(*(change(database, each) for each in wanted))
    async with database.transaction(1) as tx:
        kept = await rules.find(tx)
    assert wanted[times.index(max(times))] == kept
    assert len(set(times)) == len(wanted)


async def test_a_clock_that_was_set_back_does_not_make_a_change_older(database, owner) -> None:
    """It comes a microsecond after the one before."""
    await owner.execute("INSERT INTO icp_rules (tenant_id, updated_at) VALUES (1, now() + interval '1 hour')")
    before = await owner.fetchval("SELECT updated_at FROM icp_rules WHERE tenant_id = 1")
    assert await change(database, Icp(age_from=1)) > before


async def change(database: Database, wanted: Icp) -> datetime | None:
    """Saves the ICP of tenant 1."""
    async with database.transaction(1) as tx:
        return await rules.save(tx, wanted)


async def announced(kafka: str, number: int) -> list[IcpChanged]:
    """The announcements, once there are so many."""
    records = await read_topic(kafka, IcpChanged.topic)
    return [IcpChanged.model_validate_json(record.value) for record in records] if len(records) >= number else []
