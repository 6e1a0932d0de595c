"""Plans of the upserter's statements on a register of one million: by which index, reading how many rows.

The statements are those that the functions really send: each runs once while asyncpg tells what it is asked, and is
then explained as it runs in a service: by its generic plan, as the service's role, for a tenant.
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from common.cloudevents import Envelope
from common.contracts import CompanyUpserted
from common.delivery.outbox import EventTemplate
from common.ids import new_id
from common.postgres import Connection, Database
from industries.index import VersionedCode
from leadgen.ssic import seed_ssic
from testkit.register.plans import REGISTERED, Plan
from upserter import refreshing
from upserter.model import Params, Position, SearchCriteria
from upserter.saving import save_all, save_and_show
from upserter.tables import candidates, companies, jobs, register

Ask: TypeAlias = Callable[[Connection], Awaitable[object]]
BIG = {REGISTERED, "companies", "icp_candidate_companies", "background_jobs"}
# As in the real one, one code in six is the same catch-all, most codes are rare; three entries in five are alive, one
# in fifty has no date, one in five thousand no UEN. Indexes are made afterwards, which takes a third of the time.
REGISTER = """
    DO $$
    DECLARE
        index record;
    BEGIN
        CREATE TEMP TABLE indexes AS
        SELECT indexname AS name, indexdef AS made FROM pg_indexes
         WHERE tablename = 'staging_acra_companies' AND indexname <> 'staging_acra_companies_pkey';
        FOR index IN SELECT * FROM indexes LOOP EXECUTE format('DROP INDEX %I', index.name); END LOOP;
        PERFORM setseed(0.65);
        INSERT INTO staging_acra_companies
               (uen, entity_name, entity_status_description, registration_incorporation_date,
                primary_ssic_code, secondary_ssic_code, street_name)
        SELECT CASE WHEN n % 5000 = 0 THEN no_uen('COMPANY ' || n) ELSE 'U' || lpad(n::text, 9, '0') END,
               'COMPANY ' || n, CASE WHEN random() < 0.6 THEN 'Live Company' ELSE 'Struck Off' END,
               CASE WHEN random() > 0.02 THEN (date '1980-01-01' + (sqrt(random()) * 16800)::int)::text END,
               codes[1 + floor(power(random(), 4) * cardinality(codes))],
               CASE WHEN random() < 0.4 THEN codes[1 + floor(power(random(), 4) * cardinality(codes))] END,
               repeat('STREET ', 20)
          FROM generate_series(1, 1000000) AS n,
               (SELECT array_agg(code ORDER BY md5(code)) AS codes FROM ssic_ref
                 WHERE level = 'subclass' AND version = '2020') AS ranked;
        FOR index IN SELECT * FROM indexes LOOP EXECUTE index.made; END LOOP;
    END $$
"""
COMPANIES = """
    INSERT INTO companies (uen, name, industry_code, industry_norm, ssic_version, registered_at)
    SELECT CASE WHEN uen NOT LIKE 'NO-UEN-%' THEN uen END, entity_name, primary_ssic_code, 'trade', '2020', updated_at
      FROM staging_acra_companies WHERE uen < 'U000200000'
"""
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id, enriched_at)
    SELECT 1 + company_id % 2, company_id, gen_random_uuid(), now() FROM companies
"""
JOBS = """
    INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)
    SELECT gen_random_uuid(), 1 + n % 5, 'staging_upsert', CASE WHEN n % 100 = 0 THEN 'queued' ELSE 'done' END,
           '{"terms": [], "bands": []}', 1000, md5(n::text)
      FROM generate_series(1, 20000) n
"""
#: All codes, the most frequent first, and some entries, of which half are companies already.
RANKED = "SELECT code FROM ssic_ref WHERE level = 'subclass' AND version = '2020' ORDER BY md5(code)"
ENTRIES = """
    SELECT uen FROM staging_acra_companies
     WHERE uen BETWEEN 'U000199900' AND 'U000200100' OR uen LIKE 'NO-UEN-a%'
"""


