"""`companies`, candidates and jobs on a real PostgreSQL: what an upsert keeps, changes and locks."""

import asyncio
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import Company
from common.postgres import Database
from upserter import candidates, jobs
from upserter.companies import Upserted, upsert
from upserter.jobs import Params
from upserter.register import Position

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
REQUEST = UUID(int=7)
ANOTHER = UUID(int=8)

MANY = """
    INSERT INTO companies (uen, name, industry_norm, website_domain)
    SELECT 'U' || i, 'Company ' || i, 'industry ' || i % 1000, 'company' || i || '.sg' FROM generate_series(1, 100000) i
"""


def a_company(uen: str = "201912345K", **other: Any) -> Company:
    """Fully known, but for what is said otherwise."""
    known = {
        "name": "ACME PTE. LTD.",
        "entity_type": "Local Company",
        "status": "live",
        "incorporated_on": date(2019, 4, 30),
        "industry_code": "62011",
        "industry_norm": "development of software",
        "secondary_industry_code": "46900",
        "address": "10 ANSON ROAD",
        "postal_code": "079903",
        "website_domain": "acme.sg",
    }
    return Company.model_validate({"company_id": 0, "uen": uen, **known, **other})


async def saved(database: Database, *companies: Company) -> list[Upserted]:
    async with database.transaction(1) as tx:
        return await upsert(tx, companies)


async def test_an_upsert_says_what_it_did(owner: Owner, database: Database) -> None:
    """New, then unchanged, then changed: `last_seen` moves each time, `updated_at` only with the content."""
    (first,) = await saved(database, a_company())
    times = await owner.fetchrow("SELECT last_seen, updated_at FROM companies")
    (second,) = await saved(database, a_company())
    unchanged = await owner.fetchrow("SELECT last_seen, updated_at FROM companies")
    (third,) = await saved(database, a_company(address="1 PARK ROAD"))
    changed = await owner.fetchrow("SELECT last_seen, updated_at FROM companies")

    assert [(each.inserted, each.changed) for each in (first, second, third)] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    assert first.company.company_id == second.company.company_id == third.company.company_id > 0
    assert third.company.address == "1 PARK ROAD"
    assert unchanged["last_seen"] > times["last_seen"]
    assert unchanged["updated_at"] == times["updated_at"] < changed["updated_at"]


FIELDS = sorted(set(Company.model_fields) - {"company_id", "uen", "name"})


@pytest.mark.parametrize("field", FIELDS)
async def test_a_missing_value_erases_nothing_and_a_new_one_is_a_change(field: str, database: Database) -> None:
    """For every column that may be unknown."""
    other = date(2020, 1, 1) if field == "incorporated_on" else "other"
    (unknown,) = await saved(database, a_company(**{field: None}))
    (learnt,) = await saved(database, a_company())
    (missing,) = await saved(database, a_company(**{field: None}))
    (changed,) = await saved(database, a_company(**{field: other}))
    assert getattr(unknown.company, field) is None
    assert learnt.changed
    assert not missing.changed
    assert missing.company == learnt.company
    assert changed.changed
    assert getattr(changed.company, field) == other


async def test_companies_come_back_in_the_order_given_each_once(database: Database) -> None:
    """Sorting by UEN is for the locks; a UEN that comes twice is written once, as it came last."""
    result = await saved(database, a_company("C"), a_company("A"), a_company("B"), a_company("A", name="LAST"))
    assert [(each.company.uen, each.company.name) for each in result] == [
        ("C", "ACME PTE. LTD."),
        ("A", "LAST"),
        ("B", "ACME PTE. LTD."),
    ]
    assert await saved(database) == []


