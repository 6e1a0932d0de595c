"""A night's ledger without a night: tables, topics and inboxes in their state after a run, generated in bulk.

PostgreSQL writes the rows and, as bundles, the messages. The real relay sends them, and the inboxes take them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias

import asyncpg
from aiokafka import TopicPartition

from common.cloudevents import Envelope, encode_body
from common.contracts import (
    Company,
    CompanyEnriched,
    CompanyEvent,
    CompanyFact,
    CompanyUpserted,
    Contact,
    JobProgressed,
    LeadScored,
    LeadSynced,
    RequestNightlyEnrichment,
    RequestUpsert,
    Site,
)
from common.delivery.inbox import Inbox
from common.delivery.inbox.intake import arrival
from common.delivery.messages import Announcement
from common.delivery.outbox import EventTemplate
from common.delivery.outbox.relay import Relay
from common.ids import derived_id, new_id, night_id, scheduled_id
from common.kafka.consumer import Consumer
from common.postgres import Database
from common.singapore.calendar import SINGAPORE, day_in_singapore
from leadgen.bench.harness.publishing import PARTITIONS

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: Events of a bundle.
BUNDLE = 500
#: Stand for a company's number and UEN in the pattern of a body.
NUMBER, UEN = 987654321, "@UEN@"
#: Units that each company is charged.
CHARGED = {"tavily": 1, "openai": 900, "lusha": 2, "zerobounce": 1}

#: Who announces what of each company.
STAGES: Sequence[tuple[str, type[CompanyEvent]]] = (
    ("upserter", CompanyUpserted),
    ("nightly", RequestNightlyEnrichment),
    ("enricher", CompanyEnriched),
    ("scorer", LeadScored),
    ("odoo-sync", LeadSynced),
)
CONSUMERS = {
    "enricher": [RequestNightlyEnrichment.topic],
    "upserter": [RequestUpsert.topic, CompanyEnriched.topic],
    "scorer": [CompanyEnriched.topic],
    "odoo-sync": [LeadScored.topic],
}

# Ids as the stages derive them, each from the one before. $3 has the ids of the requests, by tenant and number.
PLAN = """
    CREATE TABLE planned AS
    WITH asked AS (
        SELECT *, (tenant_id * 1000000 + n)::bigint AS company_id, tenant_id || ':' || uen AS key
          FROM unnest($1::int[], $2::int[], $3::text[], $4::uuid[], $5::uuid[])
               AS asked (tenant_id, n, uen, requested_id, job_id)),
    enriched AS (SELECT *, followed_by(requested_id, 'company.enriched.v1', key) AS enriched_id FROM asked),
    scored AS (SELECT *, followed_by(enriched_id, 'lead.scored.v1', key) AS scored_id FROM enriched)
    SELECT *, followed_by(scored_id, 'lead.synced.v1', key) AS synced_id,
           followed_by(job_id, 'company.upserted.v1', key) AS upserted_id
      FROM scored
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
    SELECT tenant_id, company_id, job_id FROM planned;
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked,
                                 started_at, ended_at)
    SELECT job_id, tenant_id, 'staging_upsert', 'done', '{}', count(*), count(*), job_id::text, made.at, made.at
      FROM planned, made GROUP BY job_id, tenant_id, made.at;
    INSERT INTO enrichment_runs (tenant_id, run_id, night, trigger, status, cap, requested_at, started_at, published_at,
                                 ended_at, window_ends_at)
    SELECT tenant_id, run_id, night, 'command', 'done', companies, at, at, at, at, at FROM planned_nights, made;
    INSERT INTO run_manifests (tenant_id, run_id, night, source, company_ids, caps, vendor_budget, considered)
    SELECT tenant_id, run_id, night, 'selection', array_agg(company_id ORDER BY n), '{}', '{}', '{}'
      FROM planned_nights JOIN planned USING (tenant_id) GROUP BY 1, 2, 3;
    INSERT INTO run_companies (tenant_id, run_id, company_id, night, position, uen, name, reason, detail, event_id,
                               enriched_id, scored_id, state)
    SELECT tenant_id, run_id, company_id, night, n, uen, uen, 'new', 'never enriched', requested_id, enriched_id,
           scored_id, 'synced'
      FROM planned_nights JOIN planned USING (tenant_id);
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, steps)
    SELECT tenant_id, company_id, requested_id, '00000000-0000-0000-0000-000000000000', 'nightly', 'visited', '[]',
           '{}', '{}', 2000, made.at,
           (SELECT jsonb_agg(jsonb_build_object('step', step, 'outcome', 'done', 'duration_ms', 500, 'units', units))
              FROM (VALUES ('find_site', 1), ('understand', 900), ('lusha', 2), ('zerobounce', 1))
                   AS paid (step, units))
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
                    THEN enriched_id WHEN 'lead.scored.v1' THEN scored_id WHEN 'company.upserted.v1' THEN upserted_id
                    ELSE synced_id END,
               E'\\t', to_json(key), E'\\t', replace(replace($3, '@UEN@', uen), '987654321', company_id::text)),
               E'\\n' ORDER BY n), 'UTF8'), $4, 'nightly', count(*)
      FROM planned WHERE tenant_id = $5 GROUP BY n / $6::int
