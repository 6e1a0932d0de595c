"""A night's ledger without the night: tables, topics and inboxes as a run of every stage leaves them, made in bulk.

PostgreSQL writes the rows and, as bundles, the messages. The real relay sends them, and the inboxes take them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import asyncpg
from aiokafka import TopicPartition

from common.cloudevents import Envelope, encode_body
from common.consumer import Consumer
from common.contracts import (
    Company,
    CompanyEnriched,
    CompanyEvent,
    CompanyFact,
    Contact,
    LeadScored,
    LeadSynced,
    RequestNightlyEnrichment,
    Site,
)
from common.ids import new_id
from common.inbox import Inbox
from common.intake import arrival
from common.outbox import EventTemplate
from common.postgres import Database
from common.relay import Relay
from leadgen.bench.harness.publishing import PARTITIONS

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: Events of a bundle.
BUNDLE = 500
#: Stand for a company's number and UEN in the pattern of a body.
NUMBER, UEN = 987654321, "@UEN@"
#: Units that each company is charged.
CHARGED = {"tavily": 1, "openai": 900, "lusha": 2, "zerobounce": 1}

#: Who announces what, and who takes it in.
STAGES: Sequence[tuple[str, type[CompanyEvent], str | None]] = (
    ("nightly", RequestNightlyEnrichment, "enricher"),
    ("enricher", CompanyEnriched, "scorer"),
    ("scorer", LeadScored, "odoo-sync"),
    ("odoo-sync", LeadSynced, None),
)
CONSUMERS = {
    "enricher": [RequestNightlyEnrichment.topic],
    "upserter": [CompanyEnriched.topic],
    "scorer": [CompanyEnriched.topic],
    "odoo-sync": [LeadScored.topic],
}

# Ids as the stages derive them, each from the one before.
PLAN = """
    CREATE TABLE planned AS
    WITH asked AS (
        SELECT tenant_id, n, (tenant_id * 1000000 + n)::bigint AS company_id,
               '2' || lpad(tenant_id::text, 3, '0') || lpad(n::text, 5, '0') || 'N' AS uen,
               overlay(first_event_id($3)::text PLACING '7' FROM 15)::text AS moment
          FROM unnest($1::int[]) AS tenant_id, generate_series(1, $2::int) AS n),
    ids AS (
        SELECT *, (left(moment, 14) || '7' || substr(md5(uen), 1, 3) || '-8' || substr(md5(uen), 4, 3) || '-'
                   || substr(md5(uen), 7, 12))::uuid AS requested_id, tenant_id || ':' || uen AS key
          FROM asked),
    enriched AS (SELECT *, followed_by(requested_id, 'company.enriched.v1', key) AS enriched_id FROM ids),
    scored AS (SELECT *, followed_by(enriched_id, 'lead.scored.v1', key) AS scored_id FROM enriched)
    SELECT *, followed_by(scored_id, 'lead.synced.v1', key) AS synced_id FROM scored
"""
FOLLOWED_BY = """
    CREATE FUNCTION followed_by(cause uuid, topic text, key text) RETURNS uuid LANGUAGE sql STABLE
        RETURN derived_id(left(replace(cause::text, '-', ''), 12),
                          uuid_send(cause) || convert_to(E'\\n' || topic || E'\\n', 'UTF8'), key)
"""
ROWS = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE
    SELECT company_id, uen, 'Company ' || uen FROM planned;
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT tenant_id, company_id, gen_random_uuid() FROM planned;
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, steps)
    SELECT tenant_id, company_id, requested_id, '00000000-0000-0000-0000-000000000000', 'nightly', 'visited', '[]',
           '{}', '{}', 2000, made.at,
           '[{"step": "find_site", "units": 1}, {"step": "understand", "units": 900}, {"step": "lusha", "units": 2},
             {"step": "zerobounce", "units": 1}]'
      FROM planned, made;
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at)
    SELECT tenant_id, company_id, '{}', '1', made.at FROM planned, made;
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    SELECT tenant_id, company_id, 0.5, 'Medium', 'made', '1', made.at FROM planned, made;
    INSERT INTO odoo_links (tenant_id, company_id, outcome, partner_id, lead_id, place, scored_at, enriched_at)
    SELECT tenant_id, company_id, 'synced', company_id, company_id, 'odoo', made.at, made.at FROM planned, made
"""
USED = """
    INSERT INTO vendor_usage (tenant_id, day, vendor, used, calls)
    SELECT tenant_id, ($3::timestamptz AT TIME ZONE 'Asia/Singapore')::date, vendor, units * count(*), count(*)
      FROM planned, unnest($1::text[], $2::bigint[]) AS charged (vendor, units) GROUP BY tenant_id, vendor, units
"""
ANNOUNCE = """
    INSERT INTO outbox (producer, topic, value, headers, lane, events)
    SELECT $1, $2, convert_to(string_agg(concat(
               CASE $2 WHEN 'enrichment.requested.nightly.v1' THEN requested_id WHEN 'company.enriched.v1'
                    THEN enriched_id WHEN 'lead.scored.v1' THEN scored_id ELSE synced_id END,
               E'\\t', to_json(key), E'\\t', replace(replace($3, '@UEN@', uen), '987654321', company_id::text)),
               E'\\n' ORDER BY n), 'UTF8'), $4, 'nightly', count(*)
      FROM planned WHERE tenant_id = $5 GROUP BY n / $6::int
"""
DONE = "UPDATE inbox SET state = 'done', attempts = 1"


