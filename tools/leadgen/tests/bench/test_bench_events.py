"""Common parts of benches: events on their way, and patience that ends."""

import pytest

from common.cloudevents import decode_headers
from common.contracts import RequestNightlyEnrichment
from common.delivery.inbox.intake import arrival
from leadgen.bench.harness.publishing import publish, record
from leadgen.bench.harness.waiting import TooLate, until
from testkit.stages import a_company, read_topic

EVENTS = [RequestNightlyEnrichment(tenant_id=2, company=a_company(f"2019{n:05}K")) for n in range(20)]


async def test_events_are_in_kafka_when_they_are_published(kafka: str) -> None:
    """All of them, each an event of its own, in the lane that was asked for."""
    await publish(kafka, EVENTS, "nightly")

    records = await read_topic(kafka, RequestNightlyEnrichment.topic)
    envelopes = [decode_headers(it.headers) for it in records]
    assert {it.key.decode() for it in records if it.key} == {event.key for event in EVENTS}
    assert len({it.event_id for it in envelopes}) == len(EVENTS)
    assert {(it.tenant_id, it.lane) for it in envelopes} == {(2, "nightly")}


def test_a_record_becomes_the_row_that_kafkas_own_would() -> None:
    """It can be read: event, tenant and lane, and where it stands."""
    made = record(EVENTS[0], "nightly", 7)

    row = arrival(made)

    assert row.flaw is None
    assert (row.event_id, row.tenant_id, row.lane) == (made.event_id, 2, "nightly")
    assert (row.topic, row.partition, row.offset) == (RequestNightlyEnrichment.topic, 1, 7)


async def test_what_is_waited_for_is_returned_when_it_is_so() -> None:
    """After as many looks as it takes."""
    seen = iter([1, 2, 3, 4])

    async def look() -> int:
        return next(seen)

    assert await until(look, lambda it: it >= 3, within_s=20, every_s=0) == 3
    assert next(seen) == 4


async def test_patience_ends_with_what_was_seen_last() -> None:
    """Which the bench can tell of."""

    async def look() -> str:
        return "nothing yet"

    with pytest.raises(TooLate, match="nothing yet") as late:
        await until(look, lambda it: it == "all", within_s=0)

    assert late.value.last == "nothing yet"
