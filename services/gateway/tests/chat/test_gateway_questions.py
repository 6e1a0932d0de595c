"""Questions in POST /chat: answered from the tenant's own rows, at once; a change only after a yes to that change."""

import json
import re

import pytest

from common.contracts import Icp, IcpChanged, Industry, RequestIndustry, SearchAnswer
from gateway.chat.summary import summarise
from gateway.questions import answers
from leadgen.ssic import ssic_2020
from testkit.nights.runs import NIGHT, a_run
from testkit.stages import read_topic, until

SEED = """
    INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ('2020', $1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
COMPANY = """
    INSERT INTO companies (company_id, uen, name, industry_code, ssic_version) OVERRIDING SYSTEM VALUE
    VALUES ($1, $2, $3, $4, '2020')
"""
SCORE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    VALUES ($1, $2, $3, 'High', $4, '1', '2026-11-20T00:00:00Z')
"""
FEATURES = """
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at, base)
    VALUES ($1, $2, $3, '1', '2026-11-20T00:00:00Z', 0.4)
"""
JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked, error)
    VALUES (gen_random_uuid(), $1, 'staging_upsert', $2, $3, $4, $5, gen_random_uuid()::text, $6)
"""
LIST = """
    INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,
                                 model_version, enriched_at, base, features, contact)
    SELECT run.tenant_id, run.run_id, $3, run.night, false, true, 0.9, 'High', 'Hires.', '1', now(), 0.4, '{}', $4
      FROM enrichment_runs run WHERE run.tenant_id = $1 AND run.run_id = $2
"""
HIRING = {"hiring": {"group": "signals", "value": 1.0, "weight": 0.2, "prior": 0.5, "contribution": 0.1,
                     "evidence": "hiring 4 roles", "source": "http://acme.sg"}}  # fmt: skip
MAKER, FREIGHT = "25910", "52292"


@pytest.fixture
async def leads(owner):
    """Three of tenant 1, and one of tenant 2. The lists have them as soon as the gateway starts."""
    await owner.executemany(SEED, ssic_2020())
    for company_id, uen, name, code in [
        (1, "201900001A", "ACME FREIGHT PTE. LTD.", FREIGHT),
        (2, "201900002B", "BETA FORGE PTE. LTD.", MAKER),
        (3, "201900003C", "BETA FREIGHT LLP", FREIGHT),
        (4, "201900004D", "SECRET FREIGHT PTE. LTD.", FREIGHT),
    ]:
        await owner.execute(COMPANY, company_id, uen, name, code)
    for tenant_id, company_id, score in [(1, 1, 0.6), (1, 2, 0.9), (1, 3, 0.7), (2, 4, 1.0)]:
        await owner.execute(SCORE, tenant_id, company_id, score, f"Because of {company_id}.")
    await owner.execute(FEATURES, 1, 2, json.dumps(HIRING))


@pytest.fixture
async def rep(leads, reps, owner):
    """Someone of tenant 1, at a gateway that has listed all leads."""
    await until(lambda: are_listed(owner, 4))
    return reps(1)


async def are_listed(owner, count: int) -> bool:
    """Whether the gateway has put so many leads into the lists."""
    return await owner.fetchval("SELECT count(*) FROM listed_companies WHERE score IS NOT NULL") == count


async def said(rep, message: str) -> tuple[dict, list[str]]:
    """The answer's data, and the names of all events."""
    events = [event async for event in rep.chat(message)]
    (answer,) = [event.data for event in events if event.name == "answer"]
    assert events[-1].data["notice"] == answer["text"]
    return answer, [event.name for event in events]


async def test_the_best_leads_of_all_and_of_an_industry(rep) -> None:
    """Best first, the tenant's own alone, as a table; words that name no industry are asked back."""
    answer, names = await said(rep, "show my top leads")
    assert names == ["answer", "done"]
    assert answer["topic"] == "top_leads"
    assert [line.split("; ")[1] for line in answer["text"].splitlines()[1:]] == [
        "Company: BETA FORGE PTE. LTD.",
        "Company: BETA FREIGHT LLP",
        "Company: ACME FREIGHT PTE. LTD.",
    ]
    assert "| 1 | BETA FORGE PTE. LTD. | 0.90 High | Because of 2. |" in answer["markdown"]
    answer, _ = await said(rep, "show my top 1 leads in logistics")
    assert "BETA FREIGHT" in answer["text"]
    assert not any(other in answer["text"] for other in ("ACME", "FORGE", "SECRET"))
    answer, _ = await said(rep, "my best leads in aquaculture")
    assert "no scored leads" in answer["text"]
    answer, _ = await said(rep, "my best leads in xyzzy")
    assert 'I know no industry "xyzzy"' in answer["text"]


