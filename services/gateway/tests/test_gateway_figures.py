"""The tenant's figures and its spending over HTTP."""

import statistics
from datetime import UTC, datetime, timedelta

import pytest

from common.singapore.calendar import day_in_singapore
from leadgen.tenants.tokens import Role

JOB = """
    INSERT INTO background_jobs
        (job_id, tenant_id, job_type, status, params, asked, processed, total, started_at, ended_at)
    VALUES (gen_random_uuid(), $1, 'staging_upsert', $2, '{}', gen_random_uuid()::text, $3, 100,
            now() - make_interval(secs => $4::float8 + $5::float8),
            CASE WHEN $2 IN ('done', 'error') THEN now() - make_interval(secs => $5) END)
"""
JSON = {"Accept": "application/json"}


async def test_times_to_the_first_byte_are_true_percentiles(reps, owner) -> None:
    """Over all samples of the last hour, of this tenant alone; older ones are deleted."""
    times = [float(n * n % 997) for n in range(1, 61)]
    await owner.execute(
        "INSERT INTO chat_ttfb (tenant_id, at, ttfb_ms) SELECT 1, now() - interval '61 minutes', 600000"
        "  FROM generate_series(1, 5)"
    )
    await owner.execute("INSERT INTO chat_ttfb (tenant_id, ttfb_ms) SELECT 1, unnest($1::real[])", times[1:])
    await owner.execute("INSERT INTO chat_ttfb (tenant_id, ttfb_ms) VALUES (2, 5)")
    answer = await reps(1).http.post("/metrics/ttfb", json={"ttfb_ms": times[0]})
    assert (answer.status_code, answer.content) == (204, b"")

    body = (await reps(1).http.get("/metrics", headers=JSON)).json()["chat_ttfb_ms"]
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    assert (body["samples"], body["window_s"]) == (60, 3600)
    assert [body["p50"], body["p95"], body["p99"]] == pytest.approx([cuts[49], cuts[94], cuts[98]])
    assert await owner.fetchval("SELECT count(*) FROM chat_ttfb WHERE ttfb_ms = 600000") == 0


async def test_a_time_that_cannot_be_is_a_problem(rep, owner) -> None:
    """A time that cannot be is a problem, and is not kept."""
    for body in ("-1", "600001", "NaN", "Infinity", '"5"', "null", "true", "1e999", "[1]"):
        answer = await rep.http.post(
            "/metrics/ttfb", content=f'{{"ttfb_ms": {body}}}', headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422, body
    assert (await rep.http.post("/metrics/ttfb", json={"ttfb_ms": 1, "tenant_id": 2})).status_code == 422
    assert await owner.fetchval("SELECT count(*) FROM chat_ttfb") == 0


async def test_the_summary_is_of_the_tenants_jobs_and_leads(reps, owner) -> None:
    """Running times of the last day; rows per minute are of running time."""
    for tenant_id, status, processed, seconds, ago in (
        (1, "done", 100, 10.0, 60.0),
        (1, "error", 50, 20.0, 60.0),
        (1, "done", 5, 1.0, 25 * 3600.0),
        (1, "queued", 0, 0.0, 0.0),
        (1, "running", 9, 5.0, 0.0),
        (2, "done", 100, 1.0, 60.0),
    ):
        await owner.execute(JOB, tenant_id, status, processed, seconds, ago)
    await owner.execute("INSERT INTO companies (uen, name) SELECT 'U' || n, 'C' FROM generate_series(1, 3) n")
    await owner.execute(
        "INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)"
        " SELECT 1, company_id, 0.5, 'Low', '', '1', now() FROM companies"
    )
    body = (await reps(1).http.get("/metrics/summary")).json()
    assert body["job_ms"] == {
        "samples": 2,
        "window_s": 86400,
        "p50": pytest.approx(15_000),
        "p95": pytest.approx(19_500),
        "p99": pytest.approx(19_900),
    }
    assert body["rows_per_min"] == pytest.approx(300)
    assert (body["job_queue_depth"], body["jobs_processed_total"], body["lead_scores_total"]) == (2, 3, 3)
    empty = (await reps(3).http.get("/metrics/summary")).json()
    assert (empty["rows_per_min"], empty["job_ms"]["p99"], empty["lead_scores_total"]) == (None, None, 0)


async def test_metrics_are_text_unless_json_is_preferred(rep, tokens) -> None:
    """Prometheus's text is for operators; the tenant's figures are for its own people."""
    operator = {"Authorization": f"Bearer {tokens(role=Role.OPS)}"}
    prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    for accept in (prometheus, "*/*", "text/plain", "text/html, application/json;q=0.1, text/*"):
        answer = await rep.http.get("/metrics", headers={**operator, "Accept": accept})
        assert answer.text.startswith("# HELP"), accept
        assert (await rep.http.get("/metrics", headers={"Accept": accept})).status_code == 403
    assert (await rep.http.get("/metrics", headers={"Authorization": "", **JSON})).status_code == 401
    summary = await rep.http.get("/metrics", headers=JSON)
    assert summary.json() == (await rep.http.get("/metrics/summary")).json()


async def test_usage_is_shown_per_day_against_the_caps(reps, owner) -> None:
    """Today first, days and vendors without usage included, of this tenant alone."""
    today = day_in_singapore(datetime.now(UTC))
    for tenant_id, ago, vendor, used, calls in ((1, 0, "lusha", 3, 2), (1, 1, "tavily", 900, 7), (2, 0, "lusha", 9, 9)):
        await owner.execute(
            "INSERT INTO vendor_usage (tenant_id, day, vendor, used, calls) VALUES ($1, $2, $3, $4, $5)",
            tenant_id,
            today - timedelta(days=ago),
            vendor,
            used,
            calls,
        )
    await owner.execute("INSERT INTO wording_usage VALUES (1, $1, 70)", today)
    days = (await reps(1).http.get("/usage", params={"days": 3})).json()["days"]
    assert [it["day"] for it in days] == [(today - timedelta(days=ago)).isoformat() for ago in range(3)]
    used = {(day, it["vendor"]): it for day, of_day in enumerate(days) for it in of_day["vendors"]}
    assert used[0, "lusha"] == {
        "vendor": "lusha",
        "unit": "credits",
        "used": 3,
        "calls": 2,
        "cap": 500,
        "left": 497,
    }
    assert (used[1, "tavily"]["used"], used[1, "tavily"]["left"]) == (900, 0)
    assert (used[0, "openai_wording"]["used"], used[0, "openai_wording"]["cap"]) == (70, 15_000)
    assert {vendor for day, vendor in used if day == 2} == {"tavily", "lusha", "zerobounce", "openai", "openai_wording"}
    assert (await reps(1).http.get("/usage", params={"days": 32})).status_code == 422
