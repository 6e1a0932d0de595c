"""The upserter's handlers on a real PostgreSQL, through the inbox: what they leave, announce, repeat and survive."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, encode_body, encode_headers, pack_headers
from common.contracts import (
    EVENTS,
    CompanyEvent,
    CompanyUpserted,
    Event,
    JobProgressed,
    RequestEnrichment,
    RequestIndustry,
    RequestUpsert,
)
from common.failures import Fitness
from common.handling import Handling, Surroundings
from common.ids import NO_REPLAY, new_id
from common.inbox import Arrival, Claim, Inbox
from common.postgres import Database
from common.stage import Stage
from common.testing import until
from embedded.postgres import Postgres
from leadgen.ssic import seed_ssic, ssic_2020
from upserter.classification import ClassificationMissing, read
from upserter.consumer import upserter
from upserter.industries import Code, IndustryIndex

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

INDUSTRIES = IndustryIndex(Code("2020", *code) for code in ssic_2020())

ENLIST = """
    INSERT INTO staging_acra_companies
           (uen, entity_name, entity_status_description, registration_incorporation_date, primary_ssic_code, website)
    SELECT 'U' || lpad(n::text, 3, '0'), 'MAKER ' || n, 'Live Company', (date '2020-01-01' - n)::text, '25912',
           'm' || n || '.sg'
      FROM generate_series(1, $1::int) n
"""

_offsets = count()


def the_stage(batch_size: int = 4, max_per_job: int = 10) -> Stage:
    return upserter(INDUSTRIES, batch_size=batch_size, max_per_job=max_per_job)


def a_request(tenant_id: int = 1, **other: object) -> RequestIndustry:
    return RequestIndustry.model_validate(
        {
            "tenant_id": tenant_id,
            "request_id": new_id(),
            "terms": ["Manufacture of metal caps (e.g. crown corks)"],
            "sync_limit": 3,
            **other,
        }
    )


class Delivery:
    """Hands events to the stage as the runtime does, less Kafka: into the inbox, claimed, handled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._inbox = Inbox("upserter", timedelta(seconds=60))

    async def __call__(self, event: Event, stage: Stage | None = None, *, event_id: UUID | None = None) -> str:
        """Delivers the event, once more if it was before; returns what the inbox says of it afterwards."""
        event_id = event_id or new_id()
        await self.take_in(event, event_id)
        for claim in await self.claims(event):
            await self.handle(claim, stage or the_stage())
        async with self._database.plumbing() as tx:
            return str(await tx.fetchval("SELECT state FROM inbox WHERE event_id = $1", event_id))

    async def take_in(self, event: Event, event_id: UUID) -> None:
        headers = encode_headers(event, Envelope(event_id, event.tenant_id, "interactive"), source="test")
        arrival = Arrival(
            event_id=event_id,
            replay_id=NO_REPLAY,
            topic=event.topic,
            partition=0,
            offset=next(_offsets),
            key=event.key.encode(),
            tenant_id=event.tenant_id,
            lane="interactive",
            value=encode_body(event),
            headers=pack_headers(headers),
            flaw=None,
        )
        async with self._database.plumbing() as tx:
            await self._inbox.take_in(tx, [arrival])

    async def claims(self, event: Event) -> list[Claim]:
        async with self._database.plumbing() as tx:
            return await self._inbox.claim(tx, event.topic, "interactive", event.tenant_id, 1)

    async def handle(self, claim: Claim, stage: Stage) -> None:
        around = Surroundings(self._database, self._inbox, Fitness(), lambda: None, lambda _: None)
        await Handling(stage.handlers[claim.topic], "interactive", 1, around).handle([claim])


@pytest.fixture
def deliver(database: Database) -> Delivery:
    return Delivery(database)


@pytest.fixture
async def register(owner: Owner) -> int:
    """Twelve live makers of metal caps, the first one the youngest."""
    await owner.execute(ENLIST, 12)
    return 12


async def told(owner: Owner) -> list[Event]:
    """What was announced since the last look, in order; dead letters are left out."""
    models = {model.topic: model for model in EVENTS}
    rows = await owner.fetch("DELETE FROM outbox WHERE producer = 'upserter' RETURNING id, topic, value")
    return [decode_body(models[row["topic"]], row["value"]) for row in sorted(rows) if row["topic"] in models]


