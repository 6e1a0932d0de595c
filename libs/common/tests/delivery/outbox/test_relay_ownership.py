"""Which replica's relay sends, and what becomes of the outbox when it freezes, dies, cannot send or loses its lease."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import pytest
from structlog.testing import capture_logs

from common.contracts import LeadSynced, RequestEnrichment
from common.delivery.outbox.relay import Relay
from common.handling.stage import Stage
from common.handling.work import Work
from common.postgres import Connection, Database
from embedded.ports import LOOPBACK, free_port
from testkit.delivery.outboxes import fill, is_sent, numbers_by_key
from testkit.processes.starting import start
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

OWNED = "SELECT owner FROM outbox_owners WHERE producer = 'scorer' AND expires_at > now()"
LEFT = "SELECT count(*) FROM outbox WHERE producer = 'scorer'"


@asynccontextmanager
async def another_process(database_url: str, kafka: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay elsewhere."""
    process = await start("relay_process", database_url, kafka)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def first_of_each(numbers: Iterable[int | None]) -> list[int | None]:
    """Without the repeats, which consumers recognise."""
    return list(dict.fromkeys(numbers))


async def in_order(kafka: str, count: int) -> bool:
    found = await numbers_by_key(kafka)
    return {key: first_of_each(numbers) for key, numbers in found.items()} == {
        f"1:U{n}".encode(): list(range(n, count, 5)) for n in range(5)
    }


async def test_a_frozen_relay_stops_nobody_and_does_no_harm_when_it_goes_on(
    database_url: str, database: Database, owner: Owner, kafka: str
) -> None:
    """Another takes over within 15 s, in the middle of a backlog; each key's order holds, and nothing is lost."""
    await fill(database, 10_000)
    async with another_process(database_url, kafka) as process:
        await until(lambda: is_begun(owner, 10_000))
        process.send_signal(signal.SIGSTOP)
        async with Relay(database, kafka, "scorer"):
            await until(lambda: is_sent(database))
            process.send_signal(signal.SIGCONT)
            await fill(database, 500, start=10_000)
            await until(lambda: is_sent(database))
        await fill(database, 500, start=10_500)
        await until(lambda: is_sent(database))
        assert process.returncode is None
    assert await in_order(kafka, 11_000)


class _BusyDatabase(Database):
    """Something is announced right after each of the first statements that ask the owner."""

    announced: Callable[[], None]
    left = 3

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        async with super().statement() as tx:
            yield tx
        if self.left:
            self.left -= 1
            self.announced()


async def test_what_is_announced_while_the_owner_is_asked_is_asked_for_again(
    database_url: str, owner: Owner, kafka: str
) -> None:
    """A relay that stands by asks once per announcement, also for those that come between its asking and its rest."""
    asked: list[object] = []
    await owner.add_listener("outbox scorer", lambda *_: asked.append(None))
    await owner.execute(
        "INSERT INTO outbox_owners VALUES ('scorer', gen_random_uuid(), pg_backend_pid(), now() + interval '1 hour')"
    )

    async def often_enough() -> bool:
        return len(asked) >= _BusyDatabase.left

    busy = await _BusyDatabase.connect(database_url)
    try:
        relay = Relay(busy, kafka, "scorer", drain_s=0.1)
        busy.announced = relay.wake
        async with relay:
            await until(often_enough)
    finally:
        await busy.close()


async def is_begun(owner: Owner, count: int) -> bool:
    return bool(0 < await owner.fetchval(LEFT) < count)


async def test_a_killed_relays_outbox_is_taken_over_at_once(
    database_url: str, database: Database, owner: Owner, kafka: str
) -> None:
    """Its session is gone with it: nobody waits for the end of its lease."""
    async with another_process(database_url, kafka) as process:
        await until(lambda: owner.fetchval(OWNED))
        process.kill()
        await process.wait()
        await owner.execute("UPDATE outbox_owners SET expires_at = now() + interval '1 hour'")
        await fill(database, 5)
        async with Relay(database, kafka, "scorer"):
            await until(lambda: is_sent(database))


