"""How PostgreSQL runs the upserter's statements on a register of one million: by which index, reading how many rows.

The statements are those that the functions really send: each runs once while asyncpg tells what it is asked, and is
then explained as it runs in a service: by its generic plan, as the service's role, for a tenant.
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from common.cloudevents import Envelope
from common.contracts import CompanyUpserted
from common.ids import new_id
from common.outbox import Pattern
from common.postgres import Connection, Database
from industries.index import VersionedCode
from leadgen.ssic import seed_ssic
from upserter import candidates, companies, jobs, refreshing, register
from upserter.jobs import Params
from upserter.register import Position, Wanted
from upserter.saving import save_all

Ask: TypeAlias = Callable[[Connection], Awaitable[object]]

REGISTERED = "staging_acra_companies"
BIG = {REGISTERED, "companies", "icp_candidate_companies", "background_jobs"}

# As in the real one, one code in six is the same catch-all and most codes are rare; three entries in five are alive, one in
# fifty has no date, one in five thousand no UEN. Indexes are made afterwards, which takes a third of the time.
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
        INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, registration_incorporation_date,
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
ENTRIES = "SELECT uen FROM staging_acra_companies WHERE uen BETWEEN 'U000199900' AND 'U000200100' OR uen LIKE 'NO-UEN-ab%'"


class Plan:
    """A plan as EXPLAIN tells it when the statement has run."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.nodes = list(_nodes(root))

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def read_whole(self) -> set[str]:
        """Tables that were read from the beginning to the end."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"].endswith("Seq Scan")}

    @property
    def looked_at(self) -> float:
        """Entries of the register that were looked at, the ones that did not match included."""
        return sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in self.nodes
            if node.get("Relation Name") == REGISTERED
        )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


class Register:
    """A register of a million in a database, part of which is in `companies` already, and what to ask of it."""

    def __init__(self, database: Database, ranked: Sequence[str], entries: Sequence[str]) -> None:
        self._database = database
        self.dense = Wanted((tuple(VersionedCode("2020", code) for code in ranked[:20]),))
        self.rare = Wanted((tuple(VersionedCode("2020", code) for code in ranked[-3:]),))
        self.entries = list(entries)

    async def plans(self, ask: Ask) -> list[Plan]:
        """How the statements were carried out that `ask` came to, for tenant 1. Everything is undone again."""
        asked: list[asyncpg.connection.LoggedQuery] = []
        async with self._undone() as tx:
            with tx.query_logger(asked.append):
                await ask(tx)
        plans = []
        for statement in asked:
            async with self._undone() as tx:
                await tx.execute(f"PREPARE asked AS {statement.query}")
                given = ", ".join(map(_literal, statement.args))
                told = await tx.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked {f'({given})' if given else ''}")
                await tx.execute("DEALLOCATE asked")
            plans.append(Plan(json.loads(told)[0]["Plan"]))
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


async def test_x(million):
    import time

    jid = new_id()
    news = Pattern.of(CompanyUpserted.topic, jid, Envelope(jid, 1, "nightly", str(jid)), source="upserter", at="2026-01-01")
    asks = {}
    for n, w in (('dense', million.dense), ('rare', million.rare)):
        async with million._undone() as tx:
            counts = await register.count(tx, w)
        print(n, counts.total, counts.of(w.codes))
        asks[n + ' count'] = lambda tx, w=w: register.count(tx, w)
        for limit in (10, 500, 5000):
            asks[f'{n} best {limit}'] = lambda tx, w=w, limit=limit, counts=counts: register.best(tx, w, counts, limit=limit)
            for tier in range(4):
              asks[f'{n} best {limit} tier {tier}'] = lambda tx, w=w, limit=limit, counts=counts: register.best(tx, w, counts, limit=limit,after=Position(tier, '2001-01-01' if tier%2==0 else '', 'U0003'))
    asks['save'] = lambda tx: save_all(tx, [e for e in million.entries if not e.startswith('NO-UEN')], jid, news)
    asks['save names'] = lambda tx: save_all(tx, [e for e in million.entries if e.startswith('NO-UEN')], jid, news)
    asks['preview'] = lambda tx: companies.preview(tx, million.entries)
    asks['since'] = lambda tx: candidates.enriched_since(tx, million.entries, datetime.now(UTC))
    asks['enriched'] = lambda tx: candidates.mark_enriched(tx, dict.fromkeys(range(1,100), datetime.now(UTC)))
    asks['next'] = lambda tx: tx.fetch(refreshing.NEXT, 'U000100', datetime(2020,1,1,tzinfo=UTC), datetime.now(UTC), 500)
    async def j(tx):
        p = Params(terms=[], bands=[])
        job = await jobs.create(tx, jid, p, total=100)
        await jobs.create(tx, new_id(), p, total=100)
        await jobs.share(tx, 10)
        await jobs.read(tx, jid)
        job = await jobs.start(tx, jid)
        job = await jobs.progress(tx, job, after=None, handled=50, status='done')
        await jobs.continue_later(tx, job, total=50)
        await jobs.fail(tx, jid, error='x')
    asks['jobs'] = j
    for n, a in asks.items():
        async with million._undone() as tx:
            t=time.perf_counter(); await a(tx); t=time.perf_counter()-t
        for p in await million.plans(a):
            print(f'{n:30} {t*1e3:6.1f} ms', p.indexes, p.read_whole, p.looked_at)
