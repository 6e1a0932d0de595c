"""A company of the tenant over HTTP: what is known about it, and what happened to it."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from common.contracts import CompanyEnriched, LeadScored, RequestEnrichment
from common.ids import derived_id, new_id
from gateway import figures, usage
from gateway.companies import details, timeline
from gateway.companies.details import CompanyDetails
from gateway.companies.timeline import TAKEN_IN, chains
from gateway.leads import feedback

REQUEST, RUN, NIGHT_EVENT, REPLAY = new_id(), new_id(), new_id(), new_id()
KEY = "1:U7"

ROWS = f"""
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE VALUES (7, 'U7', 'Acme'), (8, 'U8', 'Other');
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id, created_at) VALUES
        (1, 7, '{REQUEST}', '2026-11-20T00:00:00Z'), (2, 8, '{REQUEST}', '2026-11-20T00:00:00Z');
    INSERT INTO company_facts VALUES (7, 'employees', '40', 'http://acme.sg/about', 'page', 0.8, 'a team of 40', now());
    INSERT INTO company_sites VALUES (7, 'acme.sg', NULL, 0.9, '{{name}}', now());
    INSERT INTO contacts (tenant_id, company_id, kind, value, source_url, status) VALUES
        (1, 7, 'email', 'ann@acme.sg', 'http://acme.sg', 'valid'), (2, 7, 'email', 'secret@acme.sg', 'x', 'valid');
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at, updated_at)
    VALUES (1, 7, 0.8, 'High', 'Because.', '1', '2026-11-20T00:00:04Z', '2026-11-20T00:00:05Z'),
           (2, 7, 0.1, 'Low', 'Secret.', '1', now(), now());
    INSERT INTO odoo_links (tenant_id, company_id, outcome, lead_id, scored_at, updated_at)
    VALUES (1, 7, 'synced', 99, now(), '2026-11-20T00:00:09Z');
    INSERT INTO enrichment_runs
        (tenant_id, run_id, night, trigger, status, cap, requested_at, started_at, window_ends_at)
    VALUES (1, '{RUN}', '2026-11-21', 'command', 'done', 20, now(), '2026-11-21T17:00:00Z', now());
    INSERT INTO run_companies (tenant_id, run_id, company_id, night, position, uen, name, reason, detail, event_id,
                               enriched_id, scored_id)
    VALUES (1, '{RUN}', 7, '2026-11-21', 1, 'U7', 'Acme', 'stale', 'enriched long ago', '{NIGHT_EVENT}',
            gen_random_uuid(), gen_random_uuid());
    INSERT INTO company_enrichment_runs
        (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts, degraded_reasons, duration_ms,
         enriched_at, steps)
    VALUES (1, 7, '{derived_id(REQUEST, RequestEnrichment.topic, KEY)}', '00000000-0000-0000-0000-000000000000',
            'interactive', 'visited', '[{{}}, {{}}]', '[]', '{{"lusha: out of budget"}}', 1200, '2026-11-20T00:00:04Z',
            '[{{"step": "tavily", "outcome": "found", "units": 2, "duration_ms": 10}}]');
"""
TAKE_IN = """
    INSERT INTO inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value,
                       headers, received_at, state, error)
    VALUES ($1, $2, $3, $4, 0, 0, '1:U7', $5, $6, '{}', '[]', $7::text::timestamptz, $8, $9)
