"""The calendar day in Singapore, by which budgets, nights and news are counted."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SINGAPORE = ZoneInfo("Asia/Singapore")


def day_in_singapore(now: datetime) -> date:
    """Returns the calendar day in Singapore at `now`, a time with a zone."""
    return now.astimezone(SINGAPORE).date()


def midnight_in_singapore(now: datetime) -> datetime:
    """Returns the beginning of the calendar day in Singapore at `now`, a time with a zone."""
    return datetime.combine(day_in_singapore(now), time(), SINGAPORE)
