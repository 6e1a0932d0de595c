"""Ways to hand events to the upserter on a real PostgreSQL, and a register for it to find companies in.

Test folders are no packages: what several files share is a fixture.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, encode_body, encode_headers, pack_headers
from common.contracts import EVENTS, CompanyEvent, Event, JobProgressed, Lane, RequestIndustry, SearchAnswer
from common.delivery.inbox import Arrival, Claim, Inbox
from common.delivery.outbox import sendables
from common.handling.failed_events import RunnerContext
from common.handling.failure_rate_guard import FailureRateGuard
from common.handling.handler_runner import HandlerRunner
from common.handling.stage import Stage
from common.ids import NO_REPLAY, new_id
from common.postgres import Database, role_of
from industries.index import Code, IndustryIndex
from testkit.register.industries import codes_2020, index_2020
from testkit.stages import until
from upserter.consumer import upserter

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
MakeStage: TypeAlias = Callable[..., Stage]
Enlist: TypeAlias = Callable[..., Awaitable[None]]

#: What an entry is unless a test says otherwise.
ENTRY = {
    "entity_name": "ACME PTE. LTD.",
    "entity_status_description": "Live Company",
    "registration_incorporation_date": "2019-04-30",
    "primary_ssic_code": "25912",
}

MAKERS = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code, website)
    SELECT 'U' || lpad(n::text, 3, '0'), 'MAKER ' || n, 'Live Company', (date '2020-01-01' - n)::text, '25912',
           'm' || n || '.sg'
      FROM generate_series(1, 12) n
"""
MANY = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code)
    SELECT $1 || lpad(n::text, 4, '0'), 'MAKER ' || n, $2, $3, $4 FROM generate_series(1, $5::int) n