def uens(kind: type[CompanyEvent], events: list[Event]) -> list[str]:
    return [event.company.uen for event in events if type(event) is kind]


async def tables(owner: Owner) -> list[list[asyncpg.Record]]:
    """What the handlers write, without the times of a mere look."""
    return [
        await owner.fetch("SELECT company_id, uen, name, updated_at FROM companies ORDER BY 1"),
        await owner.fetch("SELECT tenant_id, company_id, job_id FROM icp_candidate_companies ORDER BY 1, 2"),
        await owner.fetch("SELECT * FROM background_jobs ORDER BY job_id"),
    ]


async def job_of(owner: Owner, job_id: UUID) -> tuple[object, ...] | None:
    """Its status, processed and total."""
    row = await owner.fetchrow("SELECT status, processed, total FROM background_jobs WHERE job_id = $1", job_id)
    return None if row is None else tuple(row)


async def test_a_request_gets_its_best_at_once_and_leaves_the_rest(owner: Owner, deliver: Delivery, register) -> None:
    """The answer, the head as companies and candidates, a request for enrichment of each, a queued job."""
    request = a_request()
    assert await deliver(request) == "done"

    events = await told(owner)
    progress = events[0]
    assert isinstance(progress, JobProgressed)
    assert (progress.status, progress.job_id, progress.total) == ("queued", request.request_id, 9)
    assert progress.answer is not None
    assert [industry.code for industry in progress.answer.resolved] == ["25912"]
    assert (progress.answer.matches, progress.answer.remaining) == (12, 9)
    assert [company.uen for company in progress.answer.head] == ["U001", "U002", "U003"]
    assert all(company.company_id for company in progress.answer.head)
    assert progress.answer.head[0].website_domain == "m1.sg"
    assert progress.answer.head[0].industry_norm == "manufacture of metal caps (e.g. crown corks)"
    assert uens(CompanyUpserted, events) == uens(RequestEnrichment, events) == ["U001", "U002", "U003"]
    assert await job_of(owner, request.request_id) == ("queued", 0, 9)
    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = 1") == 3


async def test_a_job_goes_through_the_rest_in_batches(owner: Owner, deliver: Delivery, register) -> None:
    """Every company but the head, once, in order, with progress after each batch."""
    request = a_request()
    await deliver(request)
    await told(owner)
    assert await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id)) == "done"

    events = await told(owner)
    assert uens(CompanyUpserted, events) == [f"U{n:03}" for n in range(4, 13)]
    assert uens(RequestEnrichment, events) == []
    progress = [event for event in events if isinstance(event, JobProgressed)]
    assert [(p.status, p.processed, p.total) for p in progress] == [
        ("running", 4, 9),
        ("running", 8, 9),
        ("done", 9, 9),
    ]
    assert await job_of(owner, request.request_id) == ("done", 9, 9)
    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = 1") == 12


async def test_what_is_delivered_twice_changes_and_announces_nothing_more(
    owner: Owner, deliver: Delivery, register
) -> None:
    """Of both handlers: the same event again, and a second event for a job that is done."""
    request, event_id, another = a_request(), new_id(), new_id()
    execution = RequestUpsert(tenant_id=1, job_id=request.request_id)
    await deliver(request, event_id=event_id)
    first = await tables(owner)
    await told(owner)
    assert await deliver(request, event_id=event_id) == "done"
    assert await tables(owner) == first
    assert await told(owner) == []

    await deliver(execution, event_id=another)
    second = await tables(owner)
    await told(owner)
    assert await deliver(execution, event_id=another) == "done"
    assert await deliver(execution) == "done"
    assert await tables(owner) == second
    assert await told(owner) == []


