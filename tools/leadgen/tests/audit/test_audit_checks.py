"""The audit: a clean ledger has no exception; every fault is found, by its own check, with its ids."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from common.ids import new_id
from common.postgres import Database
from leadgen.audit.auditing import NoSuchRun, audit
from leadgen.audit.check import Scope
from leadgen.audit.checks import CHECKS
from leadgen.audit.command import as_text
from leadgen.bench.harness.ledger_night import make_night
from testkit.audit_faults import COMPANIES, PLANTS, Planted, delivery, patience

AT_REST = Scope(patience_s=0)

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
    await delivery.gives_up_without_a_letter(here)
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
    for plant in (
        patience.leaves_a_request_in_its_topic,
        patience.leaves_an_event_open,
        patience.sends_no_announcement,
    ):
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