"""
NONE = UUID(int=0)


@pytest.fixture
async def story(owner: "asyncpg.Connection[asyncpg.Record]") -> dict[str, UUID]:
    """A chat's enrichment, scored and synced; a night's, which waits; a rerun of the scorer's event, given up."""
    await owner.execute(ROWS)
    asked = derived_id(REQUEST, RequestEnrichment.topic, KEY)
    enriched = derived_id(asked, CompanyEnriched.topic, KEY)
    scored = derived_id(enriched, LeadScored.topic, KEY)
    at = "2026-11-20T00:00:0{}Z".format
    for row in (
        ("enricher", asked, NONE, RequestEnrichment.topic, 1, "interactive", at(1), "done", None),
        ("scorer", enriched, NONE, CompanyEnriched.topic, 1, "interactive", at(4), "done", None),
        ("upserter", enriched, NONE, CompanyEnriched.topic, 1, "interactive", at(5), "done", None),
        ("odoo-sync", scored, NONE, LeadScored.topic, 1, "interactive", at(6), "done", None),
        (
            "enricher",
            NIGHT_EVENT,
            NONE,
            "enrichment.requested.nightly.v1",
            1,
            "nightly",
            "2026-11-21T18:00:00Z",
            "open",
            None,
        ),
        (
            "scorer",
            enriched,
            REPLAY,
            CompanyEnriched.topic,
            1,
            "nightly",
            "2026-11-22T00:00:00Z",
            "dead",
            "KeyError: x",
        ),
    ):
        await owner.execute(TAKE_IN, *row)
    return {"asked": asked, "enriched": enriched, "scored": scored}


async def test_all_that_is_known_about_a_company_is_shown(rep, story) -> None:
    """Facts with their sources, and of the tenant's own tables only the tenant's rows."""
    answer = await rep.http.get("/companies/7")
    assert answer.status_code == 200
    assert "ecret" not in answer.text
    body = CompanyDetails.model_validate(answer.json())
    assert (body.company.uen, body.site and body.site.domain) == ("U7", "acme.sg")
    assert [(fact.value, fact.source_url, fact.quote) for fact in body.facts] == [
        ("40", "http://acme.sg/about", "a team of 40")
    ]
    assert [contact.value for contact in body.contacts] == ["ann@acme.sg"]
    assert body.score is not None
    assert (body.score.score, body.score.bucket) == (0.8, "High")
    assert [(run.pages, run.steps[0].units, run.degraded_reasons) for run in body.runs] == [
        (2, 2, ["lusha: out of budget"])
    ]
    assert body.odoo is not None
    assert body.odoo.lead_id == 99


async def test_what_happened_to_a_company_is_shown_in_order(rep, story) -> None:
    """Both lanes, what waits and what was given up included; events by the ids that they are known by."""
    answer = await rep.http.get("/companies/7/timeline")
    assert answer.status_code == 200, answer.text
    moments = answer.json()["moments"]
    assert [(it["kind"], it["service"], it["lane"]) for it in moments] == [
        ("candidate", "upserter", None),
        ("event", "enricher", "interactive"),
        ("event", "scorer", "interactive"),
        ("enriched", "enricher", "interactive"),
        ("event", "upserter", "interactive"),
        ("scored", "scorer", None),
        ("event", "odoo-sync", "interactive"),
        ("synced", "odoo-sync", None),
        ("selected", "nightly", "nightly"),
        ("event", "enricher", "nightly"),
        ("event", "scorer", "nightly"),
    ]
    by_place = {(it["service"], it["at"]): it for it in moments if it["kind"] == "event"}
    assert by_place["odoo-sync", "2026-11-20T00:00:06Z"]["event_id"] == str(story["scored"])
    given_up = moments[-1]
    assert given_up["what"] == "takes in company.enriched.v1: given up"
    assert (given_up["details"], given_up["replay_id"]) == (["KeyError: x"], str(REPLAY))
    assert moments[-2]["what"].endswith("not handled yet")


async def test_a_company_that_is_not_the_tenants_is_not_shown(reps, story) -> None:
    """404, whether it is another tenant's or nobody's, and no event of another tenant."""
    for tenant_id, company_id in ((1, 8), (1, 9), (2, 9), (3, 7)):
        for path in ("", "/timeline"):
            answer = await reps(tenant_id).http.get(f"/companies/{company_id}{path}")
            assert answer.status_code == 404, (tenant_id, company_id, path)
            assert "candidates/latest" in answer.json()["detail"]
    moments = (await reps(2).http.get("/companies/7/timeline")).json()["moments"]
    assert [it["kind"] for it in moments] == ["scored"]
    assert (await reps(1).http.get("/companies/0")).status_code == 422


