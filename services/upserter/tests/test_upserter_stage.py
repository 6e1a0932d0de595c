"""The upserter's handlers side by side: delivered twice, with the database away, and all at once over the same rows."""

import asyncio
from collections import Counter
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import (
    CompanyEnriched,
    CompanyUpserted,
    Event,
    JobProgressed,
    RefreshRegister,
    RequestEnrichment,
    RequestUpsert,
    Site,
)
from common.ids import new_id
from common.postgres import Database
from embedded.postgres import Postgres
from industries.classification import ClassificationMissing, read
from industries.index import Code
from leadgen.ssic import seed_ssic, ssic_2020
from testkit.stages import a_company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MANY = """
    INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, registration_incorporation_date,
                                        primary_ssic_code, secondary_ssic_code)
    SELECT 'U' || lpad(n::text, 4, '0'), 'MAKER ' || n, 'Live', (date '2020-01-01' - n)::text, '25912', '25922'
      FROM generate_series(1, $1::int) n
"""
#: What a load may do meanwhile: every tenth entry has moved.
RELOAD = "UPDATE staging_acra_companies SET street_name = $1, updated_at = clock_timestamp() WHERE uen LIKE '%5'"


async def tables(owner: Owner) -> list[list[asyncpg.Record]]:
    """Reads the tables that the handlers write, without the times of a mere look."""
    return [
        await owner.fetch("SELECT company_id, uen, name, updated_at FROM companies ORDER BY 1"),
        await owner.fetch(
            "SELECT tenant_id, company_id, job_id, enriched_at FROM icp_candidate_companies ORDER BY 1, 2"
        ),
        await owner.fetch("SELECT * FROM background_jobs ORDER BY job_id"),
        await owner.fetch("SELECT * FROM register_refresh"),
    ]


async def test_what_is_delivered_twice_changes_and_announces_nothing_more(
    owner: Owner, deliver, a_request, makers: int
) -> None:
    """What is delivered twice changes and announces nothing more, of every handler: the same event again, and a second
    event for a job that is done.
    """
    request = a_request()
    visit = CompanyEnriched(
        tenant_id=1,
        company=a_company(company_id=1),
        site=Site(outcome="no_site_known"),
        contacts=[],
        degraded_reasons=[],
        enriched_at="2026-11-22T01:00:00Z",
    )
    events = [request, RequestUpsert(tenant_id=1, job_id=request.request_id), visit, RefreshRegister()]
    for event in events:
        event_id = new_id()
        assert await deliver(event, event_id=event_id) == "done"
        first = await tables(owner)
        await deliver.announced()
        assert await deliver(event, event_id=event_id) == "done"
        assert await tables(owner) == first
        assert await deliver.announced() == []
    before = await tables(owner)
    assert await deliver(events[1]) == "done"
    assert await tables(owner) == before
    assert await deliver.announced() == []


@pytest.mark.parametrize("which", ["find", "execute", "catch_up"])
async def test_with_its_database_down_nothing_is_lost(
    which: str, owner: Owner, database: Database, deliver, a_request, makers: int, breakable_postgres: Postgres
) -> None:
    """The handler waits, without counting a failure, and does its work once the server is back."""
    request, event_id = a_request(), new_id()
    event: Event = request
    if which == "execute":
        await deliver(request)
        event = RequestUpsert(tenant_id=1, job_id=request.request_id)
    elif which == "catch_up":
        event = RefreshRegister()
    await deliver.take_in(event, event_id)
    (claim,) = await deliver.claims(event)

    await asyncio.to_thread(breakable_postgres.kill)
    worker = asyncio.create_task(deliver.handle(claim))
    await asyncio.to_thread(breakable_postgres.start)
    await asyncio.wait_for(worker, timeout=60)

    assert await deliver(event, event_id=event_id) == "done"
    async with database.transaction(1) as tx:
        assert await tx.fetchval("SELECT failures FROM inbox_upserter WHERE event_id = $1", event_id) == 0
        assert await tx.fetchval("SELECT count(*) FROM companies") == (3 if which == "find" else 12)


