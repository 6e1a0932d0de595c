"""The audit: a clean ledger has no exception; every fault is found, by its own check, with its ids."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from common.cloudevents import encode_headers
from common.contracts import (
    Company,
    CompanyUpserted,
    Event,
    JobProgressed,
    LeadSynced,
    RequestEnrichment,
    RequestIndustry,
    RequestNightlyEnrichment,
)
from common.ids import NO_REPLAY, derived_id, new_id
from common.postgres import Database
from leadgen.audit.auditing import NoSuchRun, audit
from leadgen.audit.check import Scope
from leadgen.audit.checks import CHECKS
from leadgen.audit.command import as_text
from leadgen.bench.harness.ledger_night import make_night, take_in
from testkit.stages import a_company, envelope_for, publish, publish_raw

AT_REST = Scope(patience_s=0)
COMPANIES = 20
PLANNED = "SELECT * FROM planned WHERE tenant_id = $1 AND n = $2"
JOB = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, processed, total, asked, continues,
                                 started_at, ended_at)
    VALUES ($1, 1, 'staging_upsert', $2, '{}', $3, $4, $1::uuid::text, $5,
            CASE WHEN $2 <> 'queued' THEN now() END, CASE WHEN $2 = 'done' THEN now() END)
"""
RUN = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at)
    VALUES (1, $1, $2, $3, 'nightly', 'visited', '[]', '{}', '{}', 0, $4)
"""


@dataclass
class Planted:
    """A night's ledger to plant faults in, and what each check is to find: the ids that its exceptions name."""

    owner: asyncpg.Connection
    database: Database
    kafka: str
    at: datetime
    expected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    async def company(self, number: int, tenant: int = 1) -> asyncpg.Record:
        return await self.owner.fetchrow(PLANNED, tenant, number)

    async def send(self, event: Event, event_id: UUID | None = None) -> UUID:
        envelope = envelope_for(event, event_id)
        await publish(self.kafka, [(event, envelope)])
        return envelope.event_id

    async def handled(self, consumer: str, event: Event, event_id: UUID | None = None) -> UUID:
        """An event that the consumer has taken in and handled."""
        event_id = await self.send(event, event_id)
        await take_in(self.database, self.kafka, consumer, [event.topic])
        await self.owner.execute("UPDATE inbox SET state = 'done', attempts = 1 WHERE event_id = $1", event_id)
        return event_id

    async def job(
        self, status: str, processed: int, total: int, continues: UUID | None = None, *, is_announced: bool
    ) -> UUID:
        job_id = new_id()
        await self.owner.execute(JOB, job_id, status, processed, total, continues)
        if is_announced:
            await self.send(progress(job_id, "done", processed, total))
        return job_id


Plant = Callable[[Planted], Awaitable[None]]
PLANTS: dict[str, Plant] = {}


def plants(check: str) -> Callable[[Plant], Plant]:
    """Registers the function that plants the fault of a check."""

    def register(plant: Plant) -> Plant:
        PLANTS[check] = plant
        return plant

    return register


def progress(job_id: UUID, status: Any, processed: int, total: int) -> JobProgressed:
    return JobProgressed(tenant_id=1, request_id=job_id, job_id=job_id, status=status, processed=processed, total=total)


def company_of(row: asyncpg.Record) -> Company:
    return a_company(row["uen"], company_id=row["company_id"])


@plants("taken-in")
async def loses_an_inbox_row(here: Planted) -> None:
    event_id = (await here.company(1))["enriched_id"]
    await here.owner.execute("DELETE FROM inbox WHERE consumer = 'upserter' AND event_id = $1", event_id)
    here.expected["taken-in"].add(str(event_id))


@plants("one-content")
async def announces_an_event_twice_differently(here: Planted) -> None:
    row = await here.company(2)
    await here.send(LeadSynced(tenant_id=1, company=company_of(row), outcome="no_connection"), row["synced_id"])
    here.expected["one-content"].add(str(row["synced_id"]))


@plants("from-a-topic")
async def moves_an_inbox_row(here: Planted) -> None:
    event_id = (await here.company(3))["enriched_id"]
    await here.owner.execute(
        "UPDATE inbox SET kafka_offset = kafka_offset + 100000 WHERE consumer = 'upserter' AND event_id = $1", event_id
    )
    here.expected["from-a-topic"].add(str(event_id))


