"""All stages at work at once, when the database or the broker goes away: nothing is lost, nothing is done twice.

The middle to break off in is made with a lock: every handler is stopped in front of its last write, in its transaction,
with its HTTP calls behind it. Half of the events came and were ended before, half are in hand or on their way.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import CompanyEnriched, LeadScored
from common.delivery.dead_letters import SUFFIX
from common.errors import Unavailable
from common.postgres import Database, role_of
from common.runtime import Runtime
from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.kafka.topics import read_topics
from testkit.stages import at_work, committed_offsets, ended, publish, records_of, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: What each handler writes last. The mode lets others read, and stops whoever wants to write.
HOLD = """
    BEGIN;
    LOCK TABLE background_jobs, icp_candidate_companies, register_refresh, contacts, lead_scores, odoo_checks,
               odoo_links IN SHARE MODE
"""

HELD = "SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1"
IN_HAND = "SELECT count(DISTINCT (consumer, topic)) FROM inbox WHERE state = 'open' AND attempts > 0"

#: Tables with one row for each company of a tenant that an event of these topics was about.
WRITTEN = {
    "(SELECT * FROM lead_features WHERE tenant_id IN (1, 2)) AS of_visits": [CompanyEnriched.topic],
    "(SELECT * FROM lead_scores WHERE tenant_id IN (1, 2)) AS of_visits": [CompanyEnriched.topic],
    "(SELECT * FROM odoo_links WHERE lead -> 'company' ->> 'uen' !~ '^[AB]?W') AS of_leads": [LeadScored.topic],
}

#: Candidates of whom the upserter has not heard that they were visited.
FORGOTTEN = "(SELECT * FROM icp_candidate_companies WHERE enriched_at IS NULL) AS forgotten"


@pytest.fixture
async def line_at_work(line: Any, database_url: str, kafka: str) -> AsyncIterator[dict[str, Runtime]]:
    """The stages, each with its own connections, as in processes of their own. A lost claim is nobody's for 3 s."""
    async with AsyncExitStack() as stack:
        runtimes = {}
        for name, stage in line.stages.items():
            database = await Database.connect(database_url, name=name, role=role_of(name))
            stack.push_async_callback(database.close)
            runtimes[name] = await stack.enter_async_context(at_work(stage, database, kafka, lease_s=3))
        yield runtimes


async def make(line: Any, prefix: str) -> list[Any]:
    """Deliveries to every handler."""
    return [delivery for case in line.cases for delivery in await case.make(line, prefix)]


def arriving(line: Any, deliveries: list[Any]) -> Counter[str]:
    """Counts the events that each stage gets, those that follow from others among them."""
    topics = [event.topic for event, _ in deliveries]
    topics += [topic for topic, _ in line.expected(deliveries, to_the_end=True)]
    return Counter(name for topic in topics for name, stage in line.stages.items() if topic in stage.handlers)


async def all_ended(database: Database, counts: Counter[str]) -> bool:
    """Whether every stage has come to its end, asked of a database that may just be coming back."""
    try:
        for stage, count in counts.items():
            await ended(database, stage, count, within_s=2)
    except (Unavailable, AssertionError):
        return False
    return True


async def is_taken_in(runtime: Runtime) -> bool:
    """Whether the group has committed all that is there, and so has a place to go on from in every partition."""
    consumer = runtime.consumer
    if not consumer or not consumer.assignment():
        return False
    ends = await consumer.end_offsets(consumer.assignment())
    committed = await committed_offsets(consumer, ends)
    return all(committed.get(place) == end for place, end in ends.items())


async def into_the_middle(line: Any, runtimes: dict[str, Runtime], database: Database, owner: Owner, kafka: str) -> Any:
    """Half of the events ended, of the others at least one of each handler held; returns all of them."""
    first, second = await make(line, "A"), await make(line, "B")
    await publish(kafka, first)
    await until(lambda: all_ended(database, arriving(line, first)))
    for runtime in runtimes.values():
        await until(partial(is_taken_in, runtime))
    await owner.execute(HOLD)
    await publish(kafka, second)
    name = await owner.fetchval("SELECT current_database()")

    async def all_are_held() -> bool:
        return (await owner.fetchval(HELD, name), await owner.fetchval(IN_HAND)) == (len(line.stages), handlers)

    handlers = sum(len(stage.handlers) for stage in line.stages.values())
    await until(all_are_held)
    return first + second


