"""`companies` on a real PostgreSQL: what an upsert keeps and changes, and what it locks."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any, TypeAlias

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.postgres import Database
from testkit.stages import until
from upserter.tables.companies import FACTS, Upserted, preview, upsert

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TITLES = """
    INSERT INTO ssic_ref (version, code, level, title)
    VALUES ('2020', '62011', 'subclass', 'Development of software'), ('2020', '46900', 'subclass', 'General trade'),
           ('2025', '62011', 'subclass', 'Something else')
"""
#: Each fact but the name, with the columns that it comes from: as it is known, and otherwise.
SOURCES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "entity_type": (
        {"entity_type_description": "Local Company"},
        {"entity_type_description": "Foreign Company Branch"},
    ),
    "status": ({"entity_status_description": "Live Company"}, {"entity_status_description": "Struck Off"}),
    "incorporated_on": (
        {"registration_incorporation_date": "2019-04-30"},
        {"registration_incorporation_date": "2020-01-01"},
    ),
    "industry_code": ({"primary_ssic_code": "62011"}, {"primary_ssic_code": "46900"}),
    "secondary_industry_code": ({"secondary_ssic_code": "46900"}, {"secondary_ssic_code": "62011"}),
    "address": ({"street_name": "ANSON ROAD"}, {"street_name": "PARK ROAD"}),
    "postal_code": ({"postal_code": "079903"}, {"postal_code": "048616"}),
    "website_domain": ({"website": "acme.sg"}, {"website": "acme.com"}),
}
COLUMNS = {column: value for known, _ in SOURCES.values() for column, value in known.items()}

MANY = """
    INSERT INTO companies (uen, name, industry_norm, website_domain)
    SELECT 'U' || i, 'Company ' || i, 'industry ' || i % 1000, 'company' || i || '.sg' FROM generate_series(1, 100000) i
"""
WAITS = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"
TIMES = "SELECT last_seen, updated_at, first_seen FROM companies WHERE uen = $1"

on_the_database = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_numbers = count()


async def saved(database: Database, *entries: str) -> Upserted:
    async with database.without_tenant() as tx:
        return await upsert(tx, entries)


async def facts(owner: Owner, uen: str = "201912345K") -> dict[str, Any]:
    row = await owner.fetchrow(f"SELECT {', '.join(FACTS)} FROM companies WHERE uen = $1", uen)
    assert row is not None
    return dict(row)


@pytest.fixture
async def acme(owner: Owner, enlist) -> str:
    """An entry whose every fact is known; its key."""
    await owner.execute(TITLES)
    await enlist("201912345K", **COLUMNS)
    return "201912345K"


async def test_an_upsert_says_what_it_did(owner: Owner, database: Database, enlist, acme: str) -> None:
    """New, then unchanged, then changed: `last_seen` moves each time, `updated_at` only with the content."""
    assert await saved(database, acme) == Upserted(inserted=1, changed=1)
    first, company = await owner.fetchrow(TIMES, acme), await facts(owner)
    assert await saved(database, acme) == Upserted(0, 0)
    unchanged = await owner.fetchrow(TIMES, acme)
    await enlist(acme, street_name="PARK ROAD")
    assert await saved(database, acme) == Upserted(0, 1)
    changed = await owner.fetchrow(TIMES, acme)

    assert await facts(owner) == company | {"address": "PARK ROAD"}
    assert changed["last_seen"] > unchanged["last_seen"] > first["last_seen"]
    assert unchanged["updated_at"] == first["updated_at"] < changed["updated_at"]
    assert changed["first_seen"] == first["first_seen"]


async def test_what_the_register_changed_in_form_only_is_no_change(
    owner: Owner, database: Database, enlist, acme
) -> None:
    """The entry is newer, the facts are the same: `updated_at` stays."""
    await saved(database, acme)
    before = await owner.fetchrow(TIMES, acme)
    await enlist(acme, entity_name="  ACME  PTE. LTD.", website="https://www.ACME.sg/", account_due_date="2026-01-01")
    assert await saved(database, acme) == Upserted(0, 0)
    after = await owner.fetchrow(TIMES, acme)
    assert after["updated_at"] == before["updated_at"]
    assert after["last_seen"] > before["last_seen"]


@pytest.mark.parametrize("fact", sorted(SOURCES))
async def test_a_missing_value_erases_nothing_and_a_new_one_is_a_change(
    fact: str, owner: Owner, database: Database, enlist, acme: str
) -> None:
    """For every fact that may be unknown."""
    known, other = SOURCES[fact]
    missing = dict.fromkeys(known)
    await enlist(acme, **missing)
    await saved(database, acme)
    assert (await facts(owner))[fact] is None

    await enlist(acme, **known)
    assert await saved(database, acme) == Upserted(0, 1)
    learnt = await facts(owner)
    assert learnt[fact] is not None

    await enlist(acme, **missing)
    assert await saved(database, acme) == Upserted(0, 0)
    assert await facts(owner) == learnt

    await enlist(acme, **other)
    assert await saved(database, acme) == Upserted(0, 1)
    changed = await facts(owner)
    assert {name for name in learnt if learnt[name] != changed[name]} - {"industry_norm"} == {fact}


async def test_a_title_goes_with_its_code(owner: Owner, database: Database, enlist, acme: str) -> None:
    """A new code without a title does not keep the old one's; a missing code keeps both; a version is its own."""
    await saved(database, acme)
    titles = []
    for columns in ({"primary_ssic_code": None}, {"primary_ssic_code": "46900"}, {"primary_ssic_code": "99999"}):
        await enlist(acme, **columns)
        await saved(database, acme)
        titles.append((await facts(owner))["industry_norm"])
    await enlist(acme, primary_ssic_code="62011", ssic_version="2025")
    await saved(database, acme)
    assert [*titles, (await facts(owner))["industry_norm"]] == [
        "development of software",
        "general trade",
        None,
        "something else",
    ]
    assert (await facts(owner))["ssic_version"] == "2025"


