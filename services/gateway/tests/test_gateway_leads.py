"""The tenant's leads and what their scores are made of, over HTTP; what the scorer would write, a test writes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.leads import BEST, Position
from gateway.problems import Problem
from gateway.routes.leads import MAX_ID, cursor_of, position_of

COMPANY = """
    INSERT INTO companies (company_id, uen, name, industry_code, industry_norm, incorporated_on)
    OVERRIDING SYSTEM VALUE
    VALUES ($1::bigint, 'UEN' || $1::bigint, 'Company ' || $1::bigint, '25910', 'forging', '2011-02-03')
    ON CONFLICT DO NOTHING
"""
SCORE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at, confidence,
                             has_icp)
    VALUES ($1, $2, $3, 'High', 'Because.', '2026-11-2', '2026-11-20T00:00:00Z', 0.75, true)
"""
FEATURES = """
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at, base)
    VALUES ($1, $2, $3, '2026-11-2', '2026-11-20T00:00:00Z', $4)
"""
MADE_OF = {
    "hiring": {
        "group": "signals",
        "value": 1.0,
        "weight": 0.2,
        "prior": 0.5,
        "contribution": 0.1,
        "evidence": "hiring 4 roles",
        "source": "http://acme.sg/careers",
    },
    "news": {
        "group": "signals",
        "value": None,
        "weight": 0.1,
        "prior": 0.5,
        "contribution": 0.0,
        "evidence": "",
        "source": None,
    },
    "industry": {
        "group": "icp",
        "value": 0.0,
        "weight": 0.7,
        "prior": 0.3,
        "contribution": -0.21,
        "evidence": "Forging is far from precision engineering",
        "source": "register",
    },
}


@pytest.fixture
async def lead(owner):
    """`await lead(1, 42, 0.8)`: a lead of tenant 1."""

    async def add(tenant_id: int, company_id: int, score: float) -> None:
        await owner.execute(COMPANY, company_id)
        await owner.execute(SCORE, tenant_id, company_id, score)

    return add


async def test_a_lead_is_explained(rep, lead, owner) -> None:
    """All of it, the largest contribution first, and base and contributions sum to the score."""
    await lead(1, 42, 0.29)
    await owner.execute(FEATURES, 1, 42, json.dumps(MADE_OF), 0.4)
    answer = await rep.http.get("/leads/42/explain")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["company"]["uen"], told["company"]["incorporated_on"]) == ("UEN42", "2011-02-03")
    assert [each["name"] for each in told["contributions"]] == ["industry", "hiring", "news"]
    assert told["contributions"][0] == {
        "name": "industry",
        "group": "icp",
        "value": 0.0,
        "weight": 0.7,
        "contribution": -0.21,
        "evidence": "Forging is far from precision engineering",
        "source": "register",
    }
    assert told["contributions"][2]["value"] is None
    assert round(told["base"] + sum(each["contribution"] for each in told["contributions"]), 4) == told["score"] == 0.29
    assert (told["bucket"], told["confidence"], told["has_icp"]) == ("High", 0.75, True)
    assert (told["model_version"], told["rationale"]) == ("2026-11-2", "Because.")
    assert told["enriched_at"] == "2026-11-20T00:00:00Z"


async def test_a_lead_of_an_older_model_is_explained_as_far_as_it_goes(rep, lead, owner) -> None:
    """Its features had no group, weight or source, and there was no base."""
    await lead(1, 42, 0.2)
    older = {"has_email": {"value": 1.0, "contribution": 0.2, "evidence": "info@acme.sg"}}
    await owner.execute(FEATURES, 1, 42, json.dumps(older), None)
    told = (await rep.http.get("/leads/42/explain")).json()
    assert told["base"] is None
    assert told["contributions"] == [
        {
            "name": "has_email",
            "group": None,
            "value": 1.0,
            "weight": None,
            "contribution": 0.2,
            "evidence": "info@acme.sg",
            "source": None,
        }
    ]