async def test_a_relay_that_cannot_send_lets_another_try(database: Database, kafka: str) -> None:
    """A relay that cannot send lets another try, whatever is wrong with its way to Kafka."""
    await fill(database, 5)

    async def has_tried() -> bool:
        return any(entry["event"] == "relay_waits_for_kafka" for entry in logs)

    with capture_logs() as logs:
        async with Relay(database, f"{LOOPBACK}:{free_port()}", "scorer", drain_s=0.1):
            await until(has_tried)
            async with Relay(database, kafka, "scorer"):
                await until(lambda: is_sent(database))


async def test_who_lost_the_lease_deletes_nothing(database: Database, owner: Owner, kafka: str) -> None:
    """It may still send what it has in hand; then it sees that the lease is another's, and stands by."""
    async with Relay(database, kafka, "scorer") as relay:
        await until(lambda: owner.fetchval(OWNED))
        await owner.execute(
            "UPDATE outbox_owners SET owner = gen_random_uuid(), session = pg_backend_pid(),"
            " expires_at = now() + interval '1 hour'"
        )
        await fill(database, 5)
        relay.wake()
        await until(lambda: read_topic(kafka, LeadSynced.topic))
        assert await owner.fetchval(LEFT) == 5
        await owner.execute("UPDATE outbox_owners SET expires_at = now()")
        await until(lambda: is_sent(database))


async def test_a_replica_that_does_not_own_the_outbox_wakes_the_one_that_does(
    database: Database, owner: Owner, kafka: str
) -> None:
    """The owner sleeps while nothing comes."""
    sleeper, other = Relay(database, kafka, "scorer"), Relay(database, kafka, "scorer")
    sleeper.POLL = sleeper.SLEEP = other.STANDBY = 60.0
    async with sleeper:
        await until(lambda: owner.fetchval(OWNED))
        async with other:
            await fill(database, 5)
            other.wake()
            await until(lambda: is_sent(database))


async def test_a_relay_that_finds_nothing_looks_less_and_less_often(
    database: Database, owner: Owner, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of an idle system's statements were its looks. What comes is found at once all the same."""
    pauses: list[float] = []
    rest = Relay._rest

    async def recording(self: Relay, until: asyncio.Event, pause: float) -> None:
        pauses.append(pause)
        await rest(self, until, pause)

    async def rested(times: int) -> bool:
        return len(pauses) >= times

    monkeypatch.setattr(Relay, "_rest", recording)
    async with Relay(database, kafka, "scorer"):
        await until(lambda: owner.fetchval(OWNED))
        await until(lambda: rested(6))
    assert pauses == sorted(pauses)
    assert pauses[5] > 4 * pauses[1]


async def test_what_a_step_announces_is_sent_while_the_handler_goes_on(
    toy: str, database: Database, kafka: str
) -> None:
    """The relay may be asleep; the step's commit wakes it."""
    stage, seen = Stage("toy"), asyncio.Event()

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.step():
            work.announce(LeadSynced(tenant_id=1, company=work.event.company, outcome="no_connection"))
        await asyncio.wait_for(seen.wait(), 60)

    event = RequestEnrichment(tenant_id=1, company=a_company())
    async with at_work(stage, database, kafka) as runtime:
        await until(lambda: is_owned(database, "toy"))
        runtime.relay.POLL = runtime.relay.SLEEP = 60.0
        await publish(kafka, [(event, envelope_for(event))])
        await until(lambda: read_topic(kafka, LeadSynced.topic))
        seen.set()
        await ended(database, "toy", 1)


async def is_owned(database: Database, producer: str) -> bool:
    async with database.statement() as tx:
        return bool(await tx.fetchval("SELECT true FROM outbox_owners WHERE producer = $1", producer))


@pytest.mark.parametrize("ago", ["0", "2 hours", "3 days"])
async def test_kafka_gets_the_databases_time(ago: str, database: Database, owner: Owner, kafka: str) -> None:
    """The machine's clock has no part in it: Kafka refuses messages from more than an hour ahead."""
    await fill(database, 5)
    await owner.execute("UPDATE outbox SET created_at = date_trunc('milliseconds', now()) - $1::text::interval", ago)
    written = {int(row["created_at"].timestamp() * 1000) for row in await owner.fetch("SELECT created_at FROM outbox")}
    async with Relay(database, kafka, "scorer"):
        await until(lambda: is_sent(database))
    assert {record.timestamp for record in await read_topic(kafka, LeadSynced.topic)} == written