async def test_facts_that_were_read_earlier_do_not_undo_later_ones(
    owner: Owner, database: Database, enlist, acme
) -> None:
    """Facts that were read earlier do not undo later ones: whoever looked at the register before the last load and
    writes after it has seen the company, no more.
    """
    await saved(database, acme)
    await enlist(acme, street_name="OLD ROAD")
    async with database.without_tenant() as newer:
        await newer.execute("SELECT 1 FROM companies FOR UPDATE")
        older = asyncio.create_task(saved(database, acme))
        await until(lambda: owner.fetchval(WAITS))
        await enlist(acme, street_name="NEW ROAD")
        assert await upsert(newer, [acme]) == Upserted(0, 1)
    before = await owner.fetchrow(TIMES, acme)
    assert await older == Upserted(0, 0)

    after = await owner.fetchrow(TIMES, acme)
    assert (await facts(owner))["address"] == "NEW ROAD"
    assert after["updated_at"] == before["updated_at"]
    assert await saved(database, acme) == Upserted(0, 0)


async def test_entries_that_are_not_there_are_no_companies(database: Database) -> None:
    """Nothing given is nothing done."""
    assert await saved(database, "none", "such") == await saved(database) == Upserted(0, 0)


async def test_a_preview_shows_what_would_be_saved_and_saves_nothing(
    owner: Owner, database: Database, enlist, acme
) -> None:
    """In the order given, without an id."""
    await enlist("A", entity_name="ANOTHER")
    async with database.without_tenant() as tx:
        shown = await preview(tx, [acme, "none", "A"])
    assert [(company.uen, company.company_id) for company in shown] == [(acme, 0), ("A", 0)]
    assert await owner.fetchval("SELECT count(*) FROM companies") == 0
    await saved(database, acme)
    assert shown[0].model_dump(include=set(FACTS)) == await facts(owner)


#: A state of the register: any of the columns, each missing or one of two.
STATES = st.fixed_dictionaries(
    {
        column: st.sampled_from([None, *(both[column] for both in SOURCES[fact])])
        for fact in SOURCES
        for column in SOURCES[fact][0]
    }
)
LIVES = st.lists(st.lists(STATES, min_size=4, max_size=4), min_size=1, max_size=6)