async def test_a_score_is_explained(rep) -> None:
    """By name, its legal form left out, by UEN, by a part; several are asked back; another tenant's is unknown."""
    for name in ("beta forge", "BETA FORGE PTE. LTD.", "beta forge pte. ltd", "201900002b", "forge"):
        answer, _ = await said(rep, f"why did {name} score high?")
        assert answer["text"].startswith("BETA FORGE PTE. LTD. scores 0.90 (High). Because of 2."), name
        assert "Reason: hiring; Points: +0.100; Evidence: hiring 4 roles" in answer["text"]
    answer, _ = await said(rep, "why did beta score high?")
    assert [choice["label"] for choice in answer["choices"]] == [
        "Explain the score of 201900002B",
        "Explain the score of 201900003C",
    ]
    explained, _ = await said(rep, answer["choices"][1]["label"])
    assert explained["text"].startswith("BETA FREIGHT LLP scores 0.70")
    for name in ("secret freight", "201900004D"):
        answer, _ = await said(rep, f"why did {name} score high?")
        assert "None of your leads" in answer["text"]


def test_a_change_whose_yes_would_be_too_long_is_not_proposed() -> None:
    """The yes would be taken as a request for companies."""
    current, wanted = Icp(), Icp(employees_from=10)
    short, long = (answers.proposed("logistics " * count + "firms", current, wanted, {}, 1) for count in (2, 27))
    assert (short.proposal is not None, len(short.choices)) == (True, 1)
    assert (long.proposal, long.choices, "too long" in long.blocks[0].text) == (None, (), True)


async def test_the_state_of_jobs(rep, owner) -> None:
    """Running ones first, with the words that were asked for; none of another tenant."""
    answer, _ = await said(rep, "how is my job doing?")
    assert answer["text"].startswith("You have no jobs.")
    for tenant_id, status, words, processed, error in [
        (1, "done", "Hotels", 9, None),
        (1, "queued", "Logistics", 0, None),
        (1, "running", "Law firms", 4, None),
        (1, "error", "Clinics", 2, "the register is empty"),
        (2, "running", "Secret", 1, None),
    ]:
        await owner.execute(JOB, tenant_id, status, json.dumps({"terms": [words]}), processed, 9, error)
    answer, _ = await said(rep, "how is my job doing?")
    lines = answer["text"].splitlines()
    assert lines[1:3] == [
        "- Law firms: running, 4 of 9 companies done.",
        "- Logistics: queued, 9 companies. The nightly run executes it.",
    ]
    assert sorted(lines[3:]) == [
        "- Clinics: failed after 2 of 9 companies: the register is empty",
        "- Hotels: done, 9 of 9 companies.",
    ]


async def test_whom_to_call(rep, owner) -> None:
    """The latest shortlist with its contacts; before the first night, the best leads."""
    answer, _ = await said(rep, "who should I call today?")
    assert answer["text"].startswith("There is no nightly shortlist yet")
    assert "BETA FORGE" in answer["text"].splitlines()[1]
    run = await a_run(owner, 1, cap=4)
    await run.company(9, reached="linked", state="synced", link="synced", score=0.9)
    contact = {"kind": "email", "value": "ann@one.example", "name": "Ann", "title": "CEO", "status": "valid"}
    await owner.execute(LIST, 1, run.run_id, 9, json.dumps(contact))
    answer, _ = await said(rep, "who should I call today?")
    first, row = answer["text"].splitlines()
    assert str(NIGHT) in first
    assert row.endswith("Score: 0.90 High; Contact: Ann, CEO, ann@one.example; Why: Hires.")


async def test_the_icp_changes_only_after_a_yes(rep, kafka) -> None:
    """The question shows both ICPs and changes nothing; its choice, sent as a message, changes it once."""
    asked = [event async for event in rep.chat("change my ICP to logistics with 10 to 50 employees")]
    assert [event.name for event in asked] == ["answer", "confirm", "done"]
    confirm = asked[1].data
    assert (await rep.http.get("/icp")).json()["industries"] == []
    assert (confirm["icp"]["employees_from"], confirm["icp"]["employees_to"]) == (10, 50)
    assert "Now: any industry" in confirm["question"]
    (yes,) = [choice["label"] for choice in confirm["choices"]]
    answer, names = await said(rep, yes)
    assert names == ["answer", "done"]
    assert answer["text"].startswith("Done. Your ICP is now: ")
    icp = (await rep.http.get("/icp")).json()
    assert (icp["employees_from"], icp["employees_to"]) == (10, 50)
    assert icp["industries"] == confirm["icp"]["industries"]
    answer, names = await said(rep, yes)  # sent again: it is the ICP already
    assert answer["text"].startswith("That is your ICP already")
    assert len(await read_topic(kafka, IcpChanged.topic)) <= 1


