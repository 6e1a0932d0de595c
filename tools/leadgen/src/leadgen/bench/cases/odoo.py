"""Measures the sync into a real Odoo, relative to one create and one write per record.

    first     a lead for each of 1,000 companies that Odoo has never seen, each with a contact: 3,000 records
    repeat    the same leads a night later, enriched and scored again: nothing has changed, so nothing is written. Five
              nights, of which the median counts, and what any of them wrote
    baseline  for each company, contact and lead a create and a write over the same protocol, on one kept connection;
              half of ODOO_SAMPLE before the first and half after it, so that a slow moment meets both. More of them
              take as long each

First and repeat are the whole odoo-sync as a process on a real PostgreSQL and Kafka. They are timed from the moment
when it has taken in all events, which it is kept from working on until then, to the moment when the last one is ended.
Between it and Odoo stands a proxy that counts what is written; the baseline has none.
"""

import os
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import asyncpg
from cryptography.fernet import Fernet

from common.contracts import Company, Contact, LeadScored
from common.errors import Permanent
from leadgen.bench.baselines.crud_baseline import CrudBaseline, OdooPlace
from leadgen.bench.harness.instruments.counting_proxy import Counter, counted
from leadgen.bench.harness.publishing import publish
from leadgen.bench.harness.waiting import TooLate, until
from leadgen.bench.options import ODOO_COMPANIES, ODOO_SAMPLE
from leadgen.local.service import Service
from leadgen.odoo.connections import connect_odoo

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TENANT = 1
REPEATS = 5
PATIENCE_S = 600.0

