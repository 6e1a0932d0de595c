"""How failures are sorted, once.

    LeadgenError
    ├── Unavailable     the database or the broker is down: wait, without limit; no attempt is counted
    │   └── OutcomeUnknown  it went away after it was sent a change: that may have been committed
    ├── Transient       may go well later: backoff per key, a bounded number of attempts, then dead letter
    ├── Permanent       will never go well: dead letter at once
    └── LeaseLost       another worker holds the event by now: drop what was done, quietly

Adapters subclass by meaning (`OdooUnreachable(Transient)`) and carry data as attributes. Whatever is none of these is
an unknown error: it is dead-lettered too, but a run of them stops the service.
"""


class LeadgenError(Exception):
    """Base of all errors of ours."""


class Unavailable(LeadgenError):
    """PostgreSQL or Kafka does not answer."""


class OutcomeUnknown(Unavailable):
    """The connection broke after a change was sent, before the answer: the change may have been committed."""


class Transient(LeadgenError):
    """Worth another attempt. `retry_after` is what the other side asked for, in seconds."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(LeadgenError):
    """Not worth another attempt."""


class LeaseLost(LeadgenError):
    """The lease ran out while the work went on, and someone else took the event."""


def printable(error: Exception | str) -> str:
    """The message as PostgreSQL and a Kafka header can hold it: whatever came from outside may be quoted in it."""
    text = error if isinstance(error, str) else str(error)
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")[:2000]
