"""`leadgen forget` on the real broker and database, with what the real stages made of the simulator's websites.

The search for what is left looks at every column of every table, also of those that will be made tomorrow.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.cloudevents import decode_body
from common.contracts import CompanyEnriched, LeadScored
from common.postgres import Database
from enricher.enrichment.forgetting import REASON
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.forget.command import as_text
from leadgen.forget.subject import parse
from testkit.delivery.forgetting import TENANTS, Owner, Scene
from testkit.stages import (
    a_company,
    envelope_for,
    read_topic,
)

#: Sites in the simulator's town: on the first stands a person's address, the vendor sells one of the second.
SITES = ("famira-distribution-t.example", "cormode-civil-engineering-12.example")
UENS = ("201500001A", "202100002B")
SHOWN, BOUGHT = "zhi.hao.ong@famira-distribution-t.example", "aisha.lim@cormode-civil-engineering-12.example"
NAMES = {SHOWN: "Zhi Hao Ong", BOUGHT: "Aisha Lim"}
ENLIST = "INSERT INTO companies (uen, name, website_domain) VALUES ($1, $2, $3) RETURNING company_id"
#: Rows that no handler of these stages writes: a rep's words, a shortlist, what operators and the broker left.
BESIDE = """
    WITH thread AS (
        INSERT INTO agent_threads (tenant_id, thread_id, subject, metadata)
        VALUES ($1::int, gen_random_uuid(), 'ann', jsonb_build_object('title', 'Who is ' || $3::text || '?'))
        RETURNING tenant_id, thread_id),
    said AS (
        INSERT INTO agent_checkpoints (tenant_id, thread_id, checkpoint_id, added)
        SELECT tenant_id, thread_id, gen_random_uuid(),
               json_build_array(json_build_object('content', $5::text || ' (' || $3 || ') at ' || $4::text))
          FROM thread),
    run AS (
        INSERT INTO enrichment_runs (tenant_id, run_id, night, trigger, status, cap, requested_at, started_at,
                                     window_ends_at)
        VALUES ($1, gen_random_uuid(), '2026-11-29', 'command', 'done', 20, now(), now(), now())
        RETURNING tenant_id, run_id),
    listed AS (
        INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,
                                     model_version, enriched_at, features, contact)
        SELECT tenant_id, run_id, $2::bigint, '2026-11-29', false, true, 0.9, 'High', 'contact ' || $5 || ', CEO', '1',
               now(),
               json_build_object('decision_maker', json_build_object('evidence', $5 || ', CEO', 'value', 1)),
               json_build_object('kind', 'email', 'value', $3, 'name', $5, 'title', 'CEO') FROM run),
    corrected AS (
        INSERT INTO dead_letter_actions (consumer, event_id, replay_id, topic, tenant_id, action, operator, reason,
                                         value)
        VALUES ('scorer', gen_random_uuid(), gen_random_uuid(), 'company.enriched.v1', $1, 'correct', 'ops',
                'the address ' || $3 || ' was wrong', convert_to('{"contacts":"' || upper($3) || '"}', 'UTF8'))),
    waiting AS (
        INSERT INTO outbox (producer, topic, value, headers)
        VALUES ('nightly', 'x', convert_to('{"note":"' || $3 || '"}', 'UTF8'), '[]')),
    refused AS (
        INSERT INTO outbox_refused (producer, topic, value, headers, lane, reason)
        VALUES ('scorer', 'lead.scored.v1', convert_to('not JSON: ' || $3, 'UTF8'), '[]', 'nightly', 'too large'))
    INSERT INTO lead_feedback (tenant_id, company_id, outcome, note, actor, score)
    VALUES ($1, $2, 'wrong_contact', $5 || ' left, so did her number', 'ann', 0.5)