async def test_a_night_takes_its_share_and_leaves_the_rest_queued(owner: Owner, deliver: Delivery, register) -> None:
    """Two nights of five: the second goes on where the first stopped, even though the register grew in front of it."""
    request = a_request()
    await deliver(request)
    await told(owner)
    execution = RequestUpsert(tenant_id=1, job_id=request.request_id)

    await deliver(execution, the_stage(max_per_job=5))
    assert await job_of(owner, request.request_id) == ("queued", 5, 9)
    await owner.execute(ENLIST.replace("'U'", "'A'"), 4)
    await deliver(execution, the_stage(max_per_job=5))

    assert await job_of(owner, request.request_id) == ("done", 9, 9)
    assert uens(CompanyUpserted, await told(owner)) == [f"U{n:03}" for n in range(4, 13)]


async def test_a_limit_is_the_most_that_a_job_handles(owner: Owner, deliver: Delivery, register) -> None:
    """A request by REST: nothing at once, so many in all."""
    request = a_request(sync_limit=0, limit=6)
    await deliver(request)
    (progress,) = await told(owner)
    assert isinstance(progress, JobProgressed)
    assert progress.answer is not None
    assert (progress.answer.head, progress.answer.remaining) == ([], 6)
    await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id))
    assert await job_of(owner, request.request_id) == ("done", 6, 6)
    assert uens(CompanyUpserted, await told(owner)) == [f"U{n:03}" for n in range(1, 7)]


async def test_a_request_whose_head_is_everything_leaves_no_job(owner: Owner, deliver: Delivery, register) -> None:
    """Then it is done at once."""
    request = a_request(sync_limit=50)
    await deliver(request)
    progress = (await told(owner))[0]
    assert isinstance(progress, JobProgressed)
    assert (progress.status, progress.job_id, progress.total) == ("done", None, 0)
    assert await job_of(owner, request.request_id) is None


@pytest.mark.parametrize(("mode", "named"), [("off", 0), ("sync_preview", 12)])
async def test_modes_that_save_nothing(mode: str, named: int, owner: Owner, deliver: Delivery, register) -> None:
    """Off counts; a preview names companies that have no id yet."""
    await deliver(a_request(mode=mode))
    (progress,) = await told(owner)
    assert isinstance(progress, JobProgressed)
    assert (progress.status, progress.job_id) == ("done", None)
    assert progress.answer is not None
    assert (progress.answer.matches, progress.answer.remaining) == (12, 0)
    assert [company.company_id for company in progress.answer.head] == [0] * named
    assert await tables(owner) == [[], [], []]


async def test_words_without_an_industry_are_answered_with_nothing(owner: Owner, deliver: Delivery, register) -> None:
    """Never with everything."""
    assert await deliver(a_request(terms=["hello there"])) == "done"
    (progress,) = await told(owner)
    assert isinstance(progress, JobProgressed)
    assert progress.answer is not None
    assert (progress.status, progress.answer.resolved, progress.answer.matches) == ("done", [], 0)
    assert await tables(owner) == [[], [], []]


async def test_a_job_that_is_not_there_is_left_in_peace(owner: Owner, deliver: Delivery, register) -> None:
    """An unknown one, and one of another tenant."""
    request = a_request(tenant_id=2)
    await deliver(request)
    await told(owner)
    assert await deliver(RequestUpsert(tenant_id=1, job_id=request.request_id)) == "done"
    assert await deliver(RequestUpsert(tenant_id=1, job_id=new_id())) == "done"
    assert await told(owner) == []
    assert await job_of(owner, request.request_id) == ("queued", 0, 9)


BREAK_AT = """
    CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.uen = 'U009' THEN {how}; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER break_down BEFORE INSERT ON companies FOR EACH ROW EXECUTE FUNCTION break_down()
"""


async def test_a_job_that_breaks_says_why_and_goes_on_from_its_last_batch(
    owner: Owner, deliver: Delivery, register
) -> None:
    """The batch that failed leaves nothing; the event is a dead letter; put right and asked again, the rest follows."""
    request = a_request()
    await deliver(request)
    await told(owner)
    execution = RequestUpsert(tenant_id=1, job_id=request.request_id)
    await owner.execute(BREAK_AT.format(how="RAISE EXCEPTION 'the ninth is broken'"))

    assert await deliver(execution) == "dead"
    assert await job_of(owner, request.request_id) == ("error", 4, 9)
    events = await told(owner)
    assert uens(CompanyUpserted, events) == ["U004", "U005", "U006", "U007"]
    failure = events[-1]
    assert isinstance(failure, JobProgressed)
    assert failure.status == "error"
    assert "the ninth is broken" in (failure.error or "")
    assert "replay" in (failure.error or "")

    await owner.execute("DROP TRIGGER break_down ON companies")
    assert await deliver(execution) == "done"
    assert await job_of(owner, request.request_id) == ("done", 9, 9)
    assert uens(CompanyUpserted, await told(owner)) == ["U008", "U009", "U010", "U011", "U012"]


