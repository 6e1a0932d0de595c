"""Enrichment of selected companies over HTTP: what is announced, how far it is, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from common.contracts import CompanyEnriched, RequestEnrichment
from common.ids import derived_id, new_id
from testkit.chats.agent_chats import facts_about
from testkit.stages import a_company, read_topic, until

NONE = UUID(int=0)

CANDIDATES = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE
    VALUES (1, 'U1', 'One'), (2, 'U2', 'Two'), (3, NULL, 'Three'), (9, 'U9', 'Of tenant 2');
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT CASE company_id WHEN 9 THEN 2 ELSE 1 END, company_id, gen_random_uuid() FROM companies;
"""
TAKE_IN = """
    INSERT INTO inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value,
                       headers, state, error)
    VALUES ($1, $2, $3, 't', 0, 0, 'k', 1, 'interactive', '{}', '[]', $4, $5)
"""
RUN = """
    INSERT INTO company_enrichment_runs
        (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts, degraded_reasons, duration_ms,
         enriched_at)
    VALUES (1, $1, $2, $3, 'interactive', 'visited', '[]', '[]', '{"lusha: out of budget"}', 1, now())
"""
EARLIER = "INSERT INTO requested_enrichments VALUES (1, $1, 1, $1, 'ann', now() - $2::text::interval)"


