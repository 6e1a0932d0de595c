"""Times on the command line: ISO 8601, or an age such as `2h`."""

import re
from datetime import UTC, datetime, timedelta

import typer

from common.singapore.calendar import SINGAPORE

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d{1,5})([mhd])")

HELP = "ISO 8601, Singapore time unless it names a zone; or a time span before now, such as 30m, 2h or 7d."


def parse_moment(text: str) -> datetime:
    """Parses a time on the command line. Raises typer.BadParameter."""
    if span := _SPAN.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a time: use 2026-11-28, 2026-11-28T01:00+08:00 or 2h") from error
    return at if at.tzinfo else at.replace(tzinfo=SINGAPORE)


def parse_past(text: str) -> datetime:
    """Parses a time that must not be in the future. Raises typer.BadParameter."""
    at = parse_moment(text)
    if at > datetime.now(UTC):
        raise typer.BadParameter(f"{text} is in the future")
    return at


def in_singapore(at: datetime | None) -> str:
    """Formats a time for people."""
    return "-" if at is None else f"{at.astimezone(SINGAPORE):%Y-%m-%d %H:%M:%S}"
