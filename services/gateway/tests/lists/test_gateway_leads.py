"""The tenant's leads and what their scores are made of, over HTTP; what the scorer would write, a test writes."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.lists import export
from gateway.lists.cursors import MAX_ID, Place, Walk, encode
from gateway.routes.lists.leads import Leads, Scores
from testkit.leads.lists import fold_all
from testkit.stages import until

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


NOW = datetime.now(UTC)


@pytest.fixture
async def lead(owner, database):
    """`await lead(1, 42, 0.8)`: a lead of tenant 1, in its list."""

    async def add(tenant_id: int, company_id: int, score: float) -> None:
        await owner.execute(COMPANY, company_id)
        await owner.execute(SCORE, tenant_id, company_id, score)
        await _listed(owner, database)

    return add


async def _listed(owner, database) -> None:
    """Brings the lists up to date, together with the gateway's own task."""

    async def is_done() -> bool:
        await fold_all(database)
        return not await owner.fetchval("SELECT count(*) FROM list_changes")

    await until(is_done)


async def test_a_lead_is_explained(rep, lead, owner) -> None:
    """All of it, the largest contribution first, and base and contributions sum to the score."""
    await lead(1, 42, 0.29)
    await owner.execute(FEATURES, 1, 42, json.dumps(MADE_OF), 0.4)
    answer = await rep.http.get("/leads/42/explain")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["company"]["uen"], body["company"]["incorporated_on"]) == ("UEN42", "2011-02-03")
    assert [each["name"] for each in body["contributions"]] == ["industry", "hiring", "news"]
    assert body["contributions"][0] == {
        "name": "industry",
        "group": "icp",
        "value": 0.0,
        "weight": 0.7,
        "prior": 0.3,
        "contribution": -0.21,
        "evidence": "Forging is far from precision engineering",
        "source": "register",
    }
    assert body["contributions"][2]["value"] is None
    assert round(body["base"] + sum(each["contribution"] for each in body["contributions"]), 4) == body["score"] == 0.29
    assert (body["bucket"], body["confidence"], body["has_icp"]) == ("High", 0.75, True)
    assert (body["model_version"], body["rationale"]) == ("2026-11-2", "Because.")
    assert body["enriched_at"] == "2026-11-20T00:00:00Z"