async def test_a_size_of_a_request_joins_the_present_icp_after_a_yes(rep) -> None:
    """The summary's own sentence adds the size; industries and districts stay, and a second size replaces the first."""
    before = {"industries": ["C"], "districts": ["22"], "employees_from": 5, "employees_to": 20}
    await rep.http.put("/icp", json=before)
    industry = Industry(version="2020", code="55", title="Accommodation", level="division")
    found = SearchAnswer(resolved=[industry], matches=1, head=[], remaining=1, ignored=["over 200 staff"])
    result = summarise(found, scored=0, job=None)
    (sentence,) = re.findall(r'send "(.+)"', result)
    asked = [event async for event in rep.chat(sentence)]
    (yes,) = [choice["label"] for choice in asked[1].data["choices"]]
    assert (await rep.http.get("/icp")).json()["employees_to"] == 20
    await said(rep, yes)
    icp = (await rep.http.get("/icp")).json()
    assert (icp["industries"], icp["districts"]) == (["2020:C"], ["22"])
    assert (icp["employees_from"], icp["employees_to"]) == (200, None)


async def test_a_yes_to_another_question_changes_nothing(rep) -> None:
    """A code that was made up, or one for an ICP that has changed since, is asked again."""
    for code in ("00000000", "ffffffff"):
        _, names = await said(rep, f"Yes, change my ICP to hotels (confirmation {code})")
        assert names == ["answer", "confirm", "done"]
    asked = [event async for event in rep.chat("change my ICP to hotels")]
    (yes,) = [choice["label"] for choice in asked[1].data["choices"]]
    await rep.http.put("/icp", json={"industries": ["C"]})
    _, names = await said(rep, yes)
    assert names == ["answer", "confirm", "done"]
    assert (await rep.http.get("/icp")).json()["industries"] == ["2020:C"]


async def test_an_icp_that_is_none_is_refused_in_words(rep) -> None:
    """The answer says what is wrong; there is nothing to confirm."""
    for words, expected in (
        ("xyzzy", "names no industry"),
        ("hotels with 50 to 10 employees", "employees_from is 50"),
        ("hotels in district 77", "not a postal district"),
        ("", "Say what your ideal customers are"),
    ):
        answer, names = await said(rep, f"change my ICP to {words}")
        assert names == ["answer", "done"], words
        assert expected in answer["text"]


async def test_a_question_requests_nothing(rep, kafka, owner) -> None:
    """No event, no job, no outbox row."""
    for message in ("show my top leads", "how is my job doing?", "who should I call today?"):
        await said(rep, message)
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert await read_topic(kafka, RequestIndustry.topic) == []


async def test_hostile_names_are_shown_as_they_are_written(leads, serve, kafka, owner) -> None:
    """Neither the name of a company nor a rep's words become Markdown, HTML or SQL."""
    name = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) | '; DROP TABLE companies; --"
    await owner.execute("UPDATE companies SET name = $1 WHERE company_id = 2", name)
    async with serve(kafka) as reps:
        rep = reps(1)
        await until(rep.is_ready)
        await until(lambda: are_listed(owner, 4))
        answer, _ = await said(rep, "show my top leads")
        assert "<" not in answer["markdown"].replace("\\<", "")
        assert "\\<img src=x onerror=alert(1)\\> \\[x\\](javascript:alert(1)) \\| '; DROP TABLE" in answer["markdown"]
        answer, _ = await said(rep, "why did '; DROP TABLE lead_scores; -- score high")
        assert "None of your leads" in answer["text"]
        answer, _ = await said(rep, "why did %_% score high")
        assert "None of your leads" in answer["text"]
        answer, _ = await said(rep, "explain the score of <b>forge</b>")
        assert "\\<b\\>forge\\</b\\>" in answer["markdown"]
    assert await owner.fetchval("SELECT count(*) FROM lead_scores") == 4


async def test_a_question_without_a_database_ends_with_an_error(serve, kafka, breakable_postgres) -> None:
    """A problem in the stream that says that nothing was done."""
    async with serve(kafka) as reps:
        rep = reps(1)
        await rep.http.get(f"/jobs/{'0' * 32}")  # the tenant is known to be active from here on
        breakable_postgres.stop()
        events = [event async for event in rep.chat("show my top leads")]
        assert [(event.name, event.data.get("status")) for event in events] == [("error", 503)]