"""
BESIDE_TABLES = {
    "agent_checkpoints",
    "agent_threads",
    "dead_letter_actions",
    "lead_feedback",
    "outbox_nightly",
    "outbox_refused",
    "shortlist_leads",
}


@pytest.fixture
async def scene(line: Any, owner: Owner, database: Database, database_url: str, kafka: str) -> Scene:
    """Both companies are enriched; of each, all that can name its person."""
    companies = [
        a_company(
            uen,
            name=f"COMPANY {uen}",
            website_domain=site,
            company_id=await owner.fetchval(ENLIST, uen, f"COMPANY {uen}", site),
        )
        for uen, site in zip(UENS, SITES, strict=True)
    ]
    made = Scene(owner, database, database_url, kafka, line, companies)
    async with made.stages() as runtimes:
        await made.visit(runtimes)
    for tenant in TENANTS:
        for company, email in zip(companies, NAMES, strict=True):
            await owner.execute(
                BESIDE.replace("'2026-11-29'", f"'2026-11-{company.company_id + 10}'"),
                tenant,
                company.company_id,
                email,
                company.uen,
                NAMES[email],
            )
    return made


@pytest.mark.timeout(900)
async def test_forgotten_people_are_in_no_table_and_never_come_back(scene: Scene) -> None:
    """Neither by a rerun of old messages, nor by a visit to the site, nor by what the vendor sells; others stay.

    The second run is killed where it clears the last table, and ended by another one.
    """
    everyone = [*NAMES, *NAMES.values()]
    held = await scene.places_of(SHOWN, NAMES[SHOWN])
    other = await scene.places_of(BOUGHT, NAMES[BOUGHT])
    assert held >= BESIDE_TABLES | {"contacts", "email_verifications", "lead_features", "odoo_links"}
    assert other >= BESIDE_TABLES | {"contacts", "email_verifications", "lead_features", "vendor_answers"}
    messages = await scene.messages_with(SHOWN)
    assert messages.keys() >= {CompanyEnriched.topic, LeadScored.topic}

    dry = await scene.forget(parse(SHOWN), is_dry=True)
    assert await scene.places_of(SHOWN, NAMES[SHOWN]) == held
    report = await scene.forget(parse(SHOWN))
    assert await scene.places_of(SHOWN, NAMES[SHOWN]) == set()
    assert await scene.places_of(BOUGHT, NAMES[BOUGHT]) == other
    assert report.swept == dry.swept
    assert {topic: held.messages for topic, held in (report.in_topics or {}).items()} == messages
    assert {it.tenant_id for it in report.in_odoo} == {1}
    assert not any(it.lower() in as_text(report).lower() for it in everyone)
    acts = await scene.owner.fetch("SELECT tenant_id, act, object FROM audit_log ORDER BY 1")
    assert [tuple(row) for row in acts] == [(tenant, "forget", report.subject) for tenant in TENANTS]

    again = await scene.forget(parse(SHOWN.upper()))
    assert not again.swept.tables
    assert await scene.owner.fetchval("SELECT count(*) FROM audit_log") == len(acts)

    await scene.forget_and_be_killed(BOUGHT)
    assert await scene.places_of(BOUGHT, NAMES[BOUGHT]) == {"contacts"}
    assert await scene.owner.fetchval("SELECT count(*) FROM forgotten WHERE done_at IS NULL") == 1
    ended_by = await scene.forget(parse(BOUGHT))
    assert {change.label for change in ended_by.swept.tables} == {"contacts"}
    assert await scene.owner.fetchval("SELECT count(*) FROM forgotten WHERE done_at IS NULL") == 0
    assert await scene.places_of(*everyone) == set()

    records = await read_topic(scene.kafka, CompanyEnriched.topic)
    old = [decode_body(CompanyEnriched, record.value) for record in records]
    async with scene.stages() as runtimes:
        await scene.rerun()
        await scene.send(runtimes, [(event, envelope_for(event)) for event in old])
        await scene.visit(runtimes, afresh=datetime.now(UTC))
        await scene.owner.execute("DELETE FROM vendor_answers; DELETE FROM crawled_sites")
        await scene.visit(runtimes)
    assert await scene.places_of(*everyone) == set()
    assert await scene.owner.fetchval("SELECT count(DISTINCT company_id) FROM contacts") == 2
    assert await scene.messages_with(SHOWN) == messages | {CompanyEnriched.topic: 2 * messages[CompanyEnriched.topic]}

    await scene.owner.execute("DELETE FROM outbox; DELETE FROM outbox_refused")  # ours: no service wrote them
    proof = await audit(scene.database_url, scene.kafka, Scope(), shown=5)
    assert [it for it in proof.exceptions if it.check.name == "one-content"] == []


@pytest.mark.timeout(900)
async def test_a_forgotten_company_is_visited_no_more(scene: Scene) -> None:
    """No person of it, no address at its domain and no fact is left for any tenant; the other company is untouched."""
    uen, domain = UENS[1], SITES[1]
    assert await scene.places_of(f"@{domain}", NAMES[BOUGHT])
    kept = await scene.places_of(SHOWN, NAMES[SHOWN])
    facts_of = "SELECT * FROM company_facts WHERE company_id = $1 ORDER BY field, value, source_url"
    facts = await scene.owner.fetch(facts_of, scene.companies[0].company_id)

    report = await scene.forget(parse(uen))
    assert await scene.places_of(f"@{domain}", NAMES[BOUGHT]) == set()
    assert await scene.places_of(SHOWN, NAMES[SHOWN]) == kept
    assert await scene.owner.fetch(facts_of, scene.companies[0].company_id) == facts
    assert await scene.owner.fetch(facts_of, scene.companies[1].company_id) == []
    assert uen in as_text(report)

    usage = "SELECT * FROM vendor_usage WHERE vendor = 'lusha' ORDER BY vendor_usage::text"
    spent = await scene.owner.fetch(usage)
    async with scene.stages() as runtimes:
        await scene.rerun()
        await scene.owner.execute("DELETE FROM crawled_sites")
        await scene.visit(runtimes, afresh=datetime.now(UTC))
    assert await scene.places_of(f"@{domain}", NAMES[BOUGHT]) == set()
    assert await scene.owner.fetch(facts_of, scene.companies[1].company_id) == []
    assert await scene.owner.fetchval("SELECT count(*) FROM crawled_sites WHERE domain = $1", domain) == 0
    assert await scene.owner.fetch(usage) == spent
    found = decode_body(
        CompanyEnriched,
        max(await read_topic(scene.kafka, CompanyEnriched.topic), key=lambda it: (it.key or b"", it.offset)).value,
    )
    assert (found.company.uen, found.contacts, found.degraded_reasons) == (uen, [], [REASON])
