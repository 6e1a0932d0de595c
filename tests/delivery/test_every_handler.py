"""Every handler of every stage, on the real Kafka and PostgreSQL: delivered twice, and handled anew."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.contracts import EVENTS
from common.delivery.dead_letters import SUFFIX
from common.postgres import SERVICE_ROLE, Database, role_of
from leadgen.kafka.topics import LISTENER, read_topics
from testkit.stages import at_work, ended, is_all_taken_in, publish, records_of, until

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

#: The relay's lease, which it extends while it runs.
LEASES = {"outbox_owners": ["expires_at"]}
#: What a handler that runs once more moves: when it looked last, not what it found.
MOVES = LEASES | {"companies": ["last_seen"], "company_facts": ["found_at"], "register_refresh": ["upto", "ended_at"]}
MOVES |= {"odoo_checks": ["checked_at"]}


@pytest.fixture
async def database(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Database]:
    """The database as the service of the case connects to it: with the rights of its role alone."""
    callspec = getattr(request.node, "callspec", None)
    role = role_of(callspec.params["case"].stage) if callspec else SERVICE_ROLE
    connected = await Database.connect(database_url, role=role)
    yield connected
    await connected.close()


async def tables(owner: Owner, *, but: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
    """Every row of every table, the inbox among them (without the columns of `but`)."""
    names = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition"
    )
    return {
        name: [
            row[0]
            for row in await owner.fetch(f"SELECT (to_jsonb(t) - $1::text[])::text FROM {name} t ORDER BY 1", left)
        ]
        for (name,) in names
        for left in [(but or {}).get(name, [])]
    }


async def published(kafka: str, *, to: str = "") -> Counter[tuple[str, UUID]]:
    """Topic and id of every event in Kafka, and how often it is there; of the dead letters with their suffix."""
    topics = [event.topic for event in EVENTS if not to or event.topic + SUFFIX in topics_with_dead_letters()]
    records = await records_of(kafka, [topic + to for topic in topics])
    return Counter(
        (topic, UUID(dict(record.headers)["ce_id"].decode())) for topic in topics for record in records[topic + to]
    )


def topics_with_dead_letters() -> set[str]:
    return {topic.name for topic in read_topics().wanted()}


#: The gateway's feed has no inbox. What nightly announces follows from the night, not from its event: its handler is
#: delivered twice in services/nightly/tests/test_nightly_consumer.py.
ELSEWHERE = {LISTENER, "nightly"}


async def test_every_handler_is_tried_out(line: Any) -> None:
    """The cases are what `deploy/topics.yaml` says that someone works on, and what the stages handle."""
    topics = read_topics().topics
    listed = {(name, topic) for topic, of in topics.items() for name in of.consumers if name not in ELSEWHERE}
    assert {(case.stage, case.event.topic) for case in line.cases} == listed
    assert {(stage.name, topic) for stage in line.stages.values() for topic in stage.handlers} == listed


async def test_an_event_delivered_twice_changes_and_announces_nothing_more(
    case: Any, line: Any, owner: Owner, database: Database, kafka: str
) -> None:
    """At once or later: no row of any table differs, and each announcement is in Kafka exactly once."""
    deliveries = await case.make(line, "")
    sent = Counter((event.topic, envelope.event_id) for event, envelope in deliveries)
    async with at_work(line.stages[case.stage], database, kafka) as runtime:
        await publish(kafka, [*deliveries, *deliveries])
        await until(lambda: is_all_taken_in(runtime))
        await ended(database, case.stage, len(deliveries))
        before = await tables(owner, but=LEASES)

        await publish(kafka, deliveries)
        await until(lambda: is_all_taken_in(runtime))
        await ended(database, case.stage, len(deliveries))
        assert await tables(owner, but=LEASES) == before

    announced = Counter(line.expected(deliveries, to_the_end=False, by=case.stage))
    assert await published(kafka) == announced + sent + sent + sent
    assert await published(kafka, to=SUFFIX) == Counter()
    states = await owner.fetch("SELECT DISTINCT consumer, state, failures, attempts FROM inbox")
    assert [tuple(row) for row in states] == [(case.stage, "done", 0, 1)]


async def test_an_event_handled_anew_rewrites_the_same(
    case: Any, line: Any, owner: Owner, database: Database, kafka: str
) -> None:
    """Its inbox row is open again, as after a crash before the end was written, with all changes already there:
    no row differs but for when it was looked at last, and whatever is announced has an id that is known.
    """
    deliveries = await case.make(line, "")
    async with at_work(line.stages[case.stage], database, kafka) as runtime:
        await publish(kafka, deliveries)
        await until(lambda: is_all_taken_in(runtime))
        await ended(database, case.stage, len(deliveries))
        left = MOVES | {"inbox": ["attempts", "next_at", "has_followers"]}
        before, records = await tables(owner, but=left), dict(line.odoo.numbers)

        await owner.execute("UPDATE inbox SET state = 'open', next_at = now()")
        runtime.waker.nudge()  # nobody else tells it; it would look by itself, seconds later
        await ended(database, case.stage, len(deliveries))
        assert await owner.fetchval("SELECT min(attempts) FROM inbox") == 2
        assert await tables(owner, but=left) == before
        assert line.odoo.numbers == records

    sent = {(event.topic, envelope.event_id) for event, envelope in deliveries}
    assert set(await published(kafka)) == line.expected(deliveries, to_the_end=False, by=case.stage) | sent
    assert await published(kafka, to=SUFFIX) == Counter()
