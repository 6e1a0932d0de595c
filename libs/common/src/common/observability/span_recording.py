"""Records spans with OpenTelemetry and sends them to a collector by OTLP over HTTP. Imported only if it is configured.

Statements and HTTP calls are recorded as parts of a request or an event. What a service does by itself, such as looking
for work, is not. No trace leaves by our calls: vendors and Odoo get no header.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]  # not re-exported
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, Tracer

from common.observability import tracing
from common.observability.tracing import Beginning, trace_id

_KINDS = {"server": SpanKind.SERVER, "consumer": SpanKind.CONSUMER, "client": SpanKind.CLIENT}
#: Spans that wait to be sent; more of them are dropped.
_QUEUE, _BATCH, _EVERY_MS = 8192, 512, 2000


class _RequestsAndEvents(Sampler):
    """Samples traces that begin with requests and events only, as `tracing.is_chosen` has decided before."""

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Any = None,
        links: Sequence[trace.Link] | None = None,
        trace_state: Any = None,
    ) -> SamplingResult:
        is_begun_here = kind in (SpanKind.SERVER, SpanKind.CONSUMER)
        return SamplingResult(Decision.RECORD_AND_SAMPLE if is_begun_here else Decision.DROP, attributes)

    def get_description(self) -> str:
        return "requests and events"


class _StatementsOfRecordedWork(AsyncPGInstrumentor):
    """Instruments only statements inside a recorded span, which are few: describing a statement costs time."""

    _instance = None  # the library keeps one instance, which a subclass would share

    def _do_execute(self, statement: Any, instance: Any, arguments: Any, options: Any) -> Any:
        return _recorded_alone(super()._do_execute, statement, instance, arguments, options)

    def _do_cursor_execute(self, statement: Any, instance: Any, arguments: Any, options: Any) -> Any:
        return _recorded_alone(super()._do_cursor_execute, statement, instance, arguments, options)

    def _do_prepared_execute(self, statement: Any, instance: Any, arguments: Any, options: Any) -> Any:
        return _recorded_alone(super()._do_prepared_execute, statement, instance, arguments, options)


def _recorded_alone(wrapped: Any, statement: Any, instance: Any, arguments: Any, options: Any) -> Any:
    """Runs a statement, with a span if it is inside a recorded one. Returns an awaitable."""
    if trace.get_current_span().is_recording():
        return wrapped(statement, instance, arguments, options)
    return statement(*arguments, **options)


class _QuietTracer(Tracer):
    """Leaves texts of errors out of spans: they may quote data, as PostgreSQL does with the values of a row."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_span(self, *arguments: Any, **options: Any) -> Span:
        quiet = {**options, "record_exception": False, "set_status_on_exception": False}
        return self._tracer.start_span(*arguments, **quiet)

    @contextmanager
    def start_as_current_span(self, *arguments: Any, **options: Any) -> Iterator[Span]:  # type: ignore[override]  # all options go on
        quiet = {**options, "record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(*arguments, **quiet) as span:
            yield span


class _QuietProvider(trace.TracerProvider):
    """Provides tracers without texts of errors to libraries."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, *arguments: Any, **options: Any) -> Tracer:
        return _QuietTracer(self._provider.get_tracer(*arguments, **options))


@contextmanager
def recorded(service: str, endpoint: str, share: float, nightly_share: float) -> Iterator[None]:
    """Records spans and sends them to the collector at `endpoint`; at the end sends the rest, for 5 s at most.

    The shares are those of requests, and of events that no request led to: of these a night has many.
    """
    provider = TracerProvider(
        resource=Resource({SERVICE_NAME: service}),
        sampler=ParentBased(_RequestsAndEvents()),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter, _QUEUE, _EVERY_MS, _BATCH))
    asyncpg: BaseInstrumentor = _StatementsOfRecordedWork()  # type: ignore[no-untyped-call]  # the library has no types there
    instrumentors = [asyncpg, HTTPXClientInstrumentor()]
    propagator = get_global_textmap()
    set_global_textmap(CompositePropagator([]))
    for each in instrumentors:
        each.instrument(tracer_provider=_QuietProvider(provider))
    tracing.recording.shares = {"server": share, "consumer": nightly_share}
    tracing.recording.begin = partial(_begin, provider.get_tracer("leadgen"))
    try:
        yield
    finally:
        tracing.recording.begin = None
        for each in instrumentors:
            each.uninstrument()
        set_global_textmap(propagator)
        provider.shutdown()


def _begin(tracer: Tracer, beginning: Beginning) -> Span:
    """Begins a span in the trace of its parent, else of the current span. Requests and events begin a new trace."""
    parent, context = beginning.parent, None
    if parent is not None and trace_id(parent) is not None:
        flags = TraceFlags(int(parent[53:55], 16))
        remote = SpanContext(int(parent[3:35], 16), int(parent[36:52], 16), is_remote=True, trace_flags=flags)
        context = trace.set_span_in_context(NonRecordingSpan(remote), Context())
    elif beginning.kind in tracing.recording.shares:
        context = Context()
    return tracer.start_span(
        beginning.name, context, kind=_KINDS[beginning.kind], attributes=dict(beginning.attributes)
    )