@plants("announced")
async def handles_a_request_and_announces_nothing(here: Planted) -> None:
    row = await here.company(4)
    asked = RequestNightlyEnrichment(tenant_id=1, company=company_of(row))
    event_id = await here.handled("enricher", asked)
    await here.owner.execute(RUN, row["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["announced"].add(str(derived_id(event_id, "company.enriched.v1", row["key"])))


@plants("answered")
async def answers_no_request(here: Planted) -> None:
    asked = RequestIndustry(tenant_id=1, request_id=new_id(), terms=["Manufacturing"], sync_limit=10)
    here.expected["answered"].add(str(await here.handled("upserter", asked)))


@plants("caused")
async def announces_without_a_cause(here: Planted) -> None:
    row = await here.company(5)
    event_id = derived_id(new_id(), LeadSynced.topic, row["key"])
    await here.send(LeadSynced(tenant_id=1, company=company_of(row), outcome="no_connection"), event_id)
    here.expected["caused"].add(str(event_id))


@plants("letters")
async def gives_up_without_a_letter(here: Planted) -> None:
    event_id = (await here.company(6))["enriched_id"]
    await here.owner.execute(
        "UPDATE inbox SET state = 'dead', error = 'lost' WHERE consumer = 'upserter' AND event_id = $1", event_id
    )
    here.expected["letters"].add(str(event_id))
    here.expected["given-up"].add(str(event_id))


@plants("given-up")
async def gives_up_with_a_letter(here: Planted) -> None:
    event_id = (await here.company(7))["enriched_id"]
    place = await here.owner.fetchrow(
        "UPDATE inbox SET state = 'dead' WHERE consumer = 'upserter' AND event_id = $1"
        " RETURNING topic, kafka_partition, kafka_offset",
        event_id,
    )
    topic, partition, offset = place
    origin = {"consumer": "upserter", "topic": topic, "partition": partition, "offset": offset}
    headers = [(f"dlq_{name}", str(value).encode()) for name, value in origin.items()]
    await publish_raw(here.kafka, [(f"{topic}.dlq", b"1:U", b"{}", headers)])
    here.expected["given-up"].add(str(event_id))


@plants("upserted")
async def announces_a_company_that_is_no_candidate(here: Planted) -> None:
    row = await here.company(8)
    await here.owner.execute("DELETE FROM icp_candidate_companies WHERE company_id = $1", row["company_id"])
    await here.send(CompanyUpserted(tenant_id=1, company=company_of(row), inserted=True, job_id=new_id()))
    here.expected["upserted"].add(row["key"])


@plants("enriched-once")
async def has_two_runs_of_one_request(here: Planted) -> None:
    row, other = await here.company(9), await here.company(10)
    await here.owner.execute(RUN, other["company_id"], row["requested_id"], NO_REPLAY, here.at)
    here.expected["enriched-once"].add(row["key"])


@plants("requested")
async def enriches_without_a_request(here: Planted) -> None:
    event_id = new_id()
    await here.owner.execute(RUN, (await here.company(10))["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["requested"].add(str(event_id))


@plants("scored")
async def keeps_an_old_score(here: Planted) -> None:
    company_id = (await here.company(11))["company_id"]
    for table in ("lead_scores", "lead_features"):
        await here.owner.execute(
            f"UPDATE {table} SET enriched_at = enriched_at - interval '1 hour' WHERE company_id = $1", company_id
        )
    here.expected["scored"].add(str(company_id))


@plants("explained")
async def has_features_of_another_model(here: Planted) -> None:
    company_id = (await here.company(12))["company_id"]
    await here.owner.execute("UPDATE lead_features SET model_version = '0' WHERE company_id = $1", company_id)
    here.expected["explained"].add(str(company_id))


@plants("synced")
async def has_no_link(here: Planted) -> None:
    company_id = (await here.company(13))["company_id"]
    await here.owner.execute("DELETE FROM odoo_links WHERE company_id = $1", company_id)
    here.expected["synced"].add(str(company_id))


@plants("one-lead")
async def shares_a_lead(here: Planted) -> None:
    first, second = [(await here.company(number))["company_id"] for number in (14, 15)]
    await here.owner.execute("UPDATE odoo_links SET lead_id = $2 WHERE company_id = $1", first, second)
    here.expected["one-lead"].add(f"{first}, {second}")


@plants("job-sums")
async def ends_a_job_too_early(here: Planted) -> None:
    here.expected["job-sums"].add(str(await here.job("done", 5, 9, is_announced=True)))


@plants("job-announced")
async def ends_a_job_in_silence(here: Planted) -> None:
    here.expected["job-announced"].add(str(await here.job("done", 7, 7, is_announced=False)))


@plants("job-ended")
async def announces_the_end_of_a_queued_job(here: Planted) -> None:
    job_id = await here.job("queued", 0, 9, is_announced=False)
    await here.send(progress(job_id, "done", 9, 9))
    here.expected["job-ended"].add(str(job_id))


@plants("job-continued")
async def continues_a_job_twice(here: Planted) -> None:
    job_id = await here.job("done", 3, 3, is_announced=True)
    for _ in range(2):
        await here.job("queued", 0, 4, job_id, is_announced=False)
    here.expected["job-continued"].add(str(job_id))


@plants("in-a-topic")
async def leaves_a_request_in_its_topic(here: Planted) -> None:
    event_id = await here.send(RequestEnrichment(tenant_id=1, company=company_of(await here.company(16))))
    here.expected["in-a-topic"].add(str(event_id))


@plants("open")
async def leaves_an_event_open(here: Planted) -> None:
    event_id = (await here.company(17))["enriched_id"]
    await here.owner.execute("UPDATE inbox SET state = 'open' WHERE consumer = 'upserter' AND event_id = $1", event_id)
    here.expected["open"].add(str(event_id))


async def waits_in(here: Planted, table: str, number: int, **more: str) -> str:
    """An event of this company that is in a table of announcements."""
    event = LeadSynced(tenant_id=1, company=company_of(await here.company(number)), outcome="no_connection")
    envelope = envelope_for(event)
    headers = json.dumps([[name, value.decode()] for name, value in encode_headers(event, envelope, source="test")])
    row = {"producer": "odoo-sync", "topic": event.topic, "value": b"{}", "headers": headers, "lane": "nightly", **more}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await here.owner.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())
    return str(envelope.event_id)


@plants("in-an-outbox")
async def sends_no_announcement(here: Planted) -> None:
    here.expected["in-an-outbox"].add(await waits_in(here, "outbox", 18))


@plants("refused")
async def has_a_refused_announcement(here: Planted) -> None:
    here.expected["refused"].add(await waits_in(here, "outbox_refused", 19, reason="too large"))


@plants("job-abandoned")
async def leaves_a_running_job(here: Planted) -> None:
    here.expected["job-abandoned"].add(str(await here.job("running", 1, 9, is_announced=False)))


@plants("night-manifest")
async def drops_a_company_from_a_manifest(here: Planted) -> None:
    run_id = await here.owner.fetchval(
        "UPDATE run_manifests SET company_ids = company_ids[2:] WHERE tenant_id = 2 RETURNING run_id"
    )
    here.expected["night-manifest"].add(str(run_id))


@plants("night-asked")
async def asks_for_less_than_planned(here: Planted) -> None:
    """One more company in the plan, and no request for it; the night is not done."""
    asked = derived_id(new_id(), "a test", "1:X")
    enriched = derived_id(asked, "company.enriched.v1", "1:X")
    await here.owner.execute("UPDATE enrichment_runs SET status = 'partial', cap = cap + 1 WHERE tenant_id = 1")
    await here.owner.execute("UPDATE run_manifests SET company_ids = company_ids || 77::bigint WHERE tenant_id = 1")
    await here.owner.execute(
        "INSERT INTO run_companies (tenant_id, run_id, company_id, night, position, uen, name, reason, detail,"
        " event_id, enriched_id, scored_id) SELECT 1, run_id, 77, night, $1, 'X', 'X', 'new', '', $2, $3, $4"
        " FROM enrichment_runs WHERE tenant_id = 1",
        COMPANIES + 1,
        asked,
        enriched,
        derived_id(enriched, "lead.scored.v1", "1:X"),
    )
    here.expected["night-asked"].add(str(asked))


@plants("night-planned")
async def asks_for_more_than_planned(here: Planted) -> None:
    row = await here.company(5)
    asked = RequestNightlyEnrichment(tenant_id=1, company=company_of(row))
    event_id = await here.handled("enricher", asked, derived_id(new_id(), asked.topic, row["key"]))
    await here.owner.execute(RUN, row["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["night-planned"].add(str(event_id))
    here.expected["announced"].add(str(derived_id(event_id, "company.enriched.v1", row["key"])))


@plants("night-chain")
async def has_a_wrong_id_in_a_plan(here: Planted) -> None:
    event_id = (await here.company(20))["requested_id"]
    await here.owner.execute("UPDATE run_companies SET enriched_id = $2 WHERE event_id = $1", event_id, new_id())
    here.expected["night-chain"].add(str(event_id))


@plants("night-ends")
async def counts_a_company_as_synced_too_early(here: Planted) -> None:
    row = await here.company(18)
    await here.owner.execute("UPDATE inbox SET state = 'open' WHERE event_id = $1", row["scored_id"])
    here.expected["night-ends"].add(row["key"])
    here.expected["open"].add(str(row["scored_id"]))


@plants("night-over")
async def leaves_a_night_in_the_middle(here: Planted) -> None:
    run_id = await here.owner.fetchval(
        "UPDATE enrichment_runs SET status = 'running' WHERE tenant_id = 2 RETURNING run_id"
    )
    here.expected["night-over"].add(str(run_id))


@plants("spend-counted")
async def counts_too_little(here: Planted) -> None:
    await here.owner.execute("UPDATE vendor_usage SET used = used - 1 WHERE tenant_id = 2 AND vendor = 'tavily'")
    here.expected["spend-counted"].add("tavily")


@plants("spend-accounted")
async def counts_too_much(here: Planted) -> None:
    await here.owner.execute("UPDATE vendor_usage SET used = used + 1 WHERE tenant_id = 2 AND vendor = 'lusha'")
    here.expected["spend-accounted"].add("lusha")


#: The column that names what an exception is about, by check; otherwise it is the event's id.
NAMED_BY: Mapping[str, str] = {
    "announced": "missing_id",
    "upserted": "key",
    "enriched-once": "key",
    "scored": "company_id",
    "explained": "company_id",
    "synced": "company_id",
    "one-lead": "companies",
    "spend-counted": "vendor",
    "spend-accounted": "vendor",
    "night-manifest": "run_id",
    "night-ends": "key",
    "night-over": "run_id",
} | {check.name: "job_id" for check in CHECKS if check.name.startswith("job-")}


@pytest.fixture
async def here(database_url: str, database: Database, kafka: str, owner: asyncpg.Connection) -> Planted:
    """Two tenants' night that is as it should be."""
    night = await make_night(database_url, kafka, tenants=[1, 2], companies=COMPANIES)
    return Planted(owner, database, kafka, night.at)


async def test_every_fault_is_found_by_its_check_and_by_no_other(here: Planted, database_url: str) -> None:
    """A clean night has no exception. Then each fault stands in it once, and each check names its own, no more."""
    clean = await audit(database_url, here.kafka, AT_REST)
    assert clean.is_clean, as_text(clean)
    assert clean.counts["messages"] == 2 * (5 * COMPANIES + 2)
    assert PLANTS.keys() == {check.name for check in CHECKS}

    for plant in PLANTS.values():
        await plant(here)
    report = await audit(database_url, here.kafka, AT_REST)

    found = {
        it.check.name: {str(row[NAMED_BY.get(it.check.name, "event_id")]) for row in it.shown}
        for it in report.exceptions
    }
    assert found == here.expected
    text = as_text(report)
    assert all(name in text for names in here.expected.values() for name in names)
    assert all(it.check.advice in text for it in report.exceptions)


async def test_units_that_lost_attempts_may_have_spent_are_reported(here: Planted, database_url: str) -> None:
    """No exception, but a line with how many of each: also of a tenant of whom one event was tried twice."""
    await here.owner.execute("UPDATE vendor_usage SET used = used + 7 WHERE tenant_id = 2 AND vendor = 'lusha'")
    event_id = (await here.company(1, 2))["requested_id"]
    await here.owner.execute("UPDATE inbox SET attempts = 3 WHERE consumer = 'enricher' AND event_id = $1", event_id)

    report = await audit(database_url, here.kafka, AT_REST)

    assert report.is_clean, as_text(report)
    [found] = report.waived
    assert found.startswith("tenant 2, lusha: ")
    assert found.endswith("; 2 attempts had no result")
    assert f"counted without a result, waived: {found}" in as_text(report)


async def test_more_units_than_lost_attempts_can_explain_are_an_exception(here: Planted, database_url: str) -> None:
    """One repeat of one event does not hide ten thousand units."""
    await here.owner.execute("UPDATE vendor_usage SET used = used + 10000 WHERE tenant_id = 2 AND vendor = 'lusha'")
    event_id = (await here.company(1, 2))["requested_id"]
    await here.owner.execute("UPDATE inbox SET attempts = 3 WHERE consumer = 'enricher' AND event_id = $1", event_id)

    report = await audit(database_url, here.kafka, AT_REST)

    [found] = report.exceptions
    assert found.check.name == "spend-accounted"
    assert [(row["tenant_id"], row["vendor"], row["lost_attempts"]) for row in found.shown] == [(2, "lusha", 2)]
    assert report.waived == []


async def run_of(here: Planted, tenant_id: int) -> UUID:
    run_id: UUID = await here.owner.fetchval("SELECT run_id FROM enrichment_runs WHERE tenant_id = $1", tenant_id)
    return run_id


async def test_only_the_scope_is_audited(here: Planted, database_url: str) -> None:
    """Faults of another tenant, of another time or of another service are not the audit's business."""
    await gives_up_without_a_letter(here)
    audited = [
        await audit(database_url, here.kafka, scope)
        for scope in (
            Scope(patience_s=0, tenant_id=1),
            Scope(patience_s=0, tenant_id=2),
            Scope(patience_s=0, since=datetime.now(UTC) + timedelta(days=1)),
            Scope(patience_s=0, services=frozenset({"scorer"})),
            Scope(patience_s=0, run_id=await run_of(here, 1)),
            Scope(patience_s=0, run_id=await run_of(here, 2)),
        )
    ]

    assert [it.is_clean for it in audited] == [False, True, True, True, False, True]
    assert [it.counts["nights"] for it in audited] == [1, 1, 0, 2, 1, 1]
    assert audited[-1].counts["enrichments"] == COMPANIES
    with pytest.raises(NoSuchRun):
        await audit(database_url, here.kafka, Scope(run_id=new_id()))
    with pytest.raises(NoSuchRun):
        await audit(database_url, here.kafka, Scope(run_id=await run_of(here, 1), tenant_id=2))


async def test_what_is_on_its_way_is_no_fault(here: Planted, database_url: str) -> None:
    """Beside running services, events in a topic, an inbox or an outbox are well until their patience is over."""
    for plant in (leaves_a_request_in_its_topic, leaves_an_event_open, sends_no_announcement):
        await plant(here)

    live = await audit(database_url, here.kafka, Scope())
    assert live.is_clean, as_text(live)
    await here.owner.execute("UPDATE inbox SET received_at = received_at - interval '2 days' WHERE state = 'open'")
    await here.owner.execute("UPDATE outbox SET created_at = created_at - interval '1 hour'")
    late = await audit(database_url, here.kafka, Scope())
    assert {it.check.name for it in late.exceptions} == {"open", "in-an-outbox"}


async def test_an_owner_whom_policies_bind_audits_every_tenant(here: Planted, database_url: str) -> None:
    """The login that owns the tables need not be a superuser: each tenant's rows are read under its policy."""
    role = f"reads_{here.at:%H%M%S}_{database_url.rpartition('/')[2]}"
    await here.owner.execute(f"CREATE ROLE {role} NOLOGIN")
    await here.owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    await here.owner.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}")
    await here.owner.execute(f"GRANT TEMPORARY ON DATABASE {database_url.rpartition('/')[2]} TO {role}")
    try:
        report = await audit(f"{database_url}?role={role}", here.kafka, AT_REST)
    finally:
        await here.owner.execute(f"DROP OWNED BY {role}")
        await here.owner.execute(f"DROP ROLE {role}")

    assert report.is_clean, as_text(report)
    assert (report.counts["enrichments"], report.counts["nights"]) == (2 * COMPANIES, 2)
