"""Events that are well-formed, and hold what the database or our own code cannot take: each is a dead letter alone."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any, Self, TypeAlias

import asyncpg
import pytest
from pydantic import model_validator

from common.cloudevents import encode_body, encode_headers
from common.contracts import RequestEnrichment
from common.handling.failure_rate_guard import RUN
from common.handling.stage import Stage
from common.handling.work import Batch, Chunk, Work
from common.postgres import Database
from testkit.stages import a_company, at_work, ended, envelope_for, publish, publish_raw

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
OUTCOMES = "SELECT state, split_part(error, ':', 1) AS error FROM inbox ORDER BY kafka_offset"


def a_request(uen: str, tenant_id: int = 1, **company: Any) -> RequestEnrichment:
    return RequestEnrichment(tenant_id=tenant_id, company=a_company(uen, **company))


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT $1::text", "a \0 in it"),
        ("SELECT jsonb_build_object('text', $1::text)", "a \0 in it"),
        ("SELECT ($1::text::jsonb)->>0", '["\\u0000"]'),
        ("SELECT $1::bigint", 2**63),
        ("SELECT $1::bigint[]", [2**63]),
        ("SELECT $1::timestamptz[]", [datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))]),
        ("SELECT ($1::bigint)::int", 2**40),
        ("SELECT $1::text::timestamptz", "300000-01-01"),
    ],
    ids=["NUL", "NUL in JSON", "escaped NUL", "beyond bigint", "in a list", "beyond UTC", "beyond int", "beyond time"],
)
async def test_values_that_the_database_cannot_hold_stop_no_service(
    statement: str, value: Any, toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """One producer sends them for three tenants, more than a run of each: dead letters, and the others are handled."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            if work.event.company.uen.startswith("ODD"):
                await tx.execute(statement, value)

    odd = [a_request(f"ODD{number}", tenant) for number in range(2 * RUN) for tenant in (1, 2, 3)]
    good = [a_request("GOOD", 4)]
    unfit: list[str] = []
    async with at_work(stage, database, kafka, unfit=unfit.append):
        await publish(kafka, [(event, envelope_for(event)) for event in odd + good])
        await ended(database, "toy", len(odd + good), within_s=30)
    assert unfit == []
    outcomes = Counter(tuple(row) for row in await owner.fetch(OUTCOMES))
    assert outcomes == {("dead", "ValueRefused"): len(odd), ("done", None): len(good)}


@pytest.mark.parametrize("kind", [{"chunk": 100}, {"batch": 100}, {}], ids=["chunk", "batch", "alone"])
async def test_an_event_that_our_own_code_cannot_read_keeps_no_other(
    kind: dict[str, int], toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """It is a dead letter at its first attempt; the others of its batch are handled."""

    class Fragile(RequestEnrichment):
        @model_validator(mode="after")
        def look(self) -> Self:
            return self if self.company.uen != "ODD" else {}["a bug"]

    stage = Stage("toy")

    @stage.handles(Fragile, **kind)
    async def take(work: Batch[Fragile] | Chunk[Fragile] | Work[Fragile]) -> None:
        pass

    events = [a_request(uen) for uen in ("A", "ODD", "B")]
    async with at_work(stage, database, kafka):
        await publish(kafka, [(event, envelope_for(event)) for event in events])
        await ended(database, "toy", 3, within_s=30)
    rows = await owner.fetch("SELECT key, state, attempts FROM inbox ORDER BY key")
    assert [tuple(row) for row in rows] == [(b"1:A", "done", 1), (b"1:B", "done", 1), (b"1:ODD", "dead", 1)]


async def test_a_time_with_an_odd_separator_is_read_at_work_as_at_intake(
    toy: str, owner: Owner, database: Database, kafka: str
) -> None:
    """Any one character may stand between date and time, also one that UTF-8 writes with two bytes."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, chunk=100)
    async def take(work: Chunk[RequestEnrichment]) -> None:
        pass

    event = a_request("A")
    headers = [*encode_headers(event, envelope_for(event), source="test"), ("ce_afresh", "2026-11-30é10:00Z".encode())]
    async with at_work(stage, database, kafka):
        await publish_raw(kafka, [(event.topic, b"1:A", encode_body(event), headers)])
        await publish(kafka, [(it, envelope_for(it)) for it in (a_request("B"), a_request("C"))])
        await ended(database, "toy", 3, within_s=30)
    assert {tuple(row) for row in await owner.fetch(OUTCOMES)} == {("done", None)}
