"""Maximum ages of cached answers and visits. Pure, except for the clock."""

from datetime import UTC, datetime, timedelta


def fresh_within(limit: timedelta, afresh: datetime | None) -> timedelta:
    """Returns `limit`, or less in a rerun that uses nothing from before `afresh`; its own answers are fresh."""
    return limit if afresh is None else max(timedelta(0), min(limit, datetime.now(UTC) - afresh))
