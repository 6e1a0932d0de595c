"""Companies without a UEN: each name is one, unless two have it."""

import asyncio
from typing import Any, TypeAlias

import asyncpg

from common.postgres import Database
from upserter.tables.companies import Upserted, upsert

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def saved(database: Database, *entries: str) -> Upserted:
    async with database.without_tenant() as tx:
        return await upsert(tx, entries)


async def nameless(owner: Owner, *names: str) -> list[str]:
    """Entries of these names without a UEN; their keys."""
    statement = (
        "INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, primary_ssic_code)"
        " SELECT no_uen(name), name, 'Live', '62011' FROM unnest($1::text[]) AS given (name)"
        " ON CONFLICT (uen) DO UPDATE SET entity_name = excluded.entity_name, updated_at = clock_timestamp()"
        " RETURNING uen"
    )
    return [row["uen"] for row in await owner.fetch(statement, names)]


async def companies_of(owner: Owner) -> set[tuple[Any, ...]]:
    rows = await owner.fetch("SELECT company_id, uen, name, industry_code FROM companies")
    return {tuple(row) for row in rows}


async def test_without_a_uen_a_name_is_a_company_of_its_own(owner: Owner, database: Database, enlist) -> None:
    """None of that name without a UEN: one is made, even where one with a UEN has the name."""
    await enlist("201912345K", entity_name="Zest Traders")
    await saved(database, "201912345K")
    (key,) = await nameless(owner, "Zest Traders")
    assert await saved(database, key) == Upserted(1, 1)
    rows = await owner.fetch("SELECT uen, name, industry_code FROM companies ORDER BY company_id")
    assert [tuple(row) for row in rows] == [("201912345K", "Zest Traders", "25912"), (None, "Zest Traders", "62011")]


async def test_without_a_uen_the_one_of_that_name_is_it_in_any_letters(
    owner: Owner, database: Database, enlist
) -> None:
    """Exactly one without a UEN: it is updated; the one that has a UEN is left alone."""
    await owner.execute(
        "INSERT INTO companies (uen, name) VALUES (NULL, 'ZEST traders'), ('201912345K', 'zest traders')"
    )
    (key,) = await nameless(owner, "Zest Traders")
    assert await saved(database, key) == Upserted(0, 1)
    assert await saved(database, key) == Upserted(0, 0)
    rows = await owner.fetch("SELECT uen, name, industry_code FROM companies ORDER BY company_id")
    assert [tuple(row) for row in rows] == [(None, "Zest Traders", "62011"), ("201912345K", "zest traders", None)]
    assert await nameless(owner, "ZEST TRADERS") == [key]
    assert await saved(database, key) == Upserted(0, 1)
    assert (await owner.fetchval("SELECT name FROM companies WHERE uen IS NULL")) == "ZEST TRADERS"


async def test_without_a_uen_and_with_two_of_that_name_nobody_can_say(owner: Owner, database: Database) -> None:
    """Neither is touched, and no third is made; the others of the batch are saved all the same."""
    await owner.execute("INSERT INTO companies (name) VALUES ('ZEST traders'), ('zest traders')")
    before = await companies_of(owner)
    keys = await nameless(owner, "Zest Traders", "Other Traders")
    assert await saved(database, *keys) == Upserted(1, 1)
    after = await companies_of(owner)
    assert before < after
    assert len(after) == 3


async def test_a_nameless_company_keeps_the_rules_of_the_others(owner: Owner, database: Database) -> None:
    """A missing value erases nothing, `last_seen` always moves, `updated_at` with the content only."""
    (key,) = await nameless(owner, "Zest Traders")
    await saved(database, key)
    first = await owner.fetchrow("SELECT last_seen, updated_at FROM companies")
    await owner.execute("UPDATE staging_acra_companies SET primary_ssic_code = NULL, updated_at = clock_timestamp()")
    assert await saved(database, key) == Upserted(0, 0)
    second = await owner.fetchrow("SELECT last_seen, updated_at, industry_code FROM companies")
    assert second["last_seen"] > first["last_seen"]
    assert (second["updated_at"], second["industry_code"]) == (first["updated_at"], "62011")


async def test_two_at_once_make_one_company_of_a_name(owner: Owner, database: Database, deadlocks) -> None:
    """Many times, in opposite orders: each name is one company, and nobody deadlocks."""
    keys = await nameless(owner, *(f"Trader {n}" for n in range(20)))
    results = await asyncio.gather(*(saved(database, *(keys if n % 2 else keys[::-1])) for n in range(10)))
    assert sum(result.inserted for result in results) == 20
    assert await owner.fetchval("SELECT count(*) FROM companies") == 20
    assert await deadlocks(database) == 0