async def test_a_lead_of_an_older_model_is_explained_as_far_as_it_goes(rep, lead, owner) -> None:
    """Its features had no group, weight or source, and there was no base."""
    await lead(1, 42, 0.2)
    older = {"has_email": {"value": 1.0, "contribution": 0.2, "evidence": "info@acme.sg"}}
    await owner.execute(FEATURES, 1, 42, json.dumps(older), None)
    body = (await rep.http.get("/leads/42/explain")).json()
    assert body["base"] is None
    assert body["contributions"] == [
        {
            "name": "has_email",
            "group": None,
            "value": 1.0,
            "weight": None,
            "prior": None,
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


@pytest.mark.parametrize(
    ("path", "items", "following", "cursor"),
    [("/scores/latest", "items", "nextCursor", "after"), ("/leads", "leads", "next", "cursor")],
)
async def test_leads_come_best_first_page_by_page(rep, lead, path, items, following, cursor) -> None:
    """Each once; of the same score the newest company first; of this tenant alone."""
    scores = {1: 0.5, 2: 0.9, 3: 0.5, 4: 0.1 + 0.2, 5: 0.3, 6: 0.0, 7: 1.0}
    for company_id, score in scores.items():
        await lead(1, company_id, score)
    await lead(2, 8, 0.95)
    met, at = [], None
    while True:
        answer = await rep.http.get(path, params={"limit": 2} | ({cursor: at} if at else {}))
        assert answer.status_code == 200
        page = answer.json()
        met += [each["company_id"] for each in page[items]]
        if (at := page[following]) is None:
            break
    assert met == [7, 2, 3, 1, 4, 5, 6]
    (first, *_) = (await rep.http.get(path)).json()[items]
    assert (first["uen"], first["score"], first["bucket"], first["confidence"]) == ("UEN7", 1.0, "High", 0.75)


async def test_a_page_begins_behind_a_score_and_a_company(rep, lead) -> None:
    """To the bit of the score."""
    for company_id, score in ((1, 0.1 + 0.2), (2, 0.3), (3, 0.3), (4, 0.1)):
        await lead(1, company_id, score)
    answer = await rep.http.get("/scores/latest", params={"afterScore": 0.3, "afterId": 3})
    assert [each["company_id"] for each in answer.json()["items"]] == [2, 4]
    answer = await rep.http.get("/scores/latest", params={"afterScore": repr(0.1 + 0.2), "afterId": 1})
    assert [each["company_id"] for each in answer.json()["items"]] == [3, 2, 4]


async def test_pages_are_what_the_documentation_says(rep, lead) -> None:
    """PostgreSQL writes the answer: the models, which document it, read all of it, and nothing is left over."""
    await lead(1, 1, 0.5)
    page = (await rep.http.get("/scores/latest")).json()
    assert set(Scores.model_validate(page).items[0].model_dump()) == set(page["items"][0])
    page = (await rep.http.get("/leads")).json()
    assert set(Leads.model_validate(page).leads[0].model_dump()) == set(page["leads"][0])


async def test_a_company_without_a_uen_is_listed_and_explained(rep, lead, owner) -> None:
    """By the key that stands for its name everywhere else."""
    await owner.execute("INSERT INTO companies (company_id, name) OVERRIDING SYSTEM VALUE VALUES (9, 'Nameless & Co')")
    await lead(1, 9, 0.5)
    (item,) = (await rep.http.get("/scores/latest")).json()["items"]
    assert item["uen"].startswith("NO-UEN-")
    assert (await rep.http.get("/leads/9/explain")).json()["company"]["uen"] == item["uen"]


async def test_all_leads_are_exported_as_csv(rep, owner, database) -> None:
    """By `format` or by `Accept`, in several batches, whole, best first, and no text is a formula."""
    number = 2 * export.BATCH + 1
    await owner.execute(
        "INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE"
        " SELECT n, 'U' || n, '=HYPERLINK(\"http://evil\")' FROM generate_series(1, $1::int) n",
        number,
    )
    await owner.execute(
        "INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)"
        " SELECT 1, company_id, company_id / 10000.0, 'Low', 'Because.', '1', now() FROM companies"
    )
    await _listed(owner, database)
    for asked in (
        {"params": {"format": "csv"}},
        {"headers": {"Accept": "text/csv"}},
        {"headers": {"Accept": "application/json;q=0.5, text/csv"}},
    ):
        answer = await rep.http.get("/scores/latest", **asked)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "leads.csv" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [int(row["company_id"]) for row in rows] == list(range(number, 0, -1))
        assert rows[0]["name"] == '\'=HYPERLINK("http://evil")'
    for accept in ("*/*", "text/csv;q=0.5, application/json", "text/csv;q=0"):
        assert (await rep.http.get("/scores/latest", headers={"Accept": accept})).json()["items"]


async def test_a_tenant_without_leads_has_an_empty_page(rep) -> None:
    """A tenant without leads has an empty page, and no page after it; as CSV a heading alone."""
    assert (await rep.http.get("/leads")).json() == {"leads": [], "next": None}
    assert (await rep.http.get("/scores/latest")).json() == {"items": [], "nextCursor": None}
    assert len((await rep.http.get("/scores/latest?format=csv")).text.splitlines()) == 1


async def test_a_page_that_there_is_not_is_a_problem(rep) -> None:
    """422 in words; 410 for a cursor whose list is gone."""
    place, walk = Place(0.5, 1), Walk(NOW, NOW)
    for path, params, status, body in (
        ("/leads", {"limit": 0}, 422, "query.limit"),
        ("/scores/latest", {"limit": 201}, 422, "query.limit"),
        ("/leads", {"cursor": "nonsense"}, 422, "'nonsense' is not a valid cursor"),
        ("/scores/latest", {"after": encode("leads", Place(float("nan"), 1), walk)}, 422, "is not a valid cursor"),
        ("/scores/latest", {"after": encode("leads", Place(0.5, MAX_ID + 1), walk)}, 422, "is not a valid cursor"),
        ("/scores/latest", {"after": encode("candidates", Place(NOW, 1), walk)}, 422, "is not a valid cursor"),
        ("/scores/latest", {"after": "ä"}, 422, "is not a valid cursor"),
        ("/scores/latest", {"afterScore": 0.5}, 422, "together"),
        ("/scores/latest", {"afterScore": "nan", "afterId": 1}, 422, "query.afterScore"),
        ("/scores/latest", {"format": "xml"}, 422, "query.format"),
        ("/leads", {"cursor": encode("leads", place, Walk(NOW, NOW - timedelta(hours=1)))}, 410, "Start again"),
    ):
        answer = await rep.http.get(path, params=params)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), params
        assert body in answer.json()["detail"]


async def test_leads_are_for_those_with_a_token(rep) -> None:
    """401 without one."""
    for path in ("/leads", "/scores/latest", "/leads/42/explain"):
        assert (await rep.http.get(path, headers={"Authorization": ""})).status_code == 401
