"""The Retry-After header of an HTTP answer (RFC 9110, 10.2.3): the wait that the other side asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST_WAIT = timedelta(days=1)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Reads the time to wait: seconds, a date, or Retry-After-Ms; a day at most. `None` if there is no valid one.

    `headers` are looked up in lower case.
    """
    asked = headers.get("retry-after", "").strip()
    try:
        if millis := headers.get("retry-after-ms", "").strip():
            wait = timedelta(milliseconds=float(millis))
        elif asked[:1].isdigit():
            wait = timedelta(seconds=float(asked))
        else:
            date = parsedate_to_datetime(asked)
            wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
