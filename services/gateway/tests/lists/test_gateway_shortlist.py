"""GET /shortlist on the tables of a known night: in order, capped, the tenant's own, and safe in a spreadsheet."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.spreadsheets import FORMULA_STARTS, as_csv, safe_cell
from gateway.leads.shortlists import LEADS, Contact, ask_for
from lead_features.format import contributions_in
from testkit.nights.runs import NIGHT, a_run

LIST = """
    INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,
                                 model_version, enriched_at, base, features, contact)
    SELECT run.tenant_id, run.run_id, lead.company_id, run.night, $4, true, lead.score, lead.bucket, lead.rationale,
           lead.model_version, lead.enriched_at, 0.4, features::json, $5::json
      FROM enrichment_runs run, lead_scores lead JOIN lead_features USING (tenant_id, company_id)
     WHERE run.tenant_id = $1 AND run.run_id = $2 AND lead.tenant_id = $1 AND lead.company_id = $3
"""
CONNECT = (
    "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES (1, 'https://odoo.example/', 'db', '')"
)
ANN = '{"kind": "email", "value": "ann@one.example", "name": "Ann", "title": "CEO", "status": "valid"}'


@pytest.fixture
async def night(owner):
    """Tenant 1: four leads in time and a late one, at a cap of 4; tenant 2: one."""
    run = await a_run(owner, 1, cap=4)
    for company_id, score in ((1, 0.4), (2, 0.9), (3, 0.9), (4, 0.6)):
        await run.company(company_id, reached="linked", state="synced", link="synced", score=score)
        await owner.execute(LIST, 1, run.run_id, company_id, False, ANN if company_id == 2 else None)
    await run.company(5, reached="scored", state="syncing", score=1.0)
    await owner.execute(LIST, 1, run.run_id, 5, True, None)
    other = await a_run(owner, 2)
    await other.company(6, reached="scored", state="syncing", score=0.7)
    await owner.execute(LIST, 2, other.run_id, 6, False, None)
    return run


async def test_a_shortlist_is_in_order_capped_and_complete(rep, owner, night) -> None:
    """Best first, then by company; the late lead does not drive out one that was in time."""
    await owner.execute(CONNECT)
    answer = await rep.http.get("/shortlist", params={"date": str(NIGHT)})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["night"], body["status"], body["cap"]) == (str(NIGHT), "done", 4)
    assert [(lead["rank"], lead["company_id"]) for lead in body["leads"]] == [(1, 2), (2, 3), (3, 4), (4, 1)]
    first = body["leads"][0]
    assert (first["score"], first["bucket"], first["rationale"], first["is_new"]) == (
        0.9,
        "High",
        "Because of UEN2.",
        True,
    )
    assert first["contact"]["value"] == "ann@one.example"
    assert first["selected"] == {"reason": "new", "detail": "new candidate of the ICP"}
    url = "https://odoo.example/mail/view?model=crm.lead&res_id=4002"
    assert first["odoo"] == {"outcome": "synced", "lead_id": 4002, "url": url}
    assert [it["name"] for it in first["features"]] == ["hiring"]
    assert body["leads"][1]["contact"] is None


TAN = {"decision_maker": {"contribution": 0.05, "evidence": "Mei Tan, Director", "source": "http://one.example/team"}}


@pytest.mark.parametrize(
    ("features", "contact", "expected"),
    [
        (TAN, None, ("Mei Tan", "Director")),
        (TAN, "Mei Tan", None),
        (TAN, "Ann", ("Mei Tan", "Director")),
        ({"decision_maker": {"contribution": 0.05, "evidence": "Mei Tan"}}, None, ("Mei Tan", None)),
        ({"decision_maker": {"contribution": -0.01, "evidence": "nobody is named"}}, None, None),
        ({"decision_maker": {"contribution": 0, "evidence": "not known"}}, None, None),
        ({}, None, None),
    ],
)
def test_whom_to_ask_for(features, contact, expected) -> None:
    """The decision-maker, unless that is the contact; nobody where nobody is named."""
    given = None if contact is None else Contact(kind="email", value="a@b.sg", name=contact, title=None, status=None)
    found = ask_for(contributions_in(json.dumps(features)), given)
    assert (found and (found.name, found.title)) == expected


async def test_the_person_to_ask_for_is_listed_with_the_source(rep, owner, night) -> None:
    """The person is in the JSON, and in a column of the CSV."""
    await owner.execute("UPDATE shortlist_leads SET features = $1::json WHERE company_id IN (2, 3)", json.dumps(TAN))
    leads = (await rep.http.get("/shortlist", params={"date": str(NIGHT)})).json()["leads"]
    tan = {"name": "Mei Tan", "title": "Director", "source_url": "http://one.example/team"}
    assert [lead["ask_for"] for lead in leads] == [tan, tan, None, None]
    answer = await rep.http.get("/shortlist", params={"format": "csv"})
    assert [row["ask_for"] for row in csv.DictReader(StringIO(answer.text))] == ["Mei Tan, Director"] * 2 + ["", ""]


async def test_a_shortlist_stays_as_it_was(rep, owner, night) -> None:
    """Another score changes the lead, not the night's list; without a date it is the latest night's."""
    before = (await rep.http.get("/shortlist", params={"date": str(NIGHT)})).json()
    await owner.execute(
        "UPDATE lead_scores SET score = 0.01, bucket = 'Low', rationale = 'Other.' WHERE company_id = 2"
    )

    assert (await rep.http.get("/shortlist")).json() == before
    later = NIGHT + timedelta(days=1)
    await a_run(owner, 1, night=later, status="running")
    assert (await rep.http.get("/shortlist")).json() == {
        "night": str(later),
        "status": "running",
        "cap": 20,
        "leads": [],
    }
    assert (await rep.http.get("/shortlist", params={"date": str(NIGHT)})).json() == before


async def test_a_shortlist_is_the_tenants_own(reps, night) -> None:
    """Another tenant sees its own; the answer to one without a run says so."""
    leads = (await reps(2).http.get("/shortlist")).json()["leads"]
    assert [lead["company_id"] for lead in leads] == [6]
    for tenant_id, params in ((3, {}), (1, {"date": "2031-01-01"})):
        answer = await reps(tenant_id).http.get("/shortlist", params=params)
        assert (answer.status_code, answer.json()["title"]) == (404, "No such night")
    for params in ({"date": "yesterday"}, {"date": "2026-02-30"}, {"format": "xml"}):
        assert (await reps(1).http.get("/shortlist", params=params)).status_code == 422


async def test_a_shortlist_as_csv_is_no_formula(rep, owner, night) -> None:
    """A shortlist as CSV is no formula: the same leads; a name that a spreadsheet would evaluate is text there."""
    await owner.execute("UPDATE run_companies SET name = '=HYPERLINK(\"http://evil.example\")' WHERE company_id = 2")
    answer = await rep.http.get("/shortlist", params={"format": "csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="shortlist-{NIGHT}.csv"'
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [row["uen"] for row in rows] == ["UEN2", "UEN3", "UEN4", "UEN1"]
    assert rows[0]["name"] == '\'=HYPERLINK("http://evil.example")'
    assert (rows[0]["score"], rows[0]["contact_name"], rows[1]["contact"]) == ("0.9", "Ann", "")
    assert rows[0]["features"] == "hiring +0.100"


async def test_a_shortlist_does_not_read_other_nights(database, owner) -> None:
    """It goes by the index, in its order, and by the keys of the other tables."""
    run = await a_run(owner, 1)
    await owner.execute(
        "INSERT INTO companies (uen, name) SELECT 'U' || n, 'Company ' || n FROM generate_series(1, 3000) n"
    )
    await owner.execute(
        "INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,"
        " model_version, enriched_at, features) SELECT 1, $1, company_id, $2::date - (company_id % 150)::int, false,"
        " true, company_id / 10000.0, 'Low', '', '1', now(), '{}' FROM companies",
        *(run.run_id, NIGHT),
    )
    async with database.transaction(1) as tx:
        rows = await tx.fetch(f"EXPLAIN (ANALYZE, BUFFERS OFF) {LEADS}", NIGHT, 20)
    plan = "\n".join(row[0] for row in rows)
    assert "shortlist_leads_by_night" in plan
    assert "Sort" not in plan
    assert "Rows Removed" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("blanks", ["", " ", "\u3000", "\u2003\u3000", "\x85", "\ufeff \u200b\u2028"])
def test_a_formula_behind_any_blanks_is_text(blanks: str) -> None:
    """Spreadsheets drop leading blanks of every kind; a text behind blanks stays as it is."""
    assert safe_cell(f"{blanks}=1+1") == f"'{blanks}=1+1"
    assert safe_cell(f"{blanks}ACME") == f"{blanks}ACME"


@given(value=st.text())
def test_no_text_begins_a_formula(value: str) -> None:
    """No text begins a formula, whatever it is; and it can be read from what is written."""
    cell = safe_cell(value)
    assert isinstance(cell, str)
    assert not cell.lstrip().startswith(FORMULA_STARTS)
    assert cell.removeprefix("'") == value.removeprefix("'") or cell == value


@given(
    rows=st.lists(
        st.fixed_dictionaries({"a": st.text(st.characters(exclude_characters="\r\n\0")), "b": st.floats(0, 1)})
    )
)
def test_a_table_can_be_read_again(rows: list[dict[str, object]]) -> None:
    """Separators and quotes in a text do not begin another cell, with semicolons as separators neither."""
    table = as_csv(("a", "b"), rows)
    read = list(csv.reader(StringIO(table)))[1:]
    assert [row[0] for row in read] == [safe_cell(row["a"]) for row in rows]
    assert [float(row[1]) for row in read] == [row["b"] for row in rows]
    for line in list(csv.reader(StringIO(table), delimiter=";"))[1:]:
        assert len(line) == 1
