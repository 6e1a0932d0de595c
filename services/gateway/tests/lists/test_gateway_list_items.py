"""Items of the lists, ready in their rows: they follow the tables that they are made of, and none is missing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from common.postgres import Connection, Database
from gateway.lists import candidates, changes, leads
from gateway.lists.candidates import Candidate
from gateway.lists.filters import ANY, Filter
from gateway.lists.leads import Lead
from leadgen.deployed_files import deployed
from testkit.leads.lists import fold_all

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
FILLED = """
    INSERT INTO companies (company_id, uen, name, status, industry_code, industry_norm, ssic_version)
    OVERRIDING SYSTEM VALUE
    SELECT n, CASE WHEN n < 4 THEN 'U' || n END, 'Company "' || n || '"', 'live', '25910', 'forging', '2020'
      FROM generate_series(1, 5) n;
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT t, n, gen_random_uuid() FROM generate_series(1, 4) n, generate_series(1, 2) t;
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    SELECT t, n, n / 10.0, 'Low', 'Because of ' || t, '1', now() FROM generate_series(3, 5) n, generate_series(1, 2) t;
"""
VERSIONS = "SELECT company_id, updated_at, until FROM listed_companies ORDER BY 1, 2"
(_FILE,) = Path(deployed("migrations", "LEADGEN_MIGRATIONS")).glob("*_fill_list_items.sql")
FILL = _FILE.read_text(encoding="utf-8")
FORGET_ITEMS = "UPDATE listed_companies SET candidate = NULL, lead = NULL"


class Pages:
    """A tenant's lists, whole."""

    def __init__(self, database: Database, tenant_id: int = 1) -> None:
        self.database = database
        self.tenant_id = tenant_id

    async def candidates(self, wanted: Filter = ANY) -> list[dict[str, Any]]:
        async with self.database.read(self.tenant_id) as connection:
            page = await candidates.page(connection, self.tenant_id, wanted, now=NOW, limit=200)
        items: list[dict[str, Any]] = json.loads(f"[{page.items}]")
        return items

    async def leads(self, wanted: Filter = ANY) -> list[dict[str, Any]]:
        async with self.database.read(self.tenant_id) as connection:
            page = await leads.page(connection, self.tenant_id, wanted, now=NOW, limit=200)
        items: list[dict[str, Any]] = json.loads(f"[{page.items}]")
        return items

    async def all(self) -> list[list[dict[str, Any]]]:
        """Both lists, unfiltered and by name."""
        named = Filter(name="company")
        return [
            await self.candidates(),
            await self.candidates(named),
            await self.leads(),
            await self.leads(named),
        ]


@pytest.fixture
async def pages(owner: Owner, database: Database) -> Pages:
    await owner.execute(FILLED)
    await fold_all(database)
    return Pages(database)


async def test_items_have_the_fields_that_are_documented(pages: Pages) -> None:
    """A company without a UEN has the number that stands for it."""
    found_candidates, found_leads = await pages.candidates(), await pages.leads()
    assert [Candidate.model_validate(it).company_id for it in found_candidates] == [4, 3, 2, 1]
    assert [Lead.model_validate(it).company_id for it in found_leads] == [5, 4, 3]
    assert all(set(it) == set(Candidate.model_fields) for it in found_candidates)
    assert all(set(it) == set(Lead.model_fields) for it in found_leads)
    assert found_candidates[0]["name"] == 'Company "4"'


async def test_an_item_follows_its_tables_where_its_place_does_not_change(
    pages: Pages, owner: Owner, database: Database
) -> None:
    """A new rationale of the same score, a new website: the same row, with other items, in each tenant's lists."""
    before = await owner.fetch(VERSIONS)
    await owner.execute(
        "UPDATE lead_scores SET rationale = 'Because it is hiring' WHERE company_id = 3 AND tenant_id = 1"
    )
    await owner.execute("UPDATE companies SET website_domain = 'three.sg', status = 'closing' WHERE company_id = 3")
    await fold_all(database)

    assert await owner.fetch(VERSIONS) == before
    for tenant_id, rationale in ((1, "Because it is hiring"), (2, "Because of 2")):
        its = Pages(database, tenant_id)
        (lead,) = [it for it in await its.leads() if it["company_id"] == 3]
        (candidate,) = [it for it in await its.candidates() if it["company_id"] == 3]
        assert (lead["rationale"], lead["website_domain"]) == (rationale, "three.sg")
        assert (candidate["status"], candidate["website_domain"]) == ("closing", "three.sg")


async def test_items_that_an_older_gateway_did_not_write_are_made_when_they_are_read(
    pages: Pages, owner: Owner
) -> None:
    """Two versions run side by side during a deploy."""
    before = await pages.all()
    await owner.execute(FORGET_ITEMS + " WHERE company_id % 2 = 1")
    assert await pages.all() == before
    await owner.execute(FORGET_ITEMS)
    assert await pages.all() == before


async def test_the_migration_makes_the_items_of_what_is_listed_already(
    pages: Pages, owner: Owner, database: Database
) -> None:
    """They equal those that the gateway makes, for every tenant."""
    every = "SELECT * FROM listed_companies ORDER BY tenant_id, company_id, updated_at"
    before = await owner.fetch(every)
    await owner.execute(FORGET_ITEMS)
    await owner.execute(FILL)
    assert await owner.fetch(every) == before
    assert len({row["tenant_id"] for row in before}) == 2


GROWN = """
    INSERT INTO companies (company_id, uen, name, industry_code, ssic_version) OVERRIDING SYSTEM VALUE
    SELECT n, 'V' || n, 'Grown ' || n, '25910', '2020' FROM generate_series(1001, 3000) n;
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT 3, n, gen_random_uuid() FROM generate_series(1001, 3000) n;
"""
AN_HOUR_AGO = (
    "UPDATE listed_companies SET until = now() - interval '2 hours' WHERE tenant_id = 3 AND until < 'infinity'"
)


async def test_the_keeper_reads_the_companies_of_a_note_and_no_others(
    pages: Pages, owner: Owner, database: Database
) -> None:
    """Plans are made when PostgreSQL knows of none of the tenant's rows, and kept."""
    await owner.execute("ANALYZE listed_companies")
    async with database.transaction(3) as tx:
        await tx.execute(f"PREPARE fold AS {changes.FOLD}")
        await tx.execute(f"PREPARE ended AS {changes.ENDED}")
        await tx.execute(f"PREPARE forget AS {changes.FORGET}")
        await _read_by(tx, "fold(1000, 2000, now())")
        await _read_by(tx, "ended('1 hour', 4000)")
        await owner.execute(GROWN)
        await fold_all(database)
        await owner.execute("INSERT INTO lead_scores SELECT 3, 1001, 0.5, 'Low', 'Because', '1', now()")
        assert await _read_by(tx, "fold(1000, 2000, now() + interval '1 second')") <= 4
        await tx.execute(AN_HOUR_AGO)
        assert await _read_by(tx, "ended('1 hour', 4000)") == 1
        (ended,) = await tx.fetch(changes.ENDED, changes.KEPT, 4000)
        assert await _read_by(tx, f"forget({ended[0]}, '{ended[1].isoformat()}')") == 1


async def _read_by(tx: Connection, execution: str) -> float:
    """Executes a prepared statement; returns the number of rows of the lists that it read."""
    (row,) = await tx.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {execution}")
    return _read(json.loads(row[0])[0]["Plan"])


def _read(node: dict[str, Any]) -> float:
    own = 0.0
    if node.get("Relation Name") == "listed_companies" and "Scan" in node["Node Type"]:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return float(own + sum(_read(part) for part in node.get("Plans", ())))
