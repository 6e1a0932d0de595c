"""Cursors: a position in a list and the moment as of which the list is read, as one opaque text. Pure.

A walk through a list begins with a page without a cursor. Every further page is of the list as it was at that moment,
so a company whose row changes meanwhile keeps its place: it comes once. A cursor is valid for `WALK`, since ended
versions of rows are deleted after `KEPT`.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, NamedTuple, TypeVar

from gateway.http.opaque_cursors import as_cursor, not_understood, text_of
from gateway.http.problems import Problem

#: How long ended versions are kept, and how long a cursor serves. The difference is for clocks that differ, and for
#: versions that were being written when the walk began.
KEPT = timedelta(hours=1)
WALK = timedelta(minutes=55)

MAX_ID = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Kind = Literal["candidates", "leads"]
Key = TypeVar("Key", float, datetime)


class Place(NamedTuple, Generic[Key]):
    """The position after a company: the value of the sort column, and the company's number."""

    key: Key
    company_id: int


class Walk(NamedTuple):
    """The moment as of which the list is read, by the database's clock, and the time of the first page, by ours."""

    as_of: datetime
    begun_at: datetime


def encode(kind: Kind, place: Place[float] | Place[datetime], walk: Walk) -> str:
    """Encodes a position as a cursor for the client."""
    key = _micros(place.key) if isinstance(place.key, datetime) else place.key
    text = f"{kind[0]}:{_micros(walk.as_of)}:{_micros(walk.begun_at)}:{key!r}:{place.company_id}"
    return as_cursor(text)


def decode_candidates(cursor: str, now: datetime) -> tuple[Place[datetime], Walk]:
    """Decodes a cursor of the candidates. Raises Problem 422 if it is invalid and 410 if it is too old."""
    key, company_id, walk = _parts("candidates", cursor, now)
    try:
        return Place(_moment(key), company_id), walk
    except (ValueError, OverflowError) as error:
        raise not_understood(cursor) from error


def decode_leads(cursor: str, now: datetime) -> tuple[Place[float], Walk]:
    """Decodes a cursor of the leads. Raises Problem 422 if it is invalid and 410 if it is too old."""
    key, company_id, walk = _parts("leads", cursor, now)
    try:
        score = float(key)
    except ValueError as error:
        raise not_understood(cursor) from error
    if not math.isfinite(score):
        raise not_understood(cursor)
    return Place(score, company_id), walk


def _parts(kind: Kind, cursor: str, now: datetime) -> tuple[str, int, Walk]:
    try:
        its, as_of, begun_at, key, company_id = text_of(cursor).split(":")
        number, walk = int(company_id), Walk(_moment(as_of), _moment(begun_at))
    except (ValueError, OverflowError) as error:
        raise not_understood(cursor) from error
    if its != kind[0] or not 0 <= number <= MAX_ID:
        raise not_understood(cursor)
    if now - walk.begun_at > WALK:
        minutes = WALK // timedelta(minutes=1)
        raise Problem(410, "Cursor expired", f"A cursor is valid for {minutes} minutes. Start again without one.")
    return key, number, walk


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _moment(micros: str) -> datetime:
    return EPOCH + int(micros) * MICROSECOND
