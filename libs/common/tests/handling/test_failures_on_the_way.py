"""Outcomes of events that fail, each in its way, on the real Kafka and the real PostgreSQL."""

import asyncio
import os

import pytest

from common.cloudevents import encode_body, encode_headers
from common.contracts import LeadSynced, RequestEnrichment
from common.delivery.dead_letters import SUFFIX
from common.errors import Permanent, Transient
from common.handling import failure_rate_guard
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from testkit.stages import a_company, at_work, ended, envelope_for, publish, publish_raw, read_topic, until

TAKE = "INSERT INTO toys (tenant_id, uen) VALUES (tenant(), $1)"
TOPIC = RequestEnrichment.topic


def a_request(uen: str = "201912345K", tenant_id: int = 1) -> RequestEnrichment:
    return RequestEnrichment(tenant_id=tenant_id, company=a_company(uen))


def failing(errors: dict[str, list[Exception]]) -> Stage:
    """Takes what comes; for a uen in `errors` it first raises those, one at each attempt."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute(TAKE, work.event.company.uen)
            if planned := errors.get(work.event.company.uen):
                raise planned.pop(0)

    return stage


async def test_a_transient_failure_is_tried_again_and_holds_up_its_own_key_only(toy, owner, database, kafka) -> None:
    """The failing company's second event waits for its first; the other company goes on at once."""
    events = [(event := a_request(uen), envelope_for(event)) for uen in ("A1", "A1", "B2")]
    async with at_work(failing({"A1": [Transient("busy"), Transient("still busy")]}), database, kafka):
        await publish(kafka, events)
        await ended(database, "toy", 3)
    taken = [row["uen"] for row in await owner.fetch("SELECT uen FROM toys ORDER BY at")]
    assert taken == ["B2", "A1", "A1"]
    order = await owner.fetch("SELECT failures FROM inbox WHERE key = '1:A1' ORDER BY kafka_offset")
    assert [row["failures"] for row in order] == [2, 0]


async def test_a_cancellation_from_within_a_handler_is_a_failure(toy, owner, database, kafka) -> None:
    """Awaiting something that was cancelled raises CancelledError: the event is a dead letter, and its key goes on."""
    stage, attempts = Stage("toy"), 0

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            elsewhere = asyncio.get_running_loop().create_future()
            elsewhere.cancel()
            await elsewhere
        async with work.finish() as tx:
            await tx.execute(TAKE, work.event.company.uen)

    events = [(event := a_request("A1"), envelope_for(event)) for _ in range(2)]
    async with at_work(stage, database, kafka):
        await publish(kafka, events)
        await ended(database, "toy", 2)
    (letter,) = await read_topic(kafka, TOPIC + SUFFIX)
    assert dict(letter.headers)["dlq_reason"] == b"CancelledWithin: the handler awaited something that was cancelled"
    assert (attempts, await owner.fetchval("SELECT count(*) FROM toys")) == (2, 1)


async def test_a_permanent_failure_goes_to_the_dead_letters_as_it_came(toy, owner, database, kafka) -> None:
    """Bytes, key and headers are the original's; reason and origin are added; its changes are not there."""
    event = a_request("A1")
    async with at_work(failing({"A1": [Permanent("no such thing")]}), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "toy", 1)
    (original,), (letter,) = await read_topic(kafka, TOPIC), await read_topic(kafka, TOPIC + SUFFIX)
    assert (letter.key, letter.value) == (original.key, original.value)
    assert letter.headers[: len(original.headers)] == original.headers
    added = dict(letter.headers[len(original.headers) :])
    assert added["dlq_reason"] == b"Permanent: no such thing"
    assert (added["dlq_consumer"], added["dlq_topic"]) == (b"toy", TOPIC.encode())
    assert (int(added["dlq_partition"]), int(added["dlq_offset"])) == (original.partition, original.offset)
    assert await owner.fetchval("SELECT count(*) FROM toys") == 0


async def test_an_event_that_fails_for_longer_than_its_handler_is_patient_is_a_dead_letter(
    toy, owner, database, kafka
) -> None:
    """A day after its first failure the next one is its last, and its key goes on."""
    events = [(event := a_request("A1"), envelope_for(event)) for _ in range(2)]
    async with at_work(failing({"A1": [Transient("busy")] * 2}), database, kafka) as runtime:
        await publish(kafka, events)
        await until(lambda: owner.fetchval("SELECT count(*) > 0 FROM inbox WHERE failures = 1 AND state = 'open'"))
        await owner.execute(
            "UPDATE inbox SET first_failed_at = first_failed_at - interval '24 hours', next_at = now()"
            " WHERE failures = 1"
        )
        runtime.workers[0].wake()
        await ended(database, "toy", 2)
    assert len(await read_topic(kafka, TOPIC + SUFFIX)) == 1
    assert await owner.fetchval("SELECT count(*) FROM toys") == 1


