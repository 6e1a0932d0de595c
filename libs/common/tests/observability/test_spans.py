"""Spans of events and requests, as a collector on loopback gets them: one trace, and no more than belongs to it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from common.cloudevents import Envelope
from common.contracts import CompanyEnriched, Event, RequestEnrichment, Site
from common.errors import Permanent
from common.handling.stage import Stage
from common.handling.work import Batch, Work
from common.http.request_spans import RequestSpans
from common.ids import new_id
from common.observability import tracing
from common.observability.span_recording import recorded
from common.postgres import Database
from testkit.servers.otlp_collector import Collector, Seen, otlp_collector
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic, until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that all spans of this process go to."""
    with otlp_collector() as running:
        yield running


def an_event(uen: str = "201912345K") -> RequestEnrichment:
    return RequestEnrichment(tenant_id=1, company=a_company(uen))


def a_result(event: RequestEnrichment) -> CompanyEnriched:
    """Builds the event that the toy stage announces."""
    site = Site(outcome="no_site_known")
    at = datetime(2026, 11, 30, tzinfo=UTC)
    return CompanyEnriched(
        tenant_id=1, company=event.company, site=site, contacts=[], degraded_reasons=[], enriched_at=at
    )


async def arrived(collector: Collector, name: str, count: int = 1) -> list[Seen]:
    """The spans of this name, once there are as many."""

    async def are_there() -> list[Seen]:
        found = [span for span in collector.spans if span.name == name]
        return found if len(found) >= count else []

    return await until(are_there)


def envelope(event: Event, event_id: UUID | None = None, traceparent: str | None = TRACEPARENT) -> Envelope:
    return envelope_for(event, event_id)._replace(traceparent=traceparent)


async def test_an_event_is_a_span_between_what_announced_it_and_what_it_announces(
    toy: str, database: Database, kafka: str, collector: Collector
) -> None:
    """The statements of its handler are parts of it; those of the service itself are no spans."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute("INSERT INTO toys VALUES (1, $1)", work.event.company.uen)
            work.announce(a_result(work.event))

    event = an_event()
    with recorded("toy", collector.url, 1, 1):
        async with at_work(stage, database, kafka):
            await publish(kafka, [(event, envelope(event))])
            await ended(database, "toy", 1)
            [message] = await read_topic(kafka, CompanyEnriched.topic)
    [span] = await arrived(collector, f"toy {RequestEnrichment.topic}")

    assert (span.service, span.kind, span.trace_id, span.parent) == ("toy", "consumer", TRACE, PARENT)
    assert span.attributes["messaging.destination.name"] == RequestEnrichment.topic
    assert span.attributes["leadgen.lane"] == "interactive"
    assert not span.is_failed
    assert dict(message.headers)["traceparent"] == f"00-{TRACE}-{span.span_id}-01".encode()
    others = [it for it in collector.spans if it.span_id != span.span_id]
    assert {it.parent for it in others} == {span.span_id}
    assert any("INSERT INTO toys" in it.attributes.get("db.statement", "") for it in others)


async def test_events_handled_together_keep_their_own_traces(
    toy: str, database: Database, kafka: str, collector: Collector
) -> None:
    """Each has a span in its trace, and what it announces follows from that."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment, batch=10)
    async def take(work: Batch[RequestEnrichment]) -> None:
        for item in work.items:
            work.announce(a_result(item.event), item)

    traces = [f"{n:032x}" for n in (1, 2, 3)]
    events = [an_event(f"20191234{n}K") for n in (1, 2, 3)]
    with recorded("toy", collector.url, 1, 1):
        await publish(
            kafka,
            [
                (event, envelope(event, new_id(), f"00-{trace}-{PARENT}-01"))
                for event, trace in zip(events, traces, strict=True)
            ],
        )
        async with at_work(stage, database, kafka):
            await ended(database, "toy", 3)
            messages = await read_topic(kafka, CompanyEnriched.topic)
    spans = await arrived(collector, f"toy {RequestEnrichment.topic}", 3)

    assert {(it.trace_id, it.parent) for it in spans} == {(trace, PARENT) for trace in traces}
    announced = {dict(message.headers)["traceparent"].decode() for message in messages}
    assert announced == {f"00-{it.trace_id}-{it.span_id}-01" for it in spans}


