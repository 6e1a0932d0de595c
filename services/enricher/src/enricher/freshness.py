"""The age up to which kept answers and visits are used again. Pure, but for the clock."""

from datetime import UTC, datetime, timedelta


def fresh_within(limit: timedelta, afresh: datetime | None) -> timedelta:
    """Returns `limit`, or less in a rerun that uses nothing from before `afresh`; what it bought itself is fresh."""
    return limit if afresh is None else max(timedelta(0), min(limit, datetime.now(UTC) - afresh))