@pytest.mark.parametrize(
    ("headers", "value", "trip_reason"),
    [
        ([], b"{}", b"ce_lane is missing"),
        ([("ce_id", b"\xff\xfe")], b"{}", b"ce_lane is missing"),
        ([("ce_id", None), ("ce_lane", b"interactive")], b"{}", b"ce_id is missing"),
        ([("ce_id", b"\xff\xfe"), ("ce_lane", b"interactive")], b"{}", b"ce_id is not UTF-8"),
        ([("ce_id", b"17"), ("ce_lane", b"interactive"), ("ce_tenantid", b"1")], b"{}", b"invalid UUID"),
        (None, b"not json", b"Invalid JSON"),
        (None, b'{"tenant_id": 1}', b"company: Field required"),
        (None, b'{"tenant_id": 2, "company": {"company_id": 1, "uen": "A1", "name": "A"}}', b"but the body says 2"),
        (None, None, b"no body"),
    ],
)
async def test_what_cannot_be_read_blocks_nobody(headers, value, trip_reason, toy, owner, database, kafka) -> None:
    """Bad headers, bad JSON, a tombstone, a lie about the tenant: a dead letter; its key's next event is handled."""
    good = a_request("A1")
    if headers is None:
        headers = encode_headers(good, envelope_for(good), source="test")
    async with at_work(failing({}), database, kafka):
        await publish_raw(kafka, [(TOPIC, b"1:A1", value, headers)])
        await publish(kafka, [(good, envelope_for(good))])
        await ended(database, "toy", 2)
    (letter,) = await read_topic(kafka, TOPIC + SUFFIX)
    assert (letter.key, letter.value) == (b"1:A1", value)
    assert list(letter.headers[: len(headers)]) == headers
    assert trip_reason in dict(letter.headers)["dlq_reason"]
    assert await owner.fetchval("SELECT count(*) FROM toys") == 1


async def test_a_batch_is_split_to_find_the_event_that_fails(toy, owner, database, kafka) -> None:
    """One bad event among many is a dead letter alone; the others are all handled, once."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, batch=50)
    async def take(work: Batch[RequestEnrichment]) -> None:
        await work.tx.executemany(TAKE, [(event.company.uen,) for event in work.events])
        if any(event.company.uen == "C7" for event in work.events):
            raise Permanent("bad seven")

    events = [(event := a_request(f"C{n}"), envelope_for(event)) for n in range(30)]
    async with at_work(stage, database, kafka):
        await publish(kafka, events)
        await ended(database, "toy", 30)
    assert await owner.fetchval("SELECT count(DISTINCT uen) FROM toys") == 29
    assert await owner.fetchval("SELECT count(*) FROM toys") == 29
    assert len(await read_topic(kafka, TOPIC + SUFFIX)) == 1


async def test_a_run_of_unknown_errors_stops_the_service_and_not_the_events(toy, owner, database, kafka) -> None:
    """When everything fails for an unknown reason the fault is ours: few dead letters, the rest stays open."""
    stage, trip_reasons = Stage("toy"), asyncio.Queue[str]()

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        raise KeyError("a bug")

    events = [(event := a_request(f"C{n}", tenant_id=1 + n % 6), envelope_for(event)) for n in range(60)]
    async with at_work(stage, database, kafka, unfit=trip_reasons.put_nowait):
        await publish(kafka, events)
        trip_reason = await asyncio.wait_for(trip_reasons.get(), 60)
    assert "unknown errors in a row" in trip_reason
    assert "KeyError at test_failures_on_the_way.py" in trip_reason
    dead = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'")
    still_open = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'")
    assert dead < 3 * failure_rate_guard.RUN
    assert dead + still_open == 60
    # A claim and a release each: it claims nothing more while it stops.
    assert await owner.fetchval("SELECT max(attempts) FROM inbox") <= 4


async def test_one_tenants_unknown_errors_pause_it_and_stop_nobody(toy, owner, database, kafka) -> None:
    """Few dead letters, the rest waits, one event per pause is tried; other tenants' events are handled."""
    stage, trip_reasons, is_mended = Stage("toy"), list[str](), False

    @stage.handles(RequestEnrichment, batch=20)
    async def take(work: Batch[RequestEnrichment]) -> None:
        if work.events[0].tenant_id == 1 and not is_mended:
            raise KeyError("a bug")

    events = [(event := a_request(f"C{n}", tenant_id=1 + n % 2), envelope_for(event)) for n in range(120)]

    async def others_are_done() -> bool:
        return await owner.fetchval("SELECT count(*) = 60 FROM inbox WHERE tenant_id = 2 AND state = 'done'")

    async with at_work(stage, database, kafka, unfit=trip_reasons.append) as runtime:
        await publish(kafka, events)
        await until(others_are_done)
        await until(lambda: owner.fetchval("SELECT count(*) = 1 FROM inbox_pauses WHERE tenant_id = 1"))
        await owner.execute("UPDATE inbox_pauses SET until = now() + interval '1 hour'")
        await until(lambda: owner.fetchval("SELECT count(*) = 0 FROM inbox WHERE in_hand IS NOT NULL"))
        dead = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'")
        assert 0 < dead < failure_rate_guard.RUN + len(runtime.workers)
        # A probe that fails is dead-lettered, too, so that the tenant's bad events come to an end.
        await owner.execute("UPDATE inbox_pauses SET until = now()")
        await until(lambda: owner.fetchval("SELECT count(*) > $1 FROM inbox WHERE state = 'dead'", dead))
        is_mended = True
        await owner.execute("UPDATE inbox_pauses SET until = now()")
        await ended(database, "toy", 120)
    assert trip_reasons == []
    assert await owner.fetchval("SELECT count(*) FROM inbox_pauses") == 0
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") <= dead + 2