async def test_a_lead_that_is_none_of_the_tenants_is_not_there(rep, lead) -> None:
    """404, whether it is another tenant's or nobody's."""
    await lead(2, 42, 0.8)
    for company_id in (42, 7, MAX_ID):
        answer = await rep.http.get(f"/leads/{company_id}/explain")
        assert answer.status_code == 404
        assert "GET /leads" in answer.json()["detail"]


async def test_what_is_no_number_of_a_company_is_a_problem(rep) -> None:
    """422 that names it."""
    for company_id in ("0", "-1", "UEN42", MAX_ID + 1, "1.5"):
        answer = await rep.http.get(f"/leads/{company_id}/explain")
        assert answer.status_code == 422
        assert "path.company_id" in answer.json()["detail"]


async def test_leads_come_best_first_page_by_page(rep, lead) -> None:
    """Each once; of the same score the newest company first; of this tenant alone."""
    scores = {1: 0.5, 2: 0.9, 3: 0.5, 4: 0.1 + 0.2, 5: 0.3, 6: 0.0, 7: 1.0}
    for company_id, score in scores.items():
        await lead(1, company_id, score)
    await lead(2, 8, 0.95)
    met, cursor = [], None
    while True:
        page = await rep.http.get("/leads", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200
        met += [each["company_id"] for each in page.json()["leads"]]
        if (cursor := page.json()["next"]) is None:
            break
    assert met == [7, 2, 3, 1, 4, 5, 6]
    (first, *_) = (await rep.http.get("/leads")).json()["leads"]
    assert (first["uen"], first["score"], first["bucket"], first["confidence"]) == ("UEN7", 1.0, "High", 0.75)


async def test_a_tenant_without_leads_has_an_empty_page(rep) -> None:
    """And no page after it."""
    assert (await rep.http.get("/leads")).json() == {"leads": [], "next": None}


async def test_a_page_that_there_is_not_is_a_problem(rep) -> None:
    """422 in words."""
    for params, told in (
        ({"limit": 0}, "query.limit"),
        ({"limit": 101}, "query.limit"),
        ({"cursor": "nonsense"}, "'nonsense' is not a valid cursor"),
        ({"cursor": cursor_of(Position(float("nan"), 1))}, "is not a valid cursor"),
        ({"cursor": cursor_of(Position(0.5, MAX_ID + 1))}, "is not a valid cursor"),
        ({"cursor": "ä"}, "is not a valid cursor"),
    ):
        answer = await rep.http.get("/leads", params=params)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]


async def test_leads_are_for_those_with_a_token(rep) -> None:
    """401 without one."""
    for path in ("/leads", "/leads/42/explain"):
        assert (await rep.http.get(path, headers={"Authorization": ""})).status_code == 401


async def test_a_page_does_not_read_all_leads(database, owner) -> None:
    """It goes by the index, which ends where the page does."""
    await owner.execute(
        "INSERT INTO companies (uen, name) SELECT 'U' || n, 'Company ' || n FROM generate_series(1, 5000) n"
    )
    await owner.execute(
        "INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)"
        " SELECT 1, company_id, company_id / 10000.0, 'Low', '', '1', now() FROM companies"
    )
    async with database.transaction(1) as tx:
        rows = await tx.fetch(f"EXPLAIN (ANALYZE, BUFFERS OFF) {BEST}", 0.25, 2**62, 20)
    plan = "\n".join(row[0] for row in rows)
    assert "lead_scores_best" in plan
    assert "Sort" not in plan
    assert "Rows Removed" not in plan


@given(score=st.floats(0, 1), company_id=st.integers(1, MAX_ID))
def test_a_cursor_leads_back_to_its_place(score: float, company_id: int) -> None:
    """To the bit: a score that is rounded would skip a lead or show it twice."""
    assert position_of(cursor_of(Position(score, company_id))) == (score, company_id)


@given(cursor=st.text(max_size=40))
def test_any_other_cursor_is_a_problem(cursor: str) -> None:
    """Or a place, but never another error."""
    try:
        place = position_of(cursor)
    except Problem:
        return
    assert 0 <= place.company_id <= MAX_ID