async def test_feedback_is_kept_with_its_author_and_shown(reps, story) -> None:
    """All of it, the latest first; the score of the lead at that time stays with it."""
    rep = reps(1)
    for outcome, note in (("wrong_contact", None), ("won", "  signed  ")):
        answer = await rep.http.post("/leads/7/feedback", json={"outcome": outcome, "note": note})
        assert answer.status_code == 201, answer.text
    assert {it: answer.json()[it] for it in ("outcome", "note", "actor", "score")} == {
        "outcome": "won",
        "note": "signed",
        "actor": "rep@example.com",
        "score": 0.8,
    }
    body = (await rep.http.get("/companies/7")).json()["feedback"]
    assert [it["outcome"] for it in body] == ["won", "wrong_contact"]
    moments = (await rep.http.get("/companies/7/timeline")).json()["moments"]
    assert [it["what"] for it in moments if it["kind"] == "feedback"] == ["says wrong_contact", "says won"]
    assert (await reps(2).http.get("/companies/7")).json()["feedback"] == []


async def test_feedback_that_cannot_be_kept_is_a_problem(reps, story) -> None:
    """Feedback that cannot be kept is a problem, and is not kept: for no lead of the tenant, or with anything but an
    outcome and a note.
    """
    for tenant_id, company_id, body, status in (
        (3, 7, {"outcome": "won"}, 404),
        (1, 8, {"outcome": "won"}, 404),
        (1, 7, {"outcome": "maybe"}, 422),
        (1, 7, {"outcome": "won", "note": "x" * 1001}, 422),
        (1, 7, {"outcome": "won", "note": "a\x00"}, 422),
        (1, 7, {"outcome": "won", "tenant_id": 2}, 422),
        (1, 7, {}, 422),
    ):
        answer = await reps(tenant_id).http.post(f"/leads/{company_id}/feedback", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body
    assert (await reps(1).http.get("/companies/7")).json()["feedback"] == []


async def test_a_timeline_reads_its_own_events(database, owner, story) -> None:
    """By the primary keys of the inboxes, however full they are."""
    await owner.execute(
        "INSERT INTO inbox"
        " (consumer, event_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, headers, state)"
        " SELECT consumer, gen_random_uuid(), 't', 0, n, '1:x', 1, 'nightly', '[]', 'done'"
        "   FROM generate_series(1, 2000) n, unnest(ARRAY['enricher', 'scorer', 'upserter', 'odoo-sync']) consumer"
    )
    async with database.transaction(1) as tx:
        await tx.fetch(TAKEN_IN, chains([story["asked"]], KEY))
        read = "SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE relname ~ '^inbox_'"
        assert await tx.fetchval(read) <= 10


async def test_every_statement_about_a_company_goes_by_an_index(database, story) -> None:
    """Every statement about a company goes by an index, as do those of usage and figures: none reads a table from its
    beginning to its end.
    """
    hour, day = timedelta(hours=1), date(2026, 11, 30)
    of_company = {details.COMPANY, details.FACTS, details.SITE, details.SCORE, details.ODOO}
    of_company |= {timeline.CANDIDATE, timeline.SCORE, timeline.LINK}
    newest = {details.CONTACTS, details.LISTED, details.RUNS, timeline.NIGHTS, timeline.RUNS, timeline.LISTED}
    asked = {
        **dict.fromkeys(of_company, (7,)),
        **dict.fromkeys(newest | {feedback.OF_COMPANY}, (7, 50)),
        feedback.ADD: (7, "won", None, "rep@example.com"),
        usage.USED: (day,),
        figures.JOBS: (),
        figures.LEADS: (),
        figures.ENDED_LATELY: (hour,),
        figures.TTFB: (hour,),
        figures.FORGET_TTFB: (hour,),
    }
    for statement, arguments in asked.items():
        async with database.transaction(1) as tx:
            plan = "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {statement}", *arguments))
        assert "Seq Scan" not in plan, f"{statement}\n{plan}"
        assert "Index" in plan, statement
