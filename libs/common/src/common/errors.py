"""Errors by meaning: what a failure says about the next attempt.

    LeadgenError
    ├── Unavailable     the database or the broker is down: wait, without limit; no attempt is counted
    │   └── OutcomeUnknown  it went away after it was sent a change: that may have been committed
    ├── Transient       may go well later: backoff, as patient as the handler's RetryStrategy, then dead letter
    ├── Permanent       will never go well: dead letter at once
    │   ├── ConstraintViolated  the database refuses what the event asks for
    │   └── ValueRefused        the database cannot hold a value: a NUL in a text, a number or time out of range
    └── LeaseLost       another worker holds the event by now: drop what was done, quietly

Adapters subclass by meaning (`OdooUnreachable(Transient)`) and carry data as attributes. Any other exception is an
unknown error: it is dead-lettered too, but a run of them pauses the tenant or stops the service.
"""

from typing import Literal, TypeAlias

#: What a Transient is about: this event alone, or a remote system that all events of its tenant need.
Scope: TypeAlias = Literal["event", "tenant"]


class LeadgenError(Exception):
    """Base of all errors of Leadgen."""


class Unavailable(LeadgenError):
    """PostgreSQL or Kafka does not answer."""


class OutcomeUnknown(Unavailable):
    """The connection broke after a change was sent, before the answer: the change may have been committed."""


class Transient(LeadgenError):
    """A failure that may pass. `retry_after` is the wait in seconds that the other side asked for.

    With the scope "event" (the default) the event rests, and its key with it. Raise it with the scope "tenant" where a
    remote system of the tenant is away, so that its other events would fail in the same way:

        class OdooUnavailable(Transient):
            def __init__(self, message: str, *, retry_after: float | None = None) -> None:
                super().__init__(message, retry_after=retry_after, scope="tenant")

    Then the service claims no event of that tenant, of any topic or lane, until the backoff is over; one event is then
    the probe. If it fails in the same way, the pause continues; if not, all are claimed again. Waiting events cost
    nothing and are not touched; only the events that were tried count a failure. `pauses.read` lists paused tenants.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, scope: Scope = "event") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.scope: Scope = scope


class Permanent(LeadgenError):
    """A failure that another attempt would repeat."""


class ConstraintViolated(Permanent):
    """A constraint of the database refuses the change. `constraint` is its name, or the column's that is NULL."""

    def __init__(self, message: str, *, constraint: str) -> None:
        super().__init__(message)
        self.constraint = constraint


class ValueRefused(Permanent):
    """The database cannot hold a value of the change."""


class LeaseLost(LeadgenError):
    """The lease ended during the work, and another worker claimed the event."""


def printable(error: Exception | str) -> str:
    """Returns the message in a form that PostgreSQL and a Kafka header can hold: it may quote any text from outside."""
    text = error if isinstance(error, str) else str(error)
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")[:2000]