@pytest.mark.parametrize("batch", [None, 50], ids=["one by one", "set-based"])
async def test_events_that_break_a_constraint_are_dead_letters_and_stop_nobody(
    batch, toy, owner, database, kafka
) -> None:
    """250 well-formed events name a company that is not there; another tenant's event behind them is handled."""
    await owner.execute(
        "ALTER TABLE toys ADD CONSTRAINT toys_of_companies FOREIGN KEY (uen) REFERENCES companies (uen)"
    )
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('GOOD', 'GOOD')")
    stage, trip_reasons = Stage("toy"), list[str]()

    if batch:

        @stage.handles(RequestEnrichment, batch=batch)
        async def take_many(work: Batch[RequestEnrichment]) -> None:
            await work.tx.executemany(TAKE, [(event.company.uen,) for event in work.events])

    else:

        @stage.handles(RequestEnrichment)
        async def take(work: Work[RequestEnrichment]) -> None:
            async with work.finish() as tx:
                await tx.execute(TAKE, work.event.company.uen)

    events = [(event := a_request(f"C{n}"), envelope_for(event)) for n in range(250)]
    good = a_request("GOOD", tenant_id=2)
    async with at_work(stage, database, kafka, unfit=trip_reasons.append):
        await publish(kafka, [*events, (good, envelope_for(good))])
        await ended(database, "toy", 251, within_s=90)
    assert trip_reasons == []
    assert await owner.fetchval("SELECT count(*) FROM toys") == 1
    errors = await owner.fetch("SELECT DISTINCT left(error, 37) FROM inbox WHERE state = 'dead'")
    assert [row[0] for row in errors] == ["ConstraintViolated: toys_of_companies"]
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") == 250


async def test_a_tenants_event_cannot_announce_for_another(toy, owner, database, kafka) -> None:
    """The announcement is refused, and the event is a dead letter."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish():
            work.announce(LeadSynced(tenant_id=2, company=work.event.company, outcome="no_connection"))

    event = a_request("A1")
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "toy", 1)
    assert await read_topic(kafka, LeadSynced.topic) == []
    assert len(await read_topic(kafka, TOPIC + SUFFIX)) == 1


async def test_a_key_of_any_size_is_taken_in(toy, owner, database, kafka) -> None:
    """An index entry has a largest size; a foreign producer's key has not, and must not stop the intake."""
    event = a_request("A1")
    headers = encode_headers(event, envelope_for(event), source="test")
    async with at_work(failing({}), database, kafka):
        await publish_raw(kafka, [(TOPIC, os.urandom(20_000), encode_body(event), headers)])
        await ended(database, "toy", 1)
    assert await owner.fetchval("SELECT count(*) FROM toys") == 1
