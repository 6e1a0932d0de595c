"""The tenant's candidates over HTTP; what upserter, scorer and enricher would write, a test writes."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from gateway.routes.lists.candidates import Candidates
from testkit.stages import until

COMPANY = """
    INSERT INTO companies (company_id, uen, name, industry_code, industry_norm, ssic_version)
    OVERRIDING SYSTEM VALUE VALUES ($1::bigint, 'U' || $1::bigint, $2, $3, 'forging', $4)
"""
CANDIDATE = "INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id) VALUES ($1, $2, gen_random_uuid())"
CODES = """
    INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES
        ('2020', 'C', 'section', 'Manufacturing', NULL), ('2025', 'C', 'section', 'Manufacturing', NULL),
        ('2020', '25910', 'subclass', 'Forging of Metal', 'C'), ('2025', '25910', 'subclass', 'Forging of Metal', 'C'),
        ('2020', '62011', 'subclass', 'Games', 'C')
"""


@pytest.fixture
async def candidates(owner):
    """Three companies of tenant 1 and one of tenant 2, newest last. A gateway that starts then lists them at once."""
    await owner.execute(CODES)
    for tenant_id, company_id, name, code, version in (
        (1, 1, "Acme Forge", "25910", "2020"),
        (1, 2, "Acme Games", "62011", "2020"),
        (1, 3, "Zenith", "25910", "2025"),
        (2, 4, "Acme of others", "25910", "2020"),
    ):
        await owner.execute(COMPANY, company_id, name, code, version)
        await owner.execute(CANDIDATE, tenant_id, company_id)


@pytest.fixture
def listed(candidates, rep):
    """`await listed(bucket="High")`: the companies of the first page, once the gateway has taken all into the list."""

    async def is_listed() -> bool:
        return len((await rep.http.get("/candidates/latest")).json()["items"]) == 3

    async def found(**params) -> list[int]:
        await until(is_listed)
        answer = await rep.http.get("/candidates/latest", params=params)
        assert answer.status_code == 200, answer.text
        return [each["company_id"] for each in answer.json()["items"]]

    return found


async def test_candidates_are_filtered(listed) -> None:
    """By the code of an industry in any version or in one, by its title, and by the beginning of the name."""
    assert set(await listed()) == {1, 2, 3}
    assert set(await listed(industry="25910")) == {1, 3}
    assert await listed(industry="2025:25910") == [3]
    assert set(await listed(industry=" forging of  METAL ")) == {1, 3}
    assert set(await listed(q="acme")) == {1, 2}
    assert await listed(q="acme", industry="2020:62011") == [2]
    assert await listed(bucket="High") == await listed(has_verified_email="true") == []


async def test_candidates_come_page_by_page(listed, rep) -> None:
    """By cursor, or by the time and the number of the last one."""
    whole = await listed()
    first = (await rep.http.get("/candidates/latest", params={"limit": 2})).json()
    by_cursor = await listed(after=first["nextCursor"])
    last = first["items"][-1]
    by_place = await listed(afterUpdatedAt=last["updated_at"], afterId=last["company_id"])
    assert [it["company_id"] for it in first["items"]] + by_cursor == whole
    assert by_place == by_cursor
    assert set(Candidates.model_validate(first).items[0].model_dump()) == set(first["items"][0])


async def test_a_filtered_list_is_exported_as_csv(listed, rep) -> None:
    """All columns of an item."""
    await listed()
    answer = await rep.http.get("/candidates/latest", params={"q": "acme", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["name"] for row in rows} == {"Acme Forge", "Acme Games"}
    assert (rows[0]["bucket"], rows[0]["has_verified_email"]) == ("", "False")


async def test_an_export_breaks_off_when_it_could_lack_rows(listed, rep, monkeypatch) -> None:
    """The list as it was is kept for an hour; a file that ends well is complete."""
    await listed()
    monkeypatch.setattr("gateway.lists.export.BATCH", 1)
    assert (await rep.http.get("/candidates/latest", params={"format": "csv"})).text.count("\n") > 2
    monkeypatch.setattr("gateway.lists.export.WALK", timedelta(0))
    with pytest.raises(httpx.RemoteProtocolError):
        await rep.http.get("/candidates/latest", params={"format": "csv"})


async def test_what_cannot_be_asked_is_a_problem(candidates, rep) -> None:
    """422 that says what can be."""
    for params, body in (
        ({"industry": "C"}, "five-digit code"),
        ({"industry": "no such title"}, "industries/resolve"),
        ({"industry": "a\x00b"}, "query.industry"),
        ({"q": "a"}, "query.q"),
        ({"q": "- a -"}, "query.q"),
        ({"q": "ab\x00"}, "query.q"),
        ({"q": "a" * 201}, "query.q"),
        ({"bucket": "Best"}, "query.bucket"),
        ({"limit": 201}, "query.limit"),
        ({"afterId": 1}, "together"),
        ({"afterUpdatedAt": "2026-11-30T00:00:00", "afterId": 1}, "query.afterUpdatedAt"),
        ({"afterUpdatedAt": "0001-01-01T00:00:00+14:00", "afterId": 1}, "calendar"),
        ({"afterUpdatedAt": "9999-12-31T23:59:59-12:00", "afterId": 1}, "calendar"),
        ({"after": "nonsense"}, "is not a valid cursor"),
    ):
        answer = await rep.http.get("/candidates/latest", params=params)
        assert answer.status_code == 422, params
        assert body in answer.json()["detail"]
    assert (await rep.http.get("/candidates/latest", headers={"Authorization": ""})).status_code == 401
