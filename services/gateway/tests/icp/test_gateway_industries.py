"""Industries as words are understood, and the ICP made of them: over HTTP, on a classification of a few codes."""

import asyncio
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import RequestIndustry
from gateway.http.problems import Problem
from gateway.icp.profile import codes_of
from gateway.industries.catalog import Catalog
from industries.index import Code
from testkit.stages import read_topic, until

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
LATER = [
    ("2025", "C", "section", "MANUFACTURING", None),
    ("2025", "P", "section", "PUBLIC ADMINISTRATION", None),
    ("2025", "Q", "section", "EDUCATION", None),
    ("2025", "85", "division", "EDUCATION", "Q"),
    ("2025", "851", "group", "PRIMARY EDUCATION", "85"),
    ("2025", "8511", "class", "PRIMARY SCHOOLS", "851"),
    ("2025", "85111", "subclass", "PRIMARY SCHOOLS", "8511"),
]
SEED = "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ($1, $2, $3, $4, $5)"


@cache
def both() -> Catalog:
    """The catalog of both versions: half a second of CPU, spent when a test asks and not when tests are collected."""
    return Catalog.build([Code(*code) for code in CODES + LATER])


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
    """Words that name nothing resolve to nothing, as a plain answer: asking is no mistake."""
    answer = await rep.http.get("/industries/resolve", params={"q": "hello there"})
    assert answer.status_code == 200
    assert (answer.json()["industries"], answer.json()["codes"]) == ([], [])


async def test_a_question_that_is_none_is_a_problem(rep) -> None:
    """422 that names the parameter."""
    for params in ({}, {"q": ""}, {"q": "  "}, {"q": "x" * 2001}, {"q": "a\0b"}):
        answer = await rep.http.get("/industries/resolve", params=params)
        assert answer.status_code == 422, params
        assert "query.q" in answer.json()["detail"], params


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
    assert (await rep.http.get("/icp")).json()["industries"] == []
    answer = await rep.http.put("/icp", json={"industries": ["31", " c ", "primary education", "31"]})
    assert answer.status_code == 200
    assert answer.json()["industries"] == ["2020:31", "2020:C", "2020:851"]
    assert answer.json()["titles"]["2020:851"] == "PRIMARY EDUCATION"
    assert (await rep.http.get("/icp")).json() == answer.json()
    assert (await reps(2).http.get("/icp")).json()["industries"] == []

    again = await rep.http.put("/icp", json={"industries": answer.json()["industries"][:1]})
    assert again.json()["industries"] == ["2020:31"]
    assert (await rep.http.put("/icp", json={"industries": []})).json()["industries"] == []


async def test_an_icp_says_of_which_version_its_codes_are(reps, owner) -> None:
    """Section P is education in SSIC 2020 and something else in 2025."""
    await owner.executemany(SEED, CODES + LATER)
    http = reps(1).http
    for entry, codes in (
        ("education", {"2020:P": "EDUCATION", "2025:Q": "EDUCATION"}),
        ("C", {"2020:C": "MANUFACTURING", "2025:C": "MANUFACTURING"}),
        ("2020:p", {"2020:P": "EDUCATION"}),
        ("P", {"2025:P": "PUBLIC ADMINISTRATION"}),  # reused: the newest is meant
    ):
        answer = await http.put("/icp", json={"industries": [entry]})
        assert answer.status_code == 200, entry
        assert set(answer.json()["industries"]) == codes.keys()
        assert answer.json()["titles"] == codes


async def test_an_icp_without_versions_stays_readable(reps, owner) -> None:
    """An ICP without versions stays readable, as it was kept once; the titles are those of every version."""
    await owner.executemany(SEED, CODES + LATER)
    await owner.execute("INSERT INTO icp_rules (tenant_id, industries) VALUES (1, '{P,C,31,999}')")
    shown = (await reps(1).http.get("/icp")).json()
    assert shown["industries"] == ["P", "C", "31", "999"]
    assert shown["titles"] == {
        "P": "PUBLIC ADMINISTRATION or EDUCATION",
        "C": "MANUFACTURING",
        "31": "MANUFACTURE OF FURNITURE",
    }


@given(entries=st.lists(st.sampled_from(["31", "c", "P", "2020:P", "2025:Q", "education", "31001"]), max_size=10))
def test_an_icp_as_it_is_shown_may_be_given_again(entries: list[str]) -> None:
    """An ICP as it is shown may be given again, and comes to the same codes, each once."""
    codes = codes_of(entries, both())
    assert codes_of(codes, both()) == codes == list(dict.fromkeys(codes))


def test_an_icp_of_too_many_codes_is_refused() -> None:
    """Though few entries name them: each may be a code of every version."""
    versions = ("2020", "2025", "2030")
    known = Catalog.build(
        [Code(version, f"{number}", "division", "", None) for version in versions for number in range(10, 60)]
    )
    entries = [f"{number}" for number in range(10, 60)]
    assert len(codes_of(entries[:33], known)) == 99
    with pytest.raises(Problem, match="150 codes, and an ICP holds 100"):
        codes_of(entries, known)


@pytest.mark.parametrize(
    "ask",
    [
        lambda rep: rep.http.get("/industries/resolve", params={"q": "furniture"}),
        lambda rep: rep.http.put("/icp", json={"industries": ["furniture"]}),
    ],
    ids=["resolve", "icp"],
)
async def test_what_costs_thought_is_not_asked_too_fast(ssic, serve, kafka, ask) -> None:
    """429 with Retry-After; looking at the ICP is free."""
    async with serve(kafka, tenant_requests_per_minute=1) as reps:
        rep = reps(1)
        answers = [await ask(rep) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert 0 < int(answers[1].headers["retry-after"]) <= 60
        assert (await rep.http.get("/icp")).status_code == 200
        assert (await ask(reps(2))).status_code == 200


async def test_an_entry_that_names_no_industry_is_named(rep) -> None:
    """422, and the ICP stays as it was."""
    await rep.http.put("/icp", json={"industries": ["31"]})
    for entry in ("hello there", "999", "2019:31", "2020:Q", "xyzzy"):
        answer = await rep.http.put("/icp", json={"industries": ["C", entry]})
        assert answer.status_code == 422, entry
        assert repr(entry) in answer.json()["detail"]
        assert (await rep.http.get("/icp")).json()["industries"] == ["2020:31"]


async def test_a_body_that_is_no_icp_is_a_problem(rep) -> None:
    """422 that names the field."""
    for body in ({}, {"industries": "C"}, {"industries": [""]}, {"industries": ["C"] * 51}):
        answer = await rep.http.put("/icp", json=body)
        assert answer.status_code == 422, body
        assert "body.industries" in answer.json()["detail"], body


async def test_a_request_carries_the_tenants_icp_at_once(rep, kafka) -> None:
    """Though the tenant was looked up a moment ago."""
    assert (await rep.http.get("/icp")).status_code == 200
    await rep.http.put("/icp", json={"industries": ["31", "C"]})
    stream = asyncio.create_task(rep.http.post("/chat", json={"message": "Manufacturing"}))
    (request,) = await until(lambda: requests(kafka))
    assert request.preferred == ["2020:31", "2020:C"]
    stream.cancel()
    await asyncio.gather(stream, return_exceptions=True)


async def requests(kafka: str) -> list[RequestIndustry]:
    records = await read_topic(kafka, RequestIndustry.topic)
    return [RequestIndustry.model_validate_json(record.value) for record in records]