async def nothing_is_lost(line: Any, sent: list[Any], database_url: str, kafka: str) -> None:
    """Every event has ended well, without a failure counted; every row is there, once; everything was announced."""
    counts = arriving(line, sent)
    owner = await asyncpg.connect(database_url)  # the test's own was cut off with the server
    try:
        states = await owner.fetch("SELECT consumer, state, failures, count(*) FROM inbox GROUP BY 1, 2, 3")
        assert {tuple(row) for row in states} == {(stage, "done", 0, count) for stage, count in counts.items()}
        for table, topics in WRITTEN.items():
            assert (table, sorted(await keys_in(owner, table))) == (table, sorted(await keys_of(owner, topics)))
        assert await owner.fetchval("SELECT count(*) FROM company_enrichment_runs") == counts["enricher"]
        assert set(await keys_of(owner, [CompanyEnriched.topic])).isdisjoint(await keys_in(owner, FORGOTTEN))
        assert await owner.fetchval("SELECT count(*) FROM register_refresh WHERE until IS NULL AND after = ''") == 1
        jobs = await owner.fetch("SELECT DISTINCT status, processed, total FROM background_jobs ORDER BY 1")
        assert [tuple(row) for row in jobs] == [("cancelled", 0, 9), ("done", 9, 9), ("queued", 0, 7)]
    finally:
        await owner.close()
    assert line.expected(sent, to_the_end=True) <= await published(kafka)
    letters = {event_id for _, event_id in await published(kafka, SUFFIX)}
    assert letters.isdisjoint({envelope.event_id for _, envelope in sent})


async def keys_in(owner: Owner, table: str) -> list[str]:
    """The keys of the table's rows, as events have them."""
    rows = await owner.fetch(f"SELECT tenant_id || ':' || uen AS key FROM {table} JOIN companies USING (company_id)")
    return [row["key"] for row in rows]


async def keys_of(owner: Owner, topics: list[str]) -> list[str]:
    """The keys, each once, of the events of these topics that stages took in."""
    rows = await owner.fetch(
        "SELECT DISTINCT convert_from(key, 'UTF8') AS key FROM inbox WHERE topic = ANY($1)", topics
    )
    return [row["key"] for row in rows]


async def published(kafka: str, suffix: str = "") -> set[tuple[str, UUID]]:
    """Topic and id of all that stands in Kafka, or of the dead letters."""
    topics = [topic for topic, of in read_topics().topics.items() if not suffix or of.has_dead_letters]
    records = await records_of(kafka, [topic + suffix for topic in topics])
    return {
        (topic, UUID(dict(record.headers)["ce_id"].decode())) for topic in topics for record in records[topic + suffix]
    }


@pytest.mark.parametrize("crash", [False, True], ids=["stop", "kill"])
async def test_a_database_that_goes_away_in_the_middle_loses_nothing(
    crash: bool,
    line: Any,
    line_at_work: dict[str, Runtime],
    owner: Owner,
    database: Database,
    database_url: str,
    kafka: str,
    breakable_postgres: Postgres,
) -> None:
    """Every handler is in its transaction when it happens: all roll back, wait, and are done once it is back."""
    sent = await into_the_middle(line, line_at_work, database, owner, kafka)
    halt: Callable[[], None] = breakable_postgres.kill if crash else breakable_postgres.stop
    await asyncio.to_thread(halt)
    await asyncio.to_thread(breakable_postgres.start)
    await until(lambda: all_ended(database, arriving(line, sent)), within_s=60)
    await nothing_is_lost(line, sent, database_url, kafka)


async def test_a_broker_that_is_killed_in_the_middle_loses_nothing(
    line: Any,
    line_at_work: dict[str, Runtime],
    owner: Owner,
    database: Database,
    database_url: str,
    kafka: str,
    breakable_kafka: Kafka,
) -> None:
    """Every handler ends its events without it; what they announce waits, and is sent once it is back."""
    sent = await into_the_middle(line, line_at_work, database, owner, kafka)
    await asyncio.to_thread(breakable_kafka.kill)
    await owner.execute("ROLLBACK")

    async def is_worked_off() -> bool:
        open_rows = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'open'")
        untold = await owner.fetchval("SELECT count(DISTINCT producer) FROM outbox")
        return bool(open_rows == 0 and untold == len(line.stages))

    await until(is_worked_off)
    await asyncio.to_thread(breakable_kafka.start)
    await until(lambda: all_ended(database, arriving(line, sent)), within_s=60)
    await nothing_is_lost(line, sent, database_url, kafka)
