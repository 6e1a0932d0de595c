"""W3C trace context (https://www.w3.org/TR/trace-context/): one trace from the chat message to the synced lead."""

import os
import re

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def new_traceparent() -> str:
    """The start of a trace."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def child_of(traceparent: str | None) -> str:
    """A new span of the same trace; a new trace where there is none, or none that can be read."""
    if traceparent is None or not _TRACEPARENT.fullmatch(traceparent):
        return new_traceparent()
    return f"{traceparent[:36]}{os.urandom(8).hex()}{traceparent[52:]}"


def trace_id(traceparent: str | None) -> str | None:
    """The trace's id, for logs."""
    return traceparent[3:35] if traceparent and _TRACEPARENT.fullmatch(traceparent) else None