class Register:
    """A register of a million in a database, part of which is in `companies` already, and what to ask of it."""

    def __init__(self, database: Database, ranked: Sequence[str], entries: Sequence[str]) -> None:
        self._database = database
        self.dense = SearchCriteria((tuple(VersionedCode("2020", code) for code in ranked[:20]),))
        self.rare = SearchCriteria((tuple(VersionedCode("2020", code) for code in ranked[-3:]),))
        self.entries = list(entries)

    async def counts(self, wanted: SearchCriteria) -> register.Counts:
        async with self._undone() as tx:
            return await register.count(tx, wanted)

    async def plans(self, ask: Ask) -> list[Plan]:
        """Returns the plans of the statements that `ask` sends, for tenant 1. Everything is undone again."""
        asked: list[asyncpg.connection.LoggedQuery] = []
        async with self._undone() as tx:
            await ask(tx)  # so that asyncpg knows the types, and asks for them no more
        async with self._undone() as tx:
            with tx.query_logger(asked.append):
                await ask(tx)
        plans = []
        for statement in asked:
            async with self._undone() as tx:
                await tx.execute(f"PREPARE asked AS {statement.query}")
                given = f"({', '.join(map(_literal, statement.args))})" if statement.args else ""
                found = await tx.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked {given}")
                await tx.execute("DEALLOCATE asked")
            plans.append(Plan(json.loads(found)[0]["Plan"]))
        return plans

    @asynccontextmanager
    async def _undone(self) -> AsyncIterator[Connection]:
        with suppress(_Undo):
            async with self._database.transaction(1) as tx:
                yield tx
                raise _Undo


class _Undo(Exception):
    """Rolls a transaction back."""