ADD_TENANT = "INSERT INTO tenants (tenant_id, name) VALUES ($1, 'bench')"
ADD_COMPANIES = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
"""
TAKEN_IN = "SELECT count(*) FROM inbox WHERE consumer = 'odoo-sync'"
IS_DONE = "SELECT NOT EXISTS (SELECT FROM inbox WHERE consumer = 'odoo-sync' AND state = 'open')"
ERROR = "SELECT min(error) FROM inbox WHERE consumer = 'odoo-sync'"
OUTCOMES = "SELECT outcome, min(reason) AS reason, count(*) AS number FROM odoo_links GROUP BY outcome"
TABLES = ("inbox", "outbox", "odoo_links", "companies")
#: Every handler reads this table first, so none gets further while it is ours.
HOLD = "LOCK TABLE odoo_connections IN ACCESS EXCLUSIVE MODE"


class NotSynced(Permanent):
    """The leads did not all come into Odoo; the message says what kept them."""


@dataclass(frozen=True)
class OdooFigures:
    """`speedup` is the ratio of baseline to first, `repeat_speedup` first to repeat; seconds are of all companies."""

    speedup: float
    repeat_speedup: float
    repeat_writes: int
    companies: int
    first_s: float
    repeat_s: float
    by_hand_s: float
    by_hand_sample: int
    first_calls: int
    repeat_calls: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


async def bench_odoo(
    database_url: str,
    bootstrap_servers: str,
    folder: Path,
    *,
    companies: int = ODOO_COMPANIES,
    sample: int = ODOO_SAMPLE,
) -> OdooFigures:
    """Writes into the Odoo that ODOO_URL, ODOO_DB, ODOO_API_KEY, ODOO_USER and ODOO_PASSWORD name, and leaves it there.

    Needs a migrated database of its own, as its owner, and the topics. `folder` takes odoo-sync's log.
    Raises NotSynced, and Permanent where the environment names no Odoo.
    """
    place = OdooPlace.named(os.environ)
    run = secrets.token_hex(3).upper()
    leads = [lead(run, number) for number in range(companies)]
    async with AsyncExitStack() as running:
        baseline = await running.enter_async_context(CrudBaseline.at(place))
        await baseline.write(_strangers(run, "A", 3))  # warm: Odoo's caches, the connection
        took = await baseline.write(_strangers(run, "B", sample // 2))
        syncing = await running.enter_async_context(_syncing(database_url, bootstrap_servers, folder, place, leads))
        first = await syncing.take(leads)
        repeats = [await syncing.take([later(it, days) for it in leads]) for days in range(1, REPEATS + 1)]
        took += await baseline.write(_strangers(run, "C", sample - sample // 2))
    by_hand_s = took / sample * companies
    repeat_s = statistics.median(repeat.seconds for repeat in repeats)
    return OdooFigures(
        speedup=round(by_hand_s / first.seconds, 1),
        repeat_speedup=round(first.seconds / repeat_s, 1),
        repeat_writes=sum(repeat.writes for repeat in repeats),
        companies=companies,
        first_s=round(first.seconds, 2),
        repeat_s=round(repeat_s, 3),
        by_hand_s=round(by_hand_s, 1),
        by_hand_sample=sample,
        first_calls=first.calls,
        repeat_calls=sum(repeat.calls for repeat in repeats),
    )


def lead(run: str, number: int) -> LeadScored:
    """A lead that is good enough, of a company and a person that no other run has."""
    at = datetime(2026, 11, 22, 2, tzinfo=UTC)
    domain = f"c{number}-{run.lower()}.example"
    company = Company(
        company_id=number + 1,
        uen=f"B{run}{number:05}",
        name=f"Company {run} {number} Pte. Ltd.",
        address=f"{number} Bench Street",
        postal_code=f"{number:06}",
        website_domain=domain,
    )
    contact = Contact(kind="email", value=f"jane@{domain}", name=f"Jane {number}", source_url=f"http://{domain}/team")
    return LeadScored(
        tenant_id=TENANT,
        company=company,
        score=0.86,
        bucket="High",
        rationale="A lead of the bench",
        contact=contact,
        model_version="bench",
        enriched_at=at,
        scored_at=at,
    )


def later(event: LeadScored, days: int) -> LeadScored:
    """The lead of a later night: enriched and scored again, and nothing has changed."""
    past = timedelta(days=days)
    return event.model_copy(update={"enriched_at": event.enriched_at + past, "scored_at": event.scored_at + past})


def _strangers(run: str, batch: str, number: int) -> Sequence[LeadScored]:
    """Others than those that go through odoo-sync."""
    return [lead(f"{run}{batch}", nth) for nth in range(number)]


@dataclass
class Measured:
    """Duration of a run, and its calls to Odoo."""

    seconds: float
    calls: int
    writes: int


class Syncing:
    """A running odoo-sync."""

    def __init__(self, owner: Owner, service: Service, bootstrap_servers: str, counter: Counter) -> None:
        self._owner = owner
        self._service = service
        self._bootstrap_servers = bootstrap_servers
        self._counter = counter
        self._taken_in = 0

    async def take(self, leads: Sequence[LeadScored]) -> Measured:
        """Sends the leads and waits until the last is ended. Raises NotSynced."""
        for table in TABLES:  # what autovacuum does within a minute, and a night is longer
            await self._owner.execute(f"VACUUM ANALYZE {table}")
        before = len(self._counter.calls)
        self._taken_in += len(leads)
        async with self._owner.transaction():
            await self._owner.execute(HOLD)
            await publish(self._bootstrap_servers, leads, "interactive")
            await self._until(TAKEN_IN, self._taken_in)
        began = time.perf_counter()
        await self._until(IS_DONE, True)
        seconds = time.perf_counter() - began
        outcomes = {row["outcome"]: (row["number"], row["reason"]) for row in await self._owner.fetch(OUTCOMES)}
        if outcomes.keys() != {"synced"} or outcomes["synced"][0] != len(leads):
            raise NotSynced(f"{len(leads)} leads came to {outcomes}; see {self._service.log}")
        return Measured(seconds, *self._counter.since(before))

    async def _until(self, question: str, wanted: object) -> None:
        try:
            await until(
                lambda: self._owner.fetchval(question),
                lambda value: bool(value == wanted),
                within_s=PATIENCE_S,
                every_s=0.005,
            )
        except TooLate as late:
            error = await self._owner.fetchval(ERROR)
            raise NotSynced(
                f"not done within {PATIENCE_S:g} s: {error or late.last}; see {self._service.log}"
            ) from late


@asynccontextmanager
async def _syncing(
    database_url: str, bootstrap_servers: str, folder: Path, place: OdooPlace, leads: Sequence[LeadScored]
) -> AsyncIterator[Syncing]:
    """An odoo-sync whose one tenant has this Odoo, ready."""
    async with AsyncExitStack() as running:
        owner = await asyncpg.connect(database_url)
        running.push_async_callback(owner.close)
        counter = Counter()
        url = await running.enter_async_context(counted(place.url, counter))
        key = Fernet.generate_key().decode()
        await owner.execute(ADD_TENANT, TENANT)
        companies = [it.company for it in leads]
        columns = [[it.company_id for it in companies], [it.uen for it in companies], [it.name for it in companies]]
        await owner.execute(ADD_COMPANIES, *columns)
        await connect_odoo(database_url, TENANT, url, place.database, place.secret, key, login=place.login)
        environment = {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "ODOO_CREDENTIALS_KEY": key,
            "ODOO_PROTOCOL": place.protocol,
            "ODOO_TIMEOUT_S": "120",
        }
        service = Service("odoo-sync", "leadgen-odoo-sync", environment, folder)
        service.start()
        running.push_async_callback(service.stop)
        await service.is_ready()
        yield Syncing(owner, service, bootstrap_servers, counter)
