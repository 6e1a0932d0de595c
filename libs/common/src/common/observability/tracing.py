"""W3C trace context (https://www.w3.org/TR/trace-context/): one trace from the chat message to the synced lead.

Every event carries its trace, whether spans are recorded or not: logs name it. `span_recording` has spans recorded;
then the header that an event gets is that of the span which announced it.
"""

import os
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Kind = Literal["server", "consumer", "client"]


class _Recording:
    """The function that begins spans while they are recorded; `span_recording` sets it."""

    begin: "Callable[[Beginning], Span] | None" = None
    #: The share of traces that are chosen, by the kind of the span that begins them.
    shares: Mapping[Kind, float] = {}


recording = _Recording()


class Beginning(NamedTuple):
    """Parameters of a span. `parent` is a traceparent; without one it is a child of the current span, if any."""

    name: str
    kind: Kind
    parent: str | None = None
    attributes: Mapping[str, str | int] = {}


def new_traceparent(*, is_chosen: bool = True) -> str:
    """Begins a trace. One that is not sampled is recorded nowhere."""
    ids = os.urandom(24).hex()  # of the trace and the span: one call of the system
    return f"00-{ids[:32]}-{ids[32:]}-0{int(is_chosen)}"


def is_chosen(traceparent: str | None, kind: Kind) -> bool:
    """Whether a span with this parent is to be recorded. For a new trace, chance decides, by the share of its kind."""
    if recording.begin is None:
        return False
    if traceparent is not None and _TRACEPARENT.fullmatch(traceparent):
        return int(traceparent[53:55], 16) & 1 == 1
    return random.random() < recording.shares.get(kind, 0)  # noqa: S311 # chance, no secret


def child_of(traceparent: str | None) -> str:
    """Returns a new span of the same trace; of a new trace if there is none, or it cannot be parsed.

    While spans are recorded, `traceparent` is that of a recorded span, and what follows is a child of it.
    """
    if traceparent is None or not _TRACEPARENT.fullmatch(traceparent):
        return new_traceparent(is_chosen=recording.begin is None)
    if recording.begin is not None:
        return traceparent
    return f"{traceparent[:36]}{os.urandom(8).hex()}{traceparent[52:]}"


def trace_id(traceparent: str | None) -> str | None:
    """Returns the trace's id, for logs."""
    return traceparent[3:35] if traceparent and _TRACEPARENT.fullmatch(traceparent) else None


@contextmanager
def spans(beginnings: Sequence[Beginning]) -> Iterator[list[str | None]]:
    """Records spans of the same work side by side; the first is current meanwhile. An error marks all as failed.

    Yields the traceparent of each. While nothing is recorded, that is the one given.
    """
    begin = recording.begin
    if begin is None:
        yield [each.parent for each in beginnings]
        return
    from opentelemetry import trace

    begun = [begin(each) for each in beginnings]
    try:
        with ExitStack() as current:
            if begun:
                current.enter_context(
                    trace.use_span(begun[0], record_exception=False, set_status_on_exception=False, end_on_exit=False)
                )
            yield [_traceparent_of(span) for span in begun]
    except BaseException as error:
        for span in begun:  # the kind alone: an error may quote what is private
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        for span in begun:
            span.end()


def _traceparent_of(span: "Span") -> str:
    """Builds the span's W3C `traceparent` header."""
    it = span.get_span_context()
    return f"00-{it.trace_id:032x}-{it.span_id:016x}-{it.trace_flags & 1:02x}"


@contextmanager
def span(name: str, kind: Kind, **attributes: str | int) -> Iterator[None]:
    """Records a part of the current span's work."""
    with spans([Beginning(name, kind, attributes=attributes)]):
        yield


def note(name: str, attributes: Mapping[str, str | int]) -> None:
    """Renames the current span, for a name that is known late, and adds attributes."""
    if recording.begin is None:
        return
    from opentelemetry import trace

    current = trace.get_current_span()
    current.update_name(name)
    current.set_attributes(dict(attributes))