def _literal(value: object) -> str:
    """The value as SQL has it, of a type that PostgreSQL works out."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, list | tuple):
        value = "{" + ",".join(json.dumps(str(item)) for item in value) + "}"
    return "'" + str(value).replace("'", "''") + "'"


@pytest.fixture(scope="module")
async def million(postgres_server: str, template_database: str) -> AsyncIterator[Register]:
    """Made once for all tests here: none leaves anything in it."""
    administrator = await asyncpg.connect(postgres_server)
    name = f"million_{os.getpid()}"
    await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
    url = urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    await seed_ssic(url)
    owner = await asyncpg.connect(url)
    for statement in (REGISTER, COMPANIES, CANDIDATES, JOBS, "VACUUM ANALYZE"):
        await owner.execute(statement)
    ranked = [row["code"] for row in await owner.fetch(RANKED)]
    entries = [row["uen"] for row in await owner.fetch(ENTRIES)]
    await owner.close()
    database = await Database.connect(url)
    yield Register(database, ranked, entries)
    await database.close()
    await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administrator.close()


JOB = new_id()
NEWS = EventTemplate.of(
    CompanyUpserted.topic, JOB, Envelope(JOB, 1, "nightly", str(JOB)), source="upserter", at="2026-01-01T00:00:00+00:00"
)
#: More than there are living entries without a date.
UNDATED = 15_000
#: From here on there are a few hundred young ones.
LATE = Position(0, "2025-01-05", "")
BY_PRIMARY, BY_SECONDARY, BY_AGE = (f"staging_live_by_{it}" for it in ("primary_ssic", "secondary_ssic", "age"))


async def one_of_each(tx: Connection) -> None:
    """All that is done to jobs."""
    job = await jobs.create(tx, JOB, Params(terms=[], bands=[]), total=100)
    await jobs.create(tx, new_id(), job.params, total=100)
    await jobs.start(tx, JOB)
    job = await jobs.progress(tx, job, after=Position(0, "2020-01-01", "U1"), handled=50, status="done")
    await jobs.continue_later(tx, job, total=50)
    await jobs.fail(tx, JOB, error="none")


async def test_no_table_that_grows_is_read_whole(million: Register) -> None:
    """Saving, looking up and keeping books go by the indexes that they are meant to go by, and by no other."""
    named = [entry for entry in million.entries if not entry.startswith(companies.NO_UEN)]
    nameless = [entry for entry in million.entries if entry.startswith(companies.NO_UEN)]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    saving = {"staging_acra_companies_pkey", "companies_uen_key", "ssic_ref_pkey"}
    statements: list[tuple[Ask, set[str]]] = [
        (lambda tx: save_all(tx, named, JOB, NEWS), saving),
        (lambda tx: save_and_show(tx, named, JOB, NEWS), saving),
        (lambda tx: companies.upsert(tx, named), saving),
        (lambda tx: save_all(tx, nameless, JOB, NEWS), saving | {"companies_by_name", "companies_pkey"}),
        (lambda tx: companies.preview(tx, named), {"staging_acra_companies_pkey", "ssic_ref_pkey"}),
        (
            lambda tx: candidates.enriched_since(tx, named, long_ago),
            {"companies_uen_key", "icp_candidate_companies_pkey"},
        ),
        (
            lambda tx: candidates.mark_enriched(tx, dict.fromkeys(range(200), long_ago)),
            {"icp_candidate_companies_pkey"},
        ),
        (
            lambda tx: tx.fetchrow(refreshing.NEXT, "U0001", long_ago, datetime.now(UTC), refreshing.LOOK),
            {"staging_acra_companies_pkey"},
        ),
        (one_of_each, {"background_jobs_pkey", "background_jobs_asked"}),
    ]
    for ask, indexes in statements:
        plans = await million.plans(ask)
        assert set.union(*(plan.indexes for plan in plans)) == indexes
        assert not BIG & set.union(*(plan.read_whole for plan in plans))


async def test_a_count_reads_the_matches_from_two_indexes(million: Register) -> None:
    """A count reads the matches from two indexes: what a search counts is as many index entries as it finds, and a few
    more whose primary code matches, too.
    """
    for wanted in (million.dense, million.rare):
        counts = await million.counts(wanted)
        (plan,) = await million.plans(lambda tx, wanted=wanted: register.count(tx, wanted, young_since="2022-01-01"))
        assert plan.indexes == {BY_PRIMARY, BY_SECONDARY}
        assert not plan.read_whole
        assert plan.looked_at < 1.2 * counts.total + 100


async def test_the_best_of_a_dense_industry_are_found_walking_by_age(million: Register) -> None:
    """The best of a dense industry are found walking by age.

    Of an industry with a third of the living: ten, or a job's next five thousand, reading few times as many.
    """
    wanted = million.dense
    counts = await million.counts(wanted)
    middle = Position(0, "2010-06-15", "U0005")
    for limit, after in ((10, None), (10, middle), (5_000, None), (5_000, middle)):
        (plan,) = await million.plans(
            lambda tx, limit=limit, after=after: register.best(tx, wanted, counts, limit=limit, after=after)
        )
        assert plan.indexes == {BY_AGE}
        assert plan.looked_at < 10 * limit + 100


async def test_the_best_of_a_rare_industry_are_found_code_by_code(million: Register) -> None:
    """The best of a rare industry are found code by code.

    Of three codes with some hundred entries: as many entries of each as are wanted, never the living by age.
    """
    wanted = million.rare
    counts = await million.counts(wanted)
    (plan,) = await million.plans(lambda tx: register.best(tx, wanted, counts, limit=10))
    assert plan.indexes == {BY_PRIMARY}
    assert plan.looked_at <= 10 * len(wanted.codes)


async def test_every_step_of_the_order_goes_by_an_index(million: Register) -> None:
    """To the end of a rare industry: by primary and by secondary code, with a date and without."""
    counts = await million.counts(million.rare)
    plans = await million.plans(lambda tx: register.best(tx, million.rare, counts, limit=5_000))
    assert [plan.indexes for plan in plans] == [{BY_PRIMARY}, {BY_AGE}, {BY_SECONDARY}, {BY_AGE}]
    assert all(plan.looked_at < UNDATED for plan in plans)  # those without a date are walked, there being few
    assert not set.union(*(plan.read_whole for plan in plans))


async def test_young_companies_of_a_dense_industry_are_found_by_age(million: Register) -> None:
    """A year of foundation bounds the walk: it ends there, also when fewer match than are wanted."""
    wanted = SearchCriteria(million.dense.bands, founded_since=2025)
    counts = await million.counts(wanted)
    plans = await million.plans(lambda tx: register.best(tx, wanted, counts, limit=5_000, after=LATE))
    assert all(plan.looked_at < 5_000 for plan in plans)
    assert not set.union(*(plan.read_whole for plan in plans))