@dataclass(frozen=True, slots=True)
class LedgerNight:
    """The night's tenants, companies of each, and the time at which all of it happened."""

    tenants: Sequence[int]
    companies: int
    at: datetime


async def make_night(
    database_url: str, bootstrap_servers: str, *, tenants: Sequence[int], companies: int
) -> LedgerNight:
    """Makes the ledger in a migrated database without companies, as its owner. The tenants are there."""
    at = datetime.now(UTC).replace(microsecond=0)
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(FOLLOWED_BY)
        await owner.execute(PLAN, list(tenants), companies, at)
        await owner.execute("CREATE TABLE made (at timestamptz)")
        await owner.execute("INSERT INTO made VALUES ($1)", at)
        await owner.execute(ROWS)
        await owner.execute(USED, list(CHARGED), list(CHARGED.values()), at)
        for tenant in tenants:
            bodies = patterns(tenant, at)
            for producer, event, _ in STAGES:
                envelope = Envelope(new_id(), tenant, "nightly", correlation_id=f"night of {tenant}")
                template = EventTemplate.of(event.topic, new_id(), envelope, source=producer, at=at.isoformat())
                body = bodies[event.topic]
                await owner.execute(ANNOUNCE, producer, event.topic, body, template.headers, tenant, BUNDLE)
        database = await Database.connect(database_url)
        try:
            for producer, _, _ in STAGES:
                async with Relay(database, bootstrap_servers, producer, drain_s=300):
                    pass  # it sends the whole outbox before it stops
            for consumer, topics in CONSUMERS.items():
                await take_in(database, bootstrap_servers, consumer, topics)
        finally:
            await database.close()
        await owner.execute(DONE)
    finally:
        await owner.close()
    return LedgerNight(tenants, companies, at)


async def take_in(database: Database, bootstrap_servers: str, consumer: str, topics: Sequence[str]) -> None:
    """Takes all messages of the topics into the consumer's inbox, and commits its positions."""
    inbox = Inbox(consumer, timedelta(seconds=60))
    reader = Consumer(
        bootstrap_servers=bootstrap_servers, group_id=consumer, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        reader.assign(places)
        await reader.seek_to_beginning(*places)
        ends = await reader.end_offsets(places)
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=1000, max_records=500)).values():
                async with database.statement() as tx:
                    await inbox.take_in(tx, [arrival(record) for record in records])
        await reader.commit(dict(ends))
    finally:
        await reader.stop()


def patterns(tenant_id: int, at: datetime) -> Mapping[str, str]:
    """Builds the body of each event, as large as a real one, with a pattern in place of the company."""
    company = Company(company_id=NUMBER, uen=UEN, name="Company", address="10 ANSON ROAD, #10-01", postal_code="079903")
    contact = Contact(kind="email", value="sales@acme.sg", source_url="http://acme.sg/contact", status="valid")
    facts = [
        CompanyFact(
            field=f"field {number}",
            value="a value of some words",
            source_url="http://acme.sg/about",
            method="page",
            confidence=0.8,
            quote="a sentence of the page that names the value, as long as sentences are",
        )
        for number in range(8)
    ]
    events: Sequence[CompanyEvent] = (
        RequestNightlyEnrichment(tenant_id=tenant_id, company=company),
        CompanyEnriched(
            tenant_id=tenant_id,
            company=company,
            site=Site(outcome="visited", url="http://acme.sg/", about="We make caps. " * 20),
            contacts=[contact],
            degraded_reasons=[],
            enriched_at=at,
            facts=facts,
        ),
        LeadScored(
            tenant_id=tenant_id,
            company=company,
            score=0.5,
            bucket="Medium",
            rationale="Of an industry that you look for; a contact is known",
            contact=contact,
            model_version="1",
            enriched_at=at,
            scored_at=at,
        ),
        LeadSynced(tenant_id=tenant_id, company=company, outcome="synced", partner_id=1, lead_id=1),
    )
    return {event.topic: encode_body(event).decode() for event in events}
