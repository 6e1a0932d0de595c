"""Removes what is forgotten from messages before they enter an inbox: topics keep it until their retention ends."""

from collections.abc import Sequence

from common.delivery.inbox.rows import Arrival
from common.forgotten.digests import ForgottenList
from common.forgotten.redaction import redacted_body

#: The header of an inbox row whose body differs from its message, as the audit knows it.
MARK = '["ce_redacted","1"]'


def redacted(arrivals: Sequence[Arrival], forgotten: ForgottenList) -> Sequence[Arrival]:
    """Removes what is forgotten from the bodies, and marks the messages that it changed."""
    return [_redacted(it, forgotten) for it in arrivals] if forgotten else arrivals


def marked(headers: str) -> str:
    """Returns packed headers with the mark, once."""
    if MARK in headers:
        return headers
    return f"[{MARK}]" if headers == "[]" else f"{headers[:-1]},{MARK}]"


def _redacted(arrival: Arrival, forgotten: ForgottenList) -> Arrival:
    if not arrival.value:
        return arrival
    body = redacted_body(arrival.value, forgotten)
    return arrival if body == arrival.value else arrival._replace(value=body, headers=marked(arrival.headers))
