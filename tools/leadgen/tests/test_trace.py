"""`leadgen trace`: a company's story has everything that happened to it, in order, and nothing of another's."""

import asyncio
import json
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from common.contracts import JobProgressed, LeadSynced, RequestIndustry
from common.delivery.messages import Announcement
from common.ids import derived_id, new_id
from leadgen.bench.harness.ledger_night import make_night
from leadgen.cli import app
from testkit.stages import a_company, envelope_for, publish, publish_raw

PLANNED = "SELECT * FROM planned WHERE tenant_id = 1 AND n = $1"
DROPPED = """
    INSERT INTO dead_letter_actions (consumer, event_id, replay_id, topic, tenant_id, action, operator, reason)
    SELECT consumer, event_id, replay_id, topic, tenant_id, 'drop', 'ann', 'of a test'
      FROM inbox WHERE consumer = 'upserter' AND event_id = $1
"""
RERUN = """
    INSERT INTO replays (replay_id, kind, topic, consumer, slice, operator, reason)
    VALUES (gen_random_uuid(), 'rerun', 'lead.scored.v1', 'odoo-sync', '{}', 'ann', 'a field was missing')
    RETURNING replay_id
"""
AGAIN = """
    INSERT INTO inbox (consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, value,
                       headers, state)
    SELECT consumer, event_id, $1, topic, kafka_partition, nextval('replayed_offsets'), key, tenant_id, lane, value,
           headers, 'done'
      FROM inbox WHERE consumer = 'odoo-sync' AND event_id = $2
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's environment takes part."""
    for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "DEFAULT_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def planned(database_url: str, kafka: str, owner: asyncpg.Connection) -> asyncpg.Record:
    """The second of three companies of a night; it has failed once at odoo-sync and was given up by the upserter."""
    await make_night(database_url, kafka, tenants=[1, 2], companies=3)
    row = await owner.fetchrow(PLANNED, 2)
    await owner.execute(
        "UPDATE inbox SET attempts = 3, failures = 1, crashes = 1, error = 'Odoo answered 503'"
        " WHERE consumer = 'odoo-sync' AND event_id = $1",
        row["scored_id"],
    )
    await owner.execute(
        "UPDATE inbox SET state = 'dead' WHERE consumer = 'upserter' AND event_id = $1", row["enriched_id"]
    )
    letter = [
        ("dlq_consumer", b"upserter"),
        ("dlq_reason", b"KeyError: 'x'"),
        ("dlq_partition", b"0"),
        ("dlq_offset", b"1"),
    ]
    await publish_raw(kafka, [("company.enriched.v1.dlq", row["key"].encode(), b"{}", letter)])
    await owner.execute(DROPPED, row["enriched_id"])
    rerun = await owner.fetchval(RERUN)
    await owner.execute(AGAIN, rerun, row["scored_id"])
    return row


async def trace(database_url: str, kafka: str, about: str | UUID, *more: str, tenant: int = 1) -> Result:
    """The command has an event loop of its own."""
    options = ["--tenant", str(tenant), "--database-url", database_url, "--kafka", kafka, *more]
    return await asyncio.to_thread(CliRunner().invoke, app, ["trace", str(about), *options])


async def test_a_story_is_whole_and_in_order(planned: asyncpg.Record, database_url: str, kafka: str) -> None:
    """Events, handlers, attempts, vendors' costs, the score and what Odoo got; each event of another company is not."""
    found = await trace(database_url, kafka, planned["uen"])

    assert found.exit_code == 0, found.output
    for part in (
        f"Company {planned['uen']} ({planned['uen']}) of tenant 1",
        "announces enrichment.requested.nightly.v1",
        "enricher   takes in enrichment.requested.nightly.v1: handled",
        "lusha: done in 500 ms, paid 2 Lusha credits",
        "understand: done in 500 ms, paid 900 OpenAI tokens",
        "announces company.enriched.v1: site visited, 1 contacts, 8 facts",
        "upserter   takes in company.enriched.v1: given up",
        "upserter   gives up company.enriched.v1: KeyError: 'x'",
        "announces lead.scored.v1: 0.50 Medium by model 1",
        "odoo-sync  takes in lead.scored.v1: handled",
        "1 failures, 1 crashes",
        "error: Odoo answered 503",
        "keeps the score 0.50 Medium by model 1",
        f"in odoo: partner {planned['company_id']}, lead {planned['company_id']}",
        "announces lead.synced.v1: synced, lead 1",
        "nightly    selects it as number 2 of the night of",
        "upserter   makes it a candidate",
        "ann        drops the dead letter of upserter, company.enriched.v1",
        "ann        plays lead.scored.v1 into odoo-sync again",
        "a field was missing",
    ):
        assert part in found.output
    moments = json.loads((await trace(database_url, kafka, planned["uen"], "--json")).output)["moments"]
    assert [it["at"] for it in moments] == sorted(it["at"] for it in moments)
    ids = {planned[f"{step}_id"] for step in ("upserted", "requested", "enriched", "scored", "synced")}
    assert {it["event_id"] for it in moments if it["event_id"]} == {str(it) for it in ids}