@pytest.fixture(autouse=True)
async def candidates(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Tenant 1 has the companies 1 to 3, and tenant 2 has company 9."""
    await owner.execute(CANDIDATES)


async def announced(kafka: str) -> list[tuple[UUID, RequestEnrichment, dict[str, str]]]:
    """The requests that stand in Kafka, in the order of their companies: id, event and headers."""
    found = []
    for record in await read_topic(kafka, RequestEnrichment.topic):
        headers = {name: value.decode() for name, value in record.headers}
        found.append((UUID(headers["ce_id"]), RequestEnrichment.model_validate_json(record.value), headers))
    return sorted(found, key=lambda it: it[1].company.company_id)


async def test_selected_candidates_are_announced_once_each(rep, kafka, owner) -> None:
    """On the interactive lane, as following from the request; the same again with its key is the same request."""
    key = {"Idempotency-Key": str(new_id())}
    first = await rep.http.post("/enrichments", json={"company_ids": [3, 1, 1]}, headers=key)
    again = await rep.http.post("/enrichments", json={"company_ids": [1, 3]}, headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    body = first.json()
    assert again.json() == body
    assert (body["total"], body["scored"], body["is_over"], body["requested_by"]) == (2, 0, False, "rep@example.com")
    assert first.headers["location"] == f"/enrichments/{body['request_id']}"
    assert first.headers["idempotency-key"] == key["Idempotency-Key"]

    other = await rep.http.post("/enrichments", json={"company_ids": [2]})
    sent = await until(lambda: with_companies(kafka, {1, 2, 3}))
    assert [(event.tenant_id, event.company.name, headers["ce_lane"]) for _, event, headers in sent] == [
        (1, "One", "interactive"),
        (1, "Two", "interactive"),
        (1, "Three", "interactive"),
    ]
    assert [headers["ce_correlationid"] for *_, headers in sent] == [
        body["request_id"],
        other.json()["request_id"],
        body["request_id"],
    ]
    acts = await owner.fetch(
        "SELECT object, details::text FROM audit_log WHERE act = 'enrichment.requested' ORDER BY id"
    )
    assert [(row["object"], json.loads(row["details"])) for row in acts] == [
        (body["request_id"], {"companies": 2}),
        (other.json()["request_id"], {"companies": 1}),
    ]


async def with_companies(kafka: str, wanted: set[int]) -> list[tuple[UUID, RequestEnrichment, dict[str, str]]]:
    sent = await announced(kafka)
    return sent if wanted <= {event.company.company_id for _, event, _ in sent} else []


async def test_a_request_is_followed_to_its_end(rep, reps, kafka, owner) -> None:
    """By what the enricher and the scorer took in, until all are scored or given up. Other tenants do not see it."""
    asked = await rep.http.post("/enrichments", json={"company_ids": [1, 2, 3]})
    where = asked.headers["location"]
    event_ids = {row["company_id"]: row["event_id"] for row in await owner.fetch("SELECT * FROM requested_enrichments")}
    enriched = derived_id(event_ids[1], CompanyEnriched.topic, "1:U1")

    await owner.execute(TAKE_IN, "enricher", event_ids[1], NONE, "done", None)
    await owner.execute(RUN, 1, event_ids[1], NONE)
    await owner.execute(TAKE_IN, "enricher", event_ids[2], NONE, "dead", "KeyError: x")
    await owner.execute(TAKE_IN, "enricher", event_ids[2], new_id(), "open", None)  # a rerun is not the request's
    body = (await rep.http.get(where)).json()
    assert [(it["name"], it["state"], it["error"]) for it in body["companies"]] == [
        ("One", "enriched", None),
        ("Two", "failed", "KeyError: x"),
        ("Three", "waiting", None),
    ]
    assert (body["enriched"], body["scored"], body["failed"], body["is_over"]) == (1, 0, 1, False)
    assert body["cut_short"] == [{"reason": "lusha: out of budget", "companies": 1}]

    await owner.execute(TAKE_IN, "scorer", enriched, NONE, "done", None)
    await owner.execute(TAKE_IN, "enricher", event_ids[3], NONE, "done", None)
    key = await owner.fetchval("SELECT no_uen('Three')")
    third = derived_id(event_ids[3], CompanyEnriched.topic, f"1:{key}")
    await owner.execute(TAKE_IN, "scorer", third, NONE, "done", None)
    body = (await rep.http.get(where)).json()
    assert (body["enriched"], body["scored"], body["failed"], body["is_over"]) == (2, 2, 1, True)

    moments = (await rep.http.get("/companies/1/timeline")).json()["moments"]
    by_hand = [it for it in moments if it["kind"] == "requested"]
    assert [(it["service"], it["event_id"]) for it in by_hand] == [("rep@example.com", str(event_ids[1]))]
    assert (await reps(2).http.get(where)).status_code == 404


async def test_a_company_of_another_tenant_is_no_candidate(rep, owner) -> None:
    """404 that names it; nothing is requested, for the others neither."""
    answer = await rep.http.post("/enrichments", json={"company_ids": [1, 9]})
    assert answer.status_code == 404
    assert "no candidates 9; nothing was requested" in answer.json()["detail"]
    assert await owner.fetchval("SELECT count(*) FROM requested_enrichments") == 0


async def test_at_most_two_hundred_companies_are_taken(rep, owner) -> None:
    """422 for more, and for none."""
    for company_ids in ([], list(range(1, 202))):
        answer = await rep.http.post("/enrichments", json={"company_ids": company_ids})
        assert answer.status_code == 422
        assert "company_ids" in answer.json()["detail"]
    assert await owner.fetchval("SELECT count(*) FROM requested_enrichments") == 0


async def test_the_cap_of_a_day_holds_for_requests_at_once(serve, kafka, owner) -> None:
    """The cap of a day holds for requests at once.

    Of two that would pass it together one is refused whole, with what is left; yesterday's do not count.
    """
    await owner.execute(EARLIER, new_id(), "1 day")
    async with serve(kafka, enrich_now_daily_cap_per_tenant=3) as reps:
        http = reps(1).http
        answers = await asyncio.gather(
            *(http.post("/enrichments", json={"company_ids": ids}) for ids in ([1, 2], [2, 3]))
        )
        assert sorted(answer.status_code for answer in answers) == [202, 409]
        [refused] = [answer for answer in answers if answer.status_code == 409]
        assert refused.json()["detail"].startswith("1 more of the day's 3 companies may be enriched on request")
        assert (await http.post("/enrichments", json={"company_ids": [3]})).status_code == 202


async def test_a_tenants_own_cap_of_a_night_replaces_the_usual_one(rep, owner) -> None:
    """A tenant that may not spend by night may not by hand either."""
    await owner.execute("UPDATE tenants SET nightly_cap = 0 WHERE tenant_id = 1")
    answer = await rep.http.post("/enrichments", json={"company_ids": [1]})
    assert answer.status_code == 409
    assert "0 more of the day's 0 companies" in answer.json()["detail"]


async def test_requests_are_forgotten_after_a_week(rep, owner) -> None:
    """By the tenant's next one."""
    await owner.execute(EARLIER, old := new_id(), "8 days")
    assert (await rep.http.post("/enrichments", json={"company_ids": [2]})).status_code == 202
    assert (await rep.http.get(f"/enrichments/{old}")).status_code == 404


async def events_of(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str, int, int]]:
    """Name, id, and the numbers of enriched and of scored companies of each event."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line and fields:
            body = json.loads(fields["data"])
            yield fields["event"], fields["id"], body["enriched"], body["scored"]
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


async def test_a_stream_shows_each_change_until_all_are_scored(rep, reps, owner, say) -> None:
    """The present state at once, the next at each fact; resumed after its end, there is nothing more."""
    asked = await rep.http.post("/enrichments", json={"company_ids": [1]})
    where = f"{asked.headers['location']}/events"
    event_id = await owner.fetchval("SELECT event_id FROM requested_enrichments")
    enriched, scored, _ = facts_about(0, a_company())
    async with rep.http.stream("GET", where) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = events_of(answer.aiter_lines())
        assert (await anext(events)) == ("progress", "0.0.0", 0, 0)
        await owner.execute(TAKE_IN, "enricher", event_id, NONE, "done", None)
        await say(asked.json()["request_id"], enriched)
        assert (await anext(events)) == ("progress", "1.0.0", 1, 0)
        follows = derived_id(event_id, CompanyEnriched.topic, "1:U1")
        await owner.execute(TAKE_IN, "scorer", follows, NONE, "done", None)
        await say(asked.json()["request_id"], scored)
        assert (await anext(events)) == ("ended", "1.1.0", 1, 1)
        assert await anext(events, None) is None
    assert rep.feed.listeners == 0
    again = await rep.http.get(where, headers={"Last-Event-ID": "1.1.0"})
    assert (again.status_code, again.content) == (204, b"")
    assert (await reps(2).http.get(where)).status_code == 404


async def test_a_stream_finds_a_company_that_was_given_up(rep, owner, monkeypatch) -> None:
    """Nobody announces that: it is read at the next heartbeat."""
    monkeypatch.setattr("gateway.http.streams.HEARTBEAT_S", 0.05)
    asked = await rep.http.post("/enrichments", json={"company_ids": [1]})
    event_id = await owner.fetchval("SELECT event_id FROM requested_enrichments")
    async with rep.http.stream("GET", f"{asked.headers['location']}/events") as answer:
        events = events_of(answer.aiter_lines())
        await anext(events)
        await owner.execute(TAKE_IN, "enricher", event_id, NONE, "dead", "KeyError: x")
        assert (await anext(events)) == ("ended", "0.0.1", 0, 0)