async def test_an_event_that_fails_is_a_failed_span_that_quotes_nothing(
    toy: str, database: Database, kafka: str, collector: Collector
) -> None:
    """The kind of the error is known, its text is in the log alone."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        raise Permanent("mary.tan@acme.example cannot be enriched")

    event = an_event()
    with recorded("toy", collector.url, 1, 1):
        async with at_work(stage, database, kafka):
            await publish(kafka, [(event, envelope(event))])
            await ended(database, "toy", 1)
    [span] = await arrived(collector, f"toy {RequestEnrichment.topic}")

    assert (span.is_failed, span.error, span.events) == (True, "Permanent", 0)


async def test_a_statement_that_fails_is_a_failed_span_that_quotes_nothing(
    toy: str, database: Database, kafka: str, collector: Collector, owner: Any
) -> None:
    """PostgreSQL's errors name the values of the row."""
    await owner.execute("ALTER TABLE toys ADD CHECK (uen <> '201912345K')")
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish() as tx:
            await tx.execute("INSERT INTO toys VALUES (1, $1)", work.event.company.uen)

    event = an_event()
    with recorded("toy", collector.url, 1, 1):
        async with at_work(stage, database, kafka):
            await publish(kafka, [(event, envelope(event))])
            await ended(database, "toy", 1)
    [handling] = await arrived(collector, f"toy {RequestEnrichment.topic}")
    [span] = [it for it in collector.spans if it.is_failed and it.parent == handling.span_id]

    assert (span.kind, span.error, span.events) == ("client", "", 0)


@pytest.mark.parametrize(
    ("traceparent", "share"), [(f"00-{TRACE}-{PARENT}-00", 1.0), (None, 0.0)], ids=["not chosen before", "no share"]
)
async def test_a_trace_that_is_not_chosen_is_recorded_by_nobody(
    toy: str, database: Database, kafka: str, collector: Collector, traceparent: str | None, share: float
) -> None:
    """The choice is made once, where the trace begins, and goes on in the headers."""
    stage = Stage("toy")

    @stage.handles(RequestEnrichment)
    async def take(work: Work[RequestEnrichment]) -> None:
        async with work.finish():
            work.announce(a_result(work.event))

    event = an_event()
    with recorded("toy", collector.url, 1, share):
        async with at_work(stage, database, kafka):
            await publish(kafka, [(event, envelope(event, traceparent=traceparent))])
            await ended(database, "toy", 1)
            [message] = await read_topic(kafka, CompanyEnriched.topic)

    assert collector.spans == []  # what was to be sent is sent when the recording ends
    assert dict(message.headers)["traceparent"].endswith(b"-00")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that answers with the header that it got."""

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.headers.get("traceparent", "none"))

    app = RequestSpans(Starlette(routes=[Route("/leads/{uen}", answer), Route("/livez", answer)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as given:
        yield given


@pytest.mark.parametrize("given", [TRACEPARENT, None, "nonsense"])
async def test_a_request_is_a_span_that_its_events_follow_from(
    collector: Collector, client: httpx.AsyncClient, given: str | None
) -> None:
    """In the caller's trace if it has one, or else in a new one."""
    with recorded("gateway", collector.url, 1, 0):
        inner = (await client.get("/leads/1", headers={} if given is None else {"traceparent": given})).text
        assert tracing.child_of(inner) == inner
        await client.get("/livez")
    [span] = [it for it in collector.spans if it.kind == "server"]

    assert inner == f"00-{span.trace_id}-{span.span_id}-01"
    assert (span.trace_id == TRACE, span.parent) == ((True, PARENT) if given == TRACEPARENT else (False, ""))
    assert span.attributes["http.response.status_code"] == "200"


async def test_without_a_recording_nothing_changes(client: httpx.AsyncClient) -> None:
    """The header goes through, an event gets a new span id of the same trace, and no span costs anything."""
    assert (await client.get("/leads/1", headers={"traceparent": TRACEPARENT})).text == TRACEPARENT
    assert (await client.get("/leads/1")).text == "none"
    following = tracing.child_of(TRACEPARENT)
    assert following != TRACEPARENT
    assert following[:36] == TRACEPARENT[:36]


async def test_a_collector_that_is_away_holds_up_nobody(client: httpx.AsyncClient) -> None:
    """Its spans are lost; the request is answered, and the recording ends within its time."""
    with otlp_collector() as gone:
        address = gone.url
    with recorded("gateway", address, 1, 1):
        answer = await client.get("/leads/1")
    assert answer.status_code == 200


async def test_statements_outside_a_recorded_span_are_not_described(owner: Any, collector: Collector) -> None:
    """They run as without a recording: to describe each cost more processor time than to run it."""

    def statement() -> Any:
        return owner.fetchval("SELECT 1")

    plain = statement()
    with recorded("toy", collector.url, 1, 1):
        outside = statement()
        with tracing.spans([tracing.Beginning("work", "consumer")]):
            inside = statement()
            assert [await each for each in (plain, outside, inside)] == [1, 1, 1]
    assert outside.__qualname__ == plain.__qualname__ == "Connection.fetchval"
    assert inside.__qualname__ != plain.__qualname__
