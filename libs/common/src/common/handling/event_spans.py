"""Opens a span for each event that a handler works on, as a child of the span that announced the event."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from common.handling.work import Item
from common.observability import tracing


@contextmanager
def event_spans(items: Sequence[Item[Any]], stage: str) -> Iterator[Sequence[Item[Any]]]:
    """Yields items whose announcements belong to their spans. Items of traces that are not sampled do not change.

    What the handler does for all of them, such as statements, belongs to the first span.
    """
    chosen = [item for item in items if tracing.is_chosen(item.envelope.traceparent, "consumer")]
    if not chosen:
        yield items
        return
    beginnings = [
        tracing.Beginning(
            f"{stage} {item.event.topic}",
            "consumer",
            item.envelope.traceparent,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": item.event.topic,
                "messaging.message.id": str(item.event_id),
                "messaging.batch.message_count": len(items),
                "leadgen.tenant_id": item.event.tenant_id,
                "leadgen.lane": item.lane,
            },
        )
        for item in chosen
    ]
    with tracing.spans(beginnings) as traceparents:
        traced = {
            id(item): replace(item, envelope=item.envelope._replace(traceparent=traceparent))
            for item, traceparent in zip(chosen, traceparents, strict=True)
        }
        yield [traced.get(id(item), item) for item in items]