async def test_tenants_that_save_the_same_companies_at_once_do_not_deadlock(database: Database) -> None:
    """In opposite orders, many times, with their candidates; the table ends with one row for each company."""

    async def save(tenant_id: int, uens: list[str]) -> None:
        async with database.transaction(tenant_id) as tx:
            written = await upsert(tx, [a_company(uen, name=f"as {tenant_id} saw it") for uen in uens])
            await candidates.add(tx, [each.company.company_id for each in written], job_id=REQUEST)

    uens = [f"U{n:03}" for n in range(200)]
    await asyncio.gather(*(save(1 + n % 5, uens if n % 2 else uens[::-1]) for n in range(30)))
    async with database.plumbing() as tx:
        assert await tx.fetchval("SELECT count(*) FROM companies") == 200


async def test_a_candidate_belongs_to_its_tenant_and_to_its_first_request(owner: Owner, database: Database) -> None:
    """Another request only moves `updated_at`; another tenant has a row of its own."""
    (company,) = await saved(database, a_company())
    for tenant_id, request in ((1, REQUEST), (1, ANOTHER), (2, ANOTHER)):
        async with database.transaction(tenant_id) as tx:
            await candidates.add(tx, [company.company.company_id], job_id=request)
    rows = await owner.fetch("SELECT tenant_id, job_id, updated_at > created_at AS moved FROM icp_candidate_companies")
    assert {tuple(row) for row in rows} == {(1, REQUEST, True), (2, ANOTHER, False)}


async def test_a_job_goes_from_queued_to_done(database: Database) -> None:
    """Its cursor and count come back as they were written; done, it is not started again."""
    place = Position(0, "2020-01-01", "201912345K")
    async with database.transaction(1) as tx:
        params = Params(terms=["it"], codes=["62011"], limit=5)
        await jobs.create(tx, REQUEST, params, total=4)
        await jobs.create(tx, REQUEST, Params(terms=[], codes=[]), total=9)
        job = await jobs.start(tx, REQUEST)
        assert job is not None
        assert (job.status, job.params, job.processed, job.total, job.left) == ("running", params, 0, 4, 5)

        job = await jobs.progress(tx, job, after=place, handled=3, status="queued")
        assert await jobs.read(tx, REQUEST) == job
        assert (job.status, job.params.after, job.processed, job.left) == ("queued", place, 3, 2)

        job = await jobs.progress(tx, job, after=place, handled=2, status="done")
        assert (job.status, job.processed, job.total, job.left) == ("done", 5, 5, 0)
        assert await jobs.start(tx, REQUEST) is None


async def test_a_failed_job_says_why_and_can_be_started_again(database: Database) -> None:
    """The reason is gone once it runs again."""
    async with database.transaction(1) as tx:
        await jobs.create(tx, REQUEST, Params(terms=[], codes=[]), total=1)
        failed = await jobs.fail(tx, REQUEST, error="no such table")
        assert (failed.status, failed.error) == ("error", "no such table")
        again = await jobs.start(tx, REQUEST)
        assert again is not None
        assert (again.status, again.error) == ("running", None)


async def test_a_job_is_its_tenant_s_alone(database: Database) -> None:
    """To another tenant there is no such job."""
    async with database.transaction(1) as tx:
        await jobs.create(tx, REQUEST, Params(terms=[], codes=[]), total=1)
    async with database.transaction(2) as tx:
        assert await jobs.read(tx, REQUEST) is None
        assert await jobs.start(tx, REQUEST) is None


LOOK_UPS = {
    "lower(industry_norm) = lower('Industry 7')": "companies_by_industry_norm",
    "lower(name) = lower('COMPANY 7')": "companies_by_name",
    "website_domain = 'company7.sg'": "companies_by_website_domain",
}


async def test_look_ups_on_a_large_table_use_their_index(owner: Owner, database: Database) -> None:
    """As the services' role, on 100,000 companies, from the planner's own words."""
    await owner.execute(MANY)
    await owner.execute("ANALYZE companies")
    async with database.transaction(1) as tx:
        for condition, index in LOOK_UPS.items():
            plan = await tx.fetch(f"EXPLAIN SELECT company_id FROM companies WHERE {condition}")
            words = "\n".join(row[0] for row in plan)
            assert index in words
            assert "Seq Scan" not in words
            assert await tx.fetchval(f"SELECT count(*) FROM companies WHERE {condition}") > 0