async def test_two_jobs_over_the_same_rows_at_once(
    owner: Owner, database: Database, deliver, a_request, deadlocks, the_stage
) -> None:
    """Two jobs over the same rows at once, of two tenants, and of one whose words differ but overlap: each company
    once, each tenant's candidates whole.
    """
    await owner.execute(MANY, 400)
    requests = [
        a_request(sync_limit=0, tenant_id=1),
        a_request(sync_limit=0, tenant_id=2),
        a_request("SSIC 25922", sync_limit=0, tenant_id=1),
        a_request("SSIC 2592", sync_limit=0, tenant_id=2, limit=350),
    ]
    for request in requests:
        await deliver(request)
    await deliver.announced()
    stage = the_stage(batch_size=20, max_per_job=1000)
    await asyncio.gather(
        *(work_off(deliver, stage, request.tenant_id, request.request_id) for request in requests),
        reload(owner),
    )
    assert [await deliver.job(request.request_id) for request in requests] == [("done", 400, 400)] * 3 + [
        ("done", 350, 350)
    ]
    assert await no_duplicates(owner) == 400
    events = await deliver.announced()
    first = Counter(event.key for event in events if isinstance(event, CompanyUpserted))
    assert set(first) == {f"{tenant}:U{n:04}" for tenant in (1, 2) for n in range(1, 401)}
    assert sum(event.inserted for event in events if isinstance(event, CompanyUpserted)) == 400
    await nothing_failed(owner)
    rows = await owner.fetch("SELECT tenant_id, count(*) FROM icp_candidate_companies GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 400), (2, 400)]
    assert await deadlocks(database) == 0


async def test_a_job_and_a_refresh_beside_fifty_heads_of_five_tenants(
    owner: Owner, database: Database, deliver, a_request, deadlocks, the_stage
) -> None:
    """All over the same rows, while the register moves: nobody deadlocks, nothing is lost, each has what it should."""
    await owner.execute(MANY, 600)
    jobs = [a_request(sync_limit=0, tenant_id=tenant) for tenant in (1, 2)]
    for request in jobs:
        await deliver(request)
    await deliver.announced()
    stage = the_stage(batch_size=20, max_per_job=1000)
    answered: Counter[int] = Counter()

    async def heads(tenant_id: int) -> None:
        for number in range(10):
            request = a_request(f"SSIC 25912 founded since {2000 + number}", sync_limit=10, tenant_id=tenant_id)
            await work_off_event(deliver, stage, request)
            answered[tenant_id] += 1

    await asyncio.gather(
        *(work_off(deliver, stage, request.tenant_id, request.request_id) for request in jobs),
        *(heads(tenant_id) for tenant_id in range(1, 6)),
        work_off_event(deliver, stage, RefreshRegister()),
        reload(owner),
    )
    assert answered == dict.fromkeys(range(1, 6), 10)
    events = await deliver.announced()
    answers = [event.answer for event in events if isinstance(event, JobProgressed) and event.answer]
    assert len(answers) == 50
    assert {tuple(company.uen for company in answer.head) for answer in answers} == {
        tuple(f"U{n:04}" for n in range(1, 11))
    }
    assert Counter(event.tenant_id for event in events if isinstance(event, RequestEnrichment)) == dict.fromkeys(
        range(1, 6), 100
    )
    assert [await deliver.job(request.request_id) for request in jobs] == [("done", 600, 600)] * 2
    assert await no_duplicates(owner) == 600
    rows = await owner.fetch("SELECT tenant_id, count(*) FROM icp_candidate_companies GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 600), (2, 600), (3, 10), (4, 10), (5, 10)]
    await nothing_failed(owner)
    assert await deliver(RefreshRegister()) == "done"
    streets = await owner.fetch("SELECT DISTINCT address FROM companies WHERE uen LIKE '%5'")
    assert [row["address"] for row in streets] == ["9 ROAD"]
    assert await deadlocks(database) == 0


async def work_off(deliver, stage, tenant_id: int, job_id: UUID) -> None:
    await work_off_event(deliver, stage, RequestUpsert(tenant_id=tenant_id, job_id=job_id))


async def work_off_event(deliver, stage, event: Event) -> None:
    """Handles an event whatever its key, as two partitions or two topics would have it."""
    event_id = new_id()
    await deliver.take_in(event, event_id, in_order=False)
    for claim in await deliver.claims(event):
        await deliver.handle(claim, stage)


async def reload(owner: Owner) -> None:
    """The register moves ten times while others are at it."""
    for number in range(10):
        await owner.execute(RELOAD, f"{number} ROAD")
        await asyncio.sleep(0)


async def no_duplicates(owner: Owner) -> int:
    """Counts the companies, each UEN and each name once."""
    rows = await owner.fetch("SELECT count(*), count(DISTINCT uen), count(DISTINCT lower(name)) FROM companies")
    assert len(set(rows[0])) == 1
    return int(rows[0][0])


async def nothing_failed(owner: Owner) -> None:
    """Every event was ended at its first attempt."""
    rows = await owner.fetch("SELECT DISTINCT state, failures, attempts FROM inbox")
    assert [tuple(row) for row in rows] == [("done", 0, 1)]


async def test_the_classification_is_read_as_it_was_seeded(database: Database, database_url: str) -> None:
    """All codes with their parents; without any the service says what to do, and does not start."""
    async with database.without_tenant() as tx:
        with pytest.raises(ClassificationMissing, match="run `leadgen migrate`"):
            await read(tx)
    await seed_ssic(database_url)
    async with database.without_tenant() as tx:
        codes = await read(tx)
    assert set(codes) == {Code("2020", *code) for code in ssic_2020()}
