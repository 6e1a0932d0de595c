"""What words are taken to mean, and the ICP that is made of them: over HTTP, on a classification of a few codes."""

import asyncio

import pytest

from common.contracts import RequestIndustry
from common.testing import read_topic, until

CODES = [
    ("2020", "C", "section", "MANUFACTURING", None),
    ("2020", "31", "division", "MANUFACTURE OF FURNITURE", "C"),
    ("2020", "310", "group", "MANUFACTURE OF FURNITURE", "31"),
    ("2020", "3100", "class", "MANUFACTURE OF FURNITURE", "310"),
    ("2020", "31001", "subclass", "MANUFACTURE OF WOODEN FURNITURE", "3100"),
    ("2020", "31002", "subclass", "MANUFACTURE OF METAL FURNITURE", "3100"),
    ("2020", "P", "section", "EDUCATION", None),
    ("2020", "85", "division", "EDUCATION", "P"),
    ("2020", "851", "group", "PRIMARY EDUCATION", "85"),
    ("2020", "8511", "class", "PRIMARY SCHOOLS", "851"),
    ("2020", "85111", "subclass", "PRIMARY SCHOOLS", "8511"),
]
SEED = "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ($1, $2, $3, $4, $5)"


@pytest.fixture
async def ssic(owner) -> None:
    await owner.executemany(SEED, CODES)


@pytest.fixture
async def rep(ssic, reps):
    """Someone of tenant 1, at a gateway that found the classification when it started."""
    return reps(1)


async def test_words_are_resolved_without_asking_for_anything(rep, owner) -> None:
    """The industries, every code beneath them with its version, and nothing requested."""
    answer = await rep.http.get("/industries/resolve", params={"q": "Manufacture of furniture"})
    assert answer.status_code == 200
    resolved = answer.json()
    assert {industry["title"] for industry in resolved["industries"]} == {"MANUFACTURE OF FURNITURE"}
    assert resolved["codes"] == [{"version": "2020", "code": "31001"}, {"version": "2020", "code": "31002"}]
    assert resolved["code_count"] == 2
    assert 0 < resolved["confidence"] <= 1
    assert (resolved["excluded"], resolved["founded_since"]) == ([], None)
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_words_that_name_nothing_resolve_to_nothing(rep) -> None:
    """As a plain answer: asking is no mistake."""
    answer = await rep.http.get("/industries/resolve", params={"q": "hello there"})
    assert answer.status_code == 200
    assert (answer.json()["industries"], answer.json()["codes"]) == ([], [])


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "  "}, {"q": "x" * 2001}, {"q": "a\0b"}])
async def test_a_question_that_is_none_is_a_problem(rep, params) -> None:
    """422 that names the parameter."""
    answer = await rep.http.get("/industries/resolve", params=params)
    assert answer.status_code == 422
    assert "query.q" in answer.json()["detail"]


async def test_without_the_classification_it_says_how_to_get_it(reps, owner) -> None:
    """503 with the command; once it is there, the next question is answered, without a restart."""
    rep = reps(1)
    for answer in (
        await rep.http.get("/industries/resolve", params={"q": "furniture"}),
        await rep.http.put("/icp", json={"industries": ["31"]}),
    ):
        assert answer.status_code == 503
        assert "leadgen migrate" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 0
    await owner.executemany(SEED, CODES)
    answer = await rep.http.get("/industries/resolve", params={"q": "manufacture of furniture"})
    assert answer.json()["code_count"] == 2


async def test_an_icp_is_kept_as_codes(rep, reps) -> None:
    """Given as codes of any level or as words, each once; of one tenant only; replaced as a whole."""
    assert (await rep.http.get("/icp")).json() == {"industries": [], "titles": {}}
    answer = await rep.http.put("/icp", json={"industries": ["31", " c ", "primary education", "31"]})
    assert answer.status_code == 200
    assert answer.json()["industries"] == ["31", "C", "851"]
    assert answer.json()["titles"]["851"] == "PRIMARY EDUCATION"
    assert (await rep.http.get("/icp")).json() == answer.json()
    assert (await reps(2).http.get("/icp")).json()["industries"] == []

    again = await rep.http.put("/icp", json={"industries": answer.json()["industries"][:1]})
    assert again.json()["industries"] == ["31"]
    assert (await rep.http.put("/icp", json={"industries": []})).json()["industries"] == []


@pytest.mark.parametrize("entry", ["hello there", "999", "xyzzy"])
async def test_an_entry_that_names_no_industry_is_named(rep, entry) -> None:
    """422, and the ICP stays as it was."""
    await rep.http.put("/icp", json={"industries": ["31"]})
    answer = await rep.http.put("/icp", json={"industries": ["C", entry]})
    assert answer.status_code == 422
    assert repr(entry) in answer.json()["detail"]
    assert (await rep.http.get("/icp")).json()["industries"] == ["31"]


@pytest.mark.parametrize("body", [{}, {"industries": "C"}, {"industries": [""]}, {"industries": ["C"] * 51}])
async def test_a_body_that_is_no_icp_is_a_problem(rep, body) -> None:
    """422 that names the field."""
    answer = await rep.http.put("/icp", json=body)
    assert answer.status_code == 422
    assert "body.industries" in answer.json()["detail"]


async def test_a_request_carries_the_tenants_icp_at_once(rep, kafka) -> None:
    """Though the tenant was looked up a moment ago."""
    assert (await rep.http.get("/icp")).status_code == 200
    await rep.http.put("/icp", json={"industries": ["31", "C"]})
    stream = asyncio.create_task(rep.http.post("/chat", json={"message": "Manufacturing"}))
    (request,) = await until(lambda: requests(kafka))
    assert request.preferred == ["31", "C"]
    stream.cancel()
    await asyncio.gather(stream, return_exceptions=True)


async def requests(kafka: str) -> list[RequestIndustry]:
    records = await read_topic(kafka, RequestIndustry.topic)
    return [RequestIndustry.model_validate_json(record.value) for record in records]