async def test_an_event_leads_to_its_company(planned: asyncpg.Record, database_url: str, kafka: str) -> None:
    """By the id of any event, also of one that no inbox has; that event has an arrow."""
    for event_id in (planned["requested_id"], planned["synced_id"]):
        found = await trace(database_url, kafka, event_id)
        assert found.exit_code == 0, found.output
        assert f"({planned['uen']})" in found.output
        arrow = found.output.index("→")
        assert str(event_id) in "".join(found.output[arrow:].splitlines()[1])


async def test_an_event_without_a_company_leads_to_its_request(database_url: str, kafka: str) -> None:
    """The story of the request that it belongs to, and of no other request of the tenant."""
    ours, others = (
        RequestIndustry(tenant_id=1, request_id=new_id(), terms=[term], sync_limit=1) for term in ("caps", "hats")
    )
    asked, other = envelope_for(ours), envelope_for(others)._replace(correlation_id="request-2")
    answer = JobProgressed(tenant_id=1, request_id=ours.request_id, status="done", processed=0, total=0)
    answered = asked._replace(event_id=derived_id(asked.event_id, answer.topic, answer.identity))
    await publish(kafka, [(ours, asked), (others, other), (answer, answered)])

    found = await trace(database_url, kafka, answered.event_id)

    assert found.exit_code == 0, found.output
    assert ["please find caps" in found.output, "done, 0 of 0" in found.output] == [True, True]
    assert "hats" not in found.output


async def test_what_is_not_sent_yet_is_reported(
    planned: asyncpg.Record, database_url: str, kafka: str, owner: asyncpg.Connection
) -> None:
    """An announcement in an outbox, and one that Kafka refused, are part of the story."""
    event = LeadSynced(tenant_id=1, company=a_company(planned["uen"]), outcome="no_connection")
    message = Announcement(event, envelope_for(event)).message("odoo-sync", "2026-11-22T00:00:00+00:00")
    row = ("odoo-sync", message.topic, message.key, message.value, message.headers, message.lane)
    columns = "producer, topic, key, value, headers, lane"
    await owner.execute(f"INSERT INTO outbox ({columns}) VALUES ($1, $2, $3, $4, $5, $6)", *row)
    await owner.execute(
        f"INSERT INTO outbox_refused ({columns}, reason) VALUES ($1, $2, $3, $4, $5, $6, 'too large')", *row
    )

    found = await trace(database_url, kafka, planned["uen"])

    assert "the outbox of odoo-sync" in found.output
    assert "refused by Kafka: too large" in found.output


async def test_what_is_unknown_is_said(planned: asyncpg.Record, database_url: str, kafka: str) -> None:
    """An unknown company, an unknown event, and an event of another tenant, get one line."""
    for about, tenant, sentence in (
        ("201912345K", 1, "tenant 1 has nothing about 201912345K"),
        (new_id(), 1, "tenant 1 has no event"),
        (planned["requested_id"], 2, "tenant 2 has no event"),
        (planned["uen"], 2, f"tenant 2 has nothing about {planned['uen']}"),
    ):
        found = await trace(database_url, kafka, about, tenant=tenant)
        assert (found.exit_code, len(found.output.splitlines())) == (1, 1)
        assert sentence in found.output
