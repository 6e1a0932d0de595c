"""Rows past their retention period are deleted, and nothing else, on a real PostgreSQL."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import ValidationError

from common.postgres import Database
from nightly.main import prune_after
from nightly.model import Retention
from nightly.pruning import prune
from nightly.settings import NightlySettings, PruneSettings

KEEP = Retention(runs=100, facts=100, events=100)

RUN = """
    INSERT INTO enrichment_runs (tenant_id, run_id, night, trigger, status, cap, requested_at, started_at,
                                 window_ends_at, ended_at)
    VALUES ($1, $2, current_date - $3::int, 'command', 'done', 20, now(), now(), now(),
            now() - make_interval(days => $3))
"""
MANIFEST = """
    INSERT INTO run_manifests (tenant_id, run_id, night, source, company_ids, caps, vendor_budget, considered)
    VALUES ($1, $2, current_date - $3::int, 'selection', '{1}', '{}', '{}', '{}')
"""
ENRICHMENT = """
    INSERT INTO company_enrichment_runs
    VALUES ($1, $2, gen_random_uuid(), gen_random_uuid(), 'nightly', 'visited', '[]', '{}', '{}', 1,
            now() - make_interval(days => $3))
"""
ANSWER = """
    INSERT INTO vendor_answers (tenant_id, vendor, request_hash, answered_at, asking_until)
    VALUES ($1, 'tavily', $2, now() - make_interval(days => $3), '-infinity')
"""


async def test_what_is_past_keeping_goes_and_the_rest_stays(database: Database, owner: Any) -> None:
    """What is past keeping goes and the rest stays.

    Of every tenant; of a company its newest enrichment stays, however old. A repeat finds nothing.
    """
    company_id = await owner.fetchval("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME') RETURNING company_id")
    for tenant_id in (1, 2):
        for days in (50, 150):
            run_id = uuid4()
            await owner.execute(RUN, tenant_id, run_id, days)
            await owner.execute(MANIFEST, tenant_id, run_id, days)
        for days in (200, 150):
            await owner.execute(ENRICHMENT, tenant_id, company_id, days)
    for tenant_id in (0, 1):
        for days in (99, 101):
            await owner.execute(ANSWER, tenant_id, f"{days}", days)
    await owner.execute(
        "INSERT INTO request_rates (tenant_id, due_at) VALUES (1, now()), (2, now() - interval '101 days')"
    )

    pruned = await prune(database, KEEP)

    assert {name: rows for name, rows in pruned.items() if rows} == {
        "runs": 2,
        "enrichments": 2,
        "answers": 2,
        "request rates": 1,
    }
    for table, left in (
        ("enrichment_runs", 2),
        ("run_manifests", 2),
        ("company_enrichment_runs", 2),
        ("vendor_answers", 2),
        ("request_rates", 1),
    ):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == left, table
    assert not any((await prune(database, KEEP)).values())


async def test_texts_that_are_kept_for_good_stay_and_calls_without_an_answer_go(database: Database, owner: Any) -> None:
    """PERSIST_CRAWL_CORPUS keeps texts; a call that never had an answer has no time of one."""
    await owner.execute(
        "INSERT INTO crawled_sites (domain, visited_at, visiting_until, documents)"
        " SELECT domain, now() - interval '101 days', '-infinity', texts"
        "   FROM (VALUES ('kept.sg', ''::bytea), ('gone.sg', NULL)) AS site (domain, texts)"
    )
    await owner.execute(
        "INSERT INTO vendor_answers (tenant_id, vendor, request_hash, asking_until)"
        " VALUES (1, 'tavily', 'a', now() - interval '101 days'), (1, 'tavily', 'b', now() - interval '99 days')"
    )

    pruned = await prune(database, KEEP)

    assert (pruned["sites"], pruned["answers"]) == (1, 1)
    assert await owner.fetchval("SELECT array_agg(domain) FROM crawled_sites") == ["kept.sg"]


async def test_more_than_a_batch_is_deleted_in_several(database: Database, owner: Any) -> None:
    """Each batch is bounded, and all goes."""
    company_id = await owner.fetchval("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME') RETURNING company_id")
    await owner.execute(
        "INSERT INTO company_facts SELECT $1, n::text, '', '', 'page', 1, NULL, now() - interval '101 days'"
        "  FROM generate_series(1, 2500) n",
        company_id,
    )
    async with database.without_tenant() as tx:
        assert await tx.fetchval("SELECT prune('facts', 100, 1000)") == 1000
    assert (await prune(database, KEEP))["facts"] == 1500


async def test_what_is_kept_for_good_is_not_asked_for(database: Database, owner: Any) -> None:
    """Zero days."""
    await owner.execute(ANSWER, 1, "x", 5000)
    assert await prune(database, Retention(0, 0, 0)) == {}
    assert await owner.fetchval("SELECT count(*) FROM vendor_answers") == 1


async def test_nothing_young_is_deleted_whatever_is_asked(database: Database) -> None:
    """Neither by the function, which services may call, nor by a setting."""
    with pytest.raises(asyncpg.InvalidParameterValueError, match="30 days"):
        async with database.without_tenant() as tx:
            await tx.fetchval("SELECT prune('facts', 29, 1000)")
    with pytest.raises(ValidationError, match="30 or more"):
        PruneSettings(database_url="x", retention_runs_days=7)


async def test_of_two_at_once_one_does_nothing(database: Database) -> None:
    """The night and the operator may meet."""
    async with database.lock("prune") as held:
        assert held is not None
        assert await prune(database, KEEP) == {}


async def test_what_keeps_the_night_from_pruning_leaves_the_night_as_it_was(database: Database, owner: Any) -> None:
    """It is a line in the log, and the next night goes on."""
    settings = NightlySettings(database_url="x", kafka_bootstrap_servers="x", retention_facts_days=100)
    await owner.execute(ANSWER, 1, "x", 101)
    await owner.execute("REVOKE EXECUTE ON FUNCTION prune(text, int, int) FROM leadgen_nightly")
    await prune_after(database, settings)
    assert await owner.fetchval("SELECT count(*) FROM vendor_answers") == 1

    await owner.execute("GRANT EXECUTE ON FUNCTION prune(text, int, int) TO leadgen_nightly")
    await prune_after(database, settings)
    assert await owner.fetchval("SELECT count(*) FROM vendor_answers") == 0