"""
#: Some codes of SSIC 2025; 63901 means something else than in 2020.
SSIC_2025 = [
    Code("2025", "K", "section", "COMPUTER PROGRAMMING AND INFORMATION SERVICES", None),
    Code("2025", "63", "division", "COMPUTING INFRASTRUCTURE AND OTHER INFORMATION SERVICES", "K"),
    Code("2025", "639", "group", "WEB SEARCH PORTALS AND OTHER INFORMATION SERVICES", "63"),
    Code("2025", "6390", "class", "Web Search Portals and Other Information Services", "639"),
    Code("2025", "63901", "subclass", "Internet search engines", "6390"),
]

_offsets = count()


class Delivery:
    """Hands events to the stage as the runtime does, less Kafka: into the inbox, claimed, handled."""

    def __init__(self, database: Database, owner: Owner, stage: Stage) -> None:
        self._database = database
        self._owner = owner
        self._stage = stage
        self._inbox = Inbox("upserter", timedelta(seconds=60))

    async def __call__(self, event: Event, stage: Stage | None = None, *, event_id: UUID | None = None) -> str:
        """Delivers the event, once more if it was before; returns what the inbox says of it afterwards."""
        event_id = event_id or new_id()
        await self.take_in(event, event_id)
        for claim in await self.claims(event):
            await self.handle(claim, stage)
        async with self._database.without_tenant() as tx:
            return str(await tx.fetchval("SELECT state FROM inbox_upserter WHERE event_id = $1", event_id))

    async def take_in(self, event: Event, event_id: UUID, *, in_order: bool = True) -> None:
        """Takes in events, whatever their key; those that are not in order may be in hand at once."""
        lane: Lane = "interactive"
        headers = encode_headers(event, Envelope(event_id, event.tenant_id, lane), source="test")
        arrival = Arrival(
            event_id=event_id,
            replay_id=NO_REPLAY,
            topic=event.topic,
            partition=0,
            offset=next(_offsets),
            key=event.key.encode() if in_order else None,
            tenant_id=event.tenant_id,
            lane=lane,
            value=encode_body(event),
            headers=pack_headers(headers),
            flaw=None,
        )
        async with self._database.without_tenant() as tx:
            await self._inbox.take_in(tx, [arrival])

    async def claims(self, event: Event, limit: int = 1) -> list[Claim]:
        async with self._database.without_tenant() as tx:
            await self._inbox.make_due_ready(tx)
            return await self._inbox.claim(tx, event.topic, "interactive", event.tenant_id, limit)

    async def handle(self, claim: Claim, stage: Stage | None = None) -> None:
        await self.handle_all([claim], stage)

    async def handle_all(self, claims: list[Claim], stage: Stage | None = None) -> None:
        around = RunnerContext(self._database, self._inbox, FailureRateGuard(), lambda _: None, lambda _: None)
        handler = (stage or self._stage).handlers[claims[0].topic]
        await HandlerRunner(handler, "interactive", 1, around).handle(claims)

    async def announced(self) -> list[Event]:
        """Returns the events that were announced since the last look, in order; dead letters are left out."""
        models = {model.topic: model for model in EVENTS}
        rows = await self._owner.fetch("DELETE FROM outbox WHERE producer = 'upserter' RETURNING *")
        return [
            decode_body(models[row["topic"]], body)
            for row in sorted(rows, key=lambda row: row["id"])
            if row["topic"] in models
            for _, body, _ in sendables(row["key"], row["value"], row["headers"], row["events"])
        ]

    async def answer(self, request: RequestIndustry, stage: Stage | None = None) -> SearchAnswer:
        """Returns the answer to the request; the other events that it leads to are dropped."""
        assert await self(request, stage) == "done"
        (answer,) = [event.answer for event in await self.announced() if isinstance(event, JobProgressed)]
        assert answer is not None
        return answer

    async def job(self, job_id: UUID) -> tuple[object, ...] | None:
        """Its status, processed and total."""
        statement = "SELECT status, processed, total FROM background_jobs WHERE job_id = $1"
        row = await self._owner.fetchrow(statement, job_id)
        return None if row is None else tuple(row)


@pytest.fixture(scope="session")
def industries() -> IndustryIndex:
    return index_2020()


@pytest.fixture(scope="session")
def industries_of_both() -> IndustryIndex:
    """SSIC 2020, and a little of 2025."""
    return IndustryIndex([*codes_2020(), *SSIC_2025])


@pytest.fixture
def the_stage(industries: IndustryIndex) -> MakeStage:
    """The stage; small batches and shares unless said otherwise."""

    def make(batch_size: int = 4, max_per_job: int = 10, index: IndustryIndex = industries) -> Stage:
        return upserter(index, batch_size=batch_size, max_per_job=max_per_job)

    return make


@pytest.fixture
def deliver(database: Database, owner: Owner, the_stage: MakeStage) -> Delivery:
    return Delivery(database, owner, the_stage())


@pytest.fixture
def a_request() -> Callable[..., RequestIndustry]:
    """A request of tenant 1 for makers of metal caps, the best three at once; say only what matters."""

    def make(terms: str = "SSIC 25912", **other: object) -> RequestIndustry:
        given = {"tenant_id": 1, "request_id": new_id(), "terms": [terms], "sync_limit": 3}
        return RequestIndustry.model_validate(given | other)

    return make


@pytest.fixture
def uens() -> Callable[[type[CompanyEvent], list[Event]], list[str]]:
    """Returns the UENs of the events of one type, in order."""
    return lambda kind, events: [event.company.uen for event in events if type(event) is kind]


@pytest.fixture
def enlist(owner: Owner) -> Enlist:
    """Writes an entry of the register, or changes one: columns that are not named are those of ENTRY, or stay."""

    async def write(uen: str, **columns: object) -> None:
        known = await owner.fetchval("SELECT true FROM staging_acra_companies WHERE uen = $1", uen)
        given = columns if known else ENTRY | columns
        names, places = ", ".join(given), ", ".join(f"${n}" for n in range(2, len(given) + 2))
        statement = f"INSERT INTO staging_acra_companies (uen, {names}) VALUES ($1, {places})"
        if known:
            sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(given, 2))
            statement = f"UPDATE staging_acra_companies SET {sets}, updated_at = clock_timestamp() WHERE uen = $1"
        await owner.execute(statement, uen, *given.values())

    return write


@pytest.fixture
def many(owner: Owner) -> Enlist:
    """Writes as many entries of one industry, in the order of their UENs: `prefix` and a number."""

    async def write(
        prefix: str, number: int, *, code: str = "25912", founded: str | None = "2010-01-01", status: str = "Live"
    ) -> None:
        await owner.execute(MANY, prefix, status, founded, code, number)

    return write


@pytest.fixture
async def makers(owner: Owner) -> int:
    """Twelve live makers of metal caps, the first one the youngest."""
    await owner.execute(MAKERS)
    return 12


@pytest.fixture
def deadlocks(owner: Owner) -> Callable[..., Awaitable[int]]:
    """Counts deadlocks that PostgreSQL has broken up in this test's database. A handler would retry them, unseen.

    A connection may tell of its own only when it ends: those of `databases` are closed.
    """
    others = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = $1"

    async def broken_up(*databases: Database) -> int:
        for database in databases:
            await database.close()
        await until(lambda: owner.fetchval(others, "client backend"))
        return int(await owner.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))

    return broken_up


@pytest.fixture
def replica(
    database_url: str, owner: Owner, the_stage: MakeStage
) -> Callable[[], AbstractAsyncContextManager[Delivery]]:
    """Another process of the stage, with connections of its own."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Delivery]:
        database = await Database.connect(database_url, role=role_of("upserter"))
        try:
            yield Delivery(database, owner, the_stage())
        finally:
            await database.close()

    return start