async def test_a_job_whose_worker_is_cut_off_goes_on_from_its_last_batch(
    owner: Owner, deliver: Delivery, register
) -> None:
    """In the middle of a batch: that batch is undone, the job stays running, the next worker ends it."""
    request, event_id = a_request(), new_id()
    await deliver(request)
    await told(owner)
    execution = RequestUpsert(tenant_id=1, job_id=request.request_id)
    await owner.execute(BREAK_AT.format(how="PERFORM pg_advisory_xact_lock(9)"))
    await owner.execute("SELECT pg_advisory_lock(9)")

    worker = asyncio.create_task(deliver(execution, event_id=event_id))
    await until(lambda: owner.fetchval("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"))
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert await job_of(owner, request.request_id) == ("running", 4, 9)

    await owner.execute("SELECT pg_advisory_unlock(9)")
    assert await deliver(execution, event_id=event_id) == "done"
    assert await job_of(owner, request.request_id) == ("done", 9, 9)
    assert uens(CompanyUpserted, await told(owner)) == [f"U{n:03}" for n in range(4, 13)]


@pytest.mark.parametrize("which", ["find", "execute"])
async def test_with_its_database_down_nothing_is_lost(
    which: str, owner: Owner, database: Database, deliver: Delivery, register, breakable_postgres: Postgres
) -> None:
    """The handler waits, without counting a failure, and does its work once the server is back."""
    request, event_id = a_request(), new_id()
    event: Event = request
    if which == "execute":
        await deliver(request)
        event = RequestUpsert(tenant_id=1, job_id=request.request_id)
    await deliver.take_in(event, event_id)
    (claim,) = await deliver.claims(event)

    await asyncio.to_thread(breakable_postgres.kill)
    worker = asyncio.create_task(deliver.handle(claim, the_stage()))
    await asyncio.to_thread(breakable_postgres.start)
    await asyncio.wait_for(worker, timeout=30)

    assert await deliver(event, event_id=event_id) == "done"
    async with database.transaction(1) as tx:
        assert await tx.fetchval("SELECT failures FROM inbox WHERE event_id = $1", event_id) == 0
        assert await tx.fetchval("SELECT count(*) FROM companies") == (3 if which == "find" else 12)


async def test_fifty_requests_of_five_tenants_at_once_all_get_their_head(
    owner: Owner, database: Database, register
) -> None:
    """The same companies for all of them: no deadlock, and each tenant has its own candidates."""
    stage, deliver = the_stage(), Delivery(database)

    async def worker(tenant_id: int) -> None:
        for _ in range(10):
            assert await deliver(a_request(tenant_id=tenant_id), stage) == "done"

    await asyncio.gather(*(worker(tenant_id) for tenant_id in range(1, 6)))
    answers = [event for event in await told(owner) if isinstance(event, JobProgressed)]
    assert len(answers) == 50
    assert all(event.answer and len(event.answer.head) == 3 for event in answers)
    rows = await owner.fetch("SELECT tenant_id, count(*) FROM icp_candidate_companies GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(tenant_id, 3) for tenant_id in range(1, 6)]


async def test_the_classification_is_read_as_it_was_seeded(database: Database, database_url: str) -> None:
    """All codes with their parents; without any the service says what to do, and does not start."""
    async with database.plumbing() as tx:
        with pytest.raises(ClassificationMissing, match="not seeded"):
            await read(tx)
    await seed_ssic(database_url)
    async with database.plumbing() as tx:
        codes = await read(tx)
    assert set(codes) == {Code("2020", *code) for code in ssic_2020()}