@on_the_database
@given(LIVES)
async def test_what_is_known_is_the_last_that_was_not_missing(
    owner: Owner, database: Database, enlist, lives: list[list[dict[str, str | None]]]
) -> None:
    """Through any states of the register; `updated_at` moves when a fact does, and only then."""
    keys = [f"L{next(_numbers)}" for _ in lives]
    known: dict[str, dict[str, Any]] = {key: {} for key in keys}
    for states in zip(*lives, strict=True):
        for key, state in zip(keys, states, strict=True):
            await enlist(key, **state)
        rows = await owner.fetch("SELECT * FROM registered_companies WHERE entry = ANY($1)", keys)
        news = {row["entry"]: {fact: row[fact] for fact in SOURCES if row[fact] is not None} for row in rows}
        expected = {key: known[key] | news[key] for key in keys}
        changed = sum(not known[key] or known[key] != expected[key] for key in keys)
        # Of a company that is new without any fact, the company itself is the change.
        assert (await saved(database, *keys)).changed == changed
        known = {key: {"name": "ACME PTE. LTD.", **expected[key]} for key in keys}
        for key in keys:
            now = await facts(owner, key)
            assert {fact: now[fact] for fact in ("name", *SOURCES) if now[fact] is not None} == known[key]


async def nameless(owner: Owner, *names: str) -> list[str]:
    """Entries of these names without a UEN; their keys."""
    statement = (
        "INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, primary_ssic_code)"
        " SELECT no_uen(name), name, 'Live', '62011' FROM unnest($1::text[]) AS given (name)"
        " ON CONFLICT (uen) DO UPDATE SET entity_name = excluded.entity_name, updated_at = clock_timestamp()"
        " RETURNING uen"
    )
    return [row["uen"] for row in await owner.fetch(statement, names)]


async def test_those_who_save_the_same_companies_at_once_do_not_deadlock(
    owner: Owner, database: Database, enlist, deadlocks
) -> None:
    """In opposite orders, changing all the while, with and without a UEN: one row for each company, the last facts."""
    entries = [f"U{n:03}" for n in range(100)]
    for entry in entries:
        await enlist(entry)
    entries += await nameless(owner, *(f"Trader {n}" for n in range(20)))

    async def save(number: int, order: Sequence[str]) -> None:
        await owner_says(owner, number)
        await saved(database, *order)

    await asyncio.gather(*(save(n, entries if n % 2 else entries[::-1]) for n in range(30)))
    await saved(database, *entries)
    assert await owner.fetchval("SELECT count(*) FROM companies") == 120
    assert await owner.fetchval("SELECT array_agg(DISTINCT address) FROM companies WHERE uen IS NOT NULL") == [
        "29 ROAD"
    ]
    assert await deadlocks(database) == 0


_owner_at_work = asyncio.Lock()


async def owner_says(owner: Owner, number: int) -> None:
    """The register moves on; a connection does one thing at a time."""
    async with _owner_at_work:
        await owner.execute(
            "UPDATE staging_acra_companies SET street_name = $1, updated_at = clock_timestamp() WHERE uen LIKE 'U%'",
            f"{number} ROAD",
        )


LOOK_UPS = {
    "lower(industry_norm) = lower('Industry 7')": "companies_by_industry_norm",
    "lower(name) = lower('COMPANY 7')": "companies_by_name",
    "website_domain = 'company7.sg'": "companies_by_website_domain",
}


async def test_look_ups_on_a_large_table_use_their_index(owner: Owner, database: Database) -> None:
    """Look-ups on a large table use their index.

    As the services' role, on 100,000 companies, from the planner's own words.
    """
    await owner.execute(MANY)
    await owner.execute("ANALYZE companies")
    async with database.transaction(1) as tx:
        for condition, index in LOOK_UPS.items():
            plan = await tx.fetch(f"EXPLAIN SELECT company_id FROM companies WHERE {condition}")
            words = "\n".join(row[0] for row in plan)
            assert index in words
            assert "Seq Scan" not in words
            assert await tx.fetchval(f"SELECT count(*) FROM companies WHERE {condition}") > 0