"""
ANNOUNCE_ONE = """
    INSERT INTO outbox (producer, topic, key, value, headers, lane) VALUES ($1, $2, $3, $4, $5, $6)
"""
NIGHTS = "CREATE TABLE planned_nights (tenant_id int, run_id uuid, night date, companies int)"
DONE = "UPDATE inbox SET state = 'done', attempts = 1"


@dataclass(frozen=True, slots=True)
class LedgerNight:
    """The night's tenants, its number of companies for each, and its time."""

    tenants: Sequence[int]
    companies: int
    at: datetime


async def make_night(
    database_url: str, bootstrap_servers: str, *, tenants: Sequence[int], companies: int
) -> LedgerNight:
    """Generates the ledger in a migrated database without companies, as its owner. The tenants must exist."""
    at = datetime.now(UTC).replace(microsecond=0)
    night = day_in_singapore(at)
    midnight = datetime.combine(night, time(), SINGAPORE)
    jobs = {tenant: RequestUpsert(tenant_id=tenant, job_id=new_id(at)) for tenant in tenants}
    runs = {tenant: night_id(midnight, tenant) for tenant in tenants}
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(FOLLOWED_BY)
        await owner.execute("CREATE TABLE made (at timestamptz)")
        await owner.execute("INSERT INTO made VALUES ($1)", at)
        await owner.execute(NIGHTS)
        await owner.executemany(
            "INSERT INTO planned_nights VALUES ($1, $2, $3, $4)",
            [(tenant, runs[tenant], night, companies) for tenant in tenants],
        )
        asked = [(tenant, n, uen_of(tenant, n)) for tenant in tenants for n in range(1, companies + 1)]
        topic = RequestNightlyEnrichment.topic
        planned = [(*it, scheduled_id(midnight, topic, f"{it[0]}:{it[2]}"), jobs[it[0]].job_id) for it in asked]
        await owner.execute(PLAN, *map(list, zip(*planned, strict=True)))
        await owner.execute(ROWS)
        await owner.execute(USED, list(CHARGED), list(CHARGED.values()), at)
        for tenant in tenants:
            envelope = Envelope(new_id(), tenant, "nightly", correlation_id=str(runs[tenant]))
            async with owner.transaction():
                await _announce_job(owner, jobs[tenant], envelope, companies)
            bodies = patterns(jobs[tenant], at)
            for producer, event in STAGES:
                template = EventTemplate.of(event.topic, new_id(), envelope, source=producer, at=at.isoformat())
                body = bodies[event.topic]
                await owner.execute(ANNOUNCE, producer, event.topic, body, template.headers, tenant, BUNDLE)
        database = await Database.connect(database_url)
        try:
            for producer, _ in STAGES:
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


async def _announce_job(owner: Owner, job: RequestUpsert, envelope: Envelope, companies: int) -> None:
    """Announces the job that saved a tenant's companies, and its end."""
    progressed = JobProgressed(
        tenant_id=job.tenant_id,
        request_id=job.job_id,
        job_id=job.job_id,
        status="done",
        processed=companies,
        total=companies,
    )
    asked = envelope._replace(event_id=job.job_id)
    ended = envelope._replace(event_id=derived_id(job.job_id, progressed.topic, progressed.identity))
    for producer, event, its in (("nightly", job, asked), ("upserter", progressed, ended)):
        message = Announcement(event, its).message(producer, datetime.now(UTC).isoformat())
        await owner.execute(ANNOUNCE_ONE, producer, *message)


def uen_of(tenant_id: int, number: int) -> str:
    """Makes up the UEN of a tenant's company."""
    return f"2{tenant_id:03d}{number:05d}N"


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


def patterns(job: RequestUpsert, at: datetime) -> Mapping[str, str]:
    """Builds the body of each event, in a realistic size, with a placeholder for the company."""
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
    tenant_id = job.tenant_id
    events: Sequence[CompanyEvent] = (
        CompanyUpserted(tenant_id=tenant_id, company=company, inserted=True, job_id=job.job_id),
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
