"""Retry-After, as servers send it and as they should not."""

from datetime import UTC, datetime, timedelta

import pytest

from common.http.retry_after import retry_after


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "999999999"}, 86400),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(headers: dict[str, str], wait: float | None) -> None:
    """Seconds, milliseconds, a date; a day at most; nonsense is no wish."""
    found = retry_after(headers, now=datetime(2026, 11, 22, 12, tzinfo=UTC))

    assert found == (None if wait is None else timedelta(seconds=wait))
