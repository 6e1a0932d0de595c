"""Event ids: deterministic, so that repeats are recognised; sorted by time, so that the inbox has weekly partitions.

The layout is RFC 9562's: 48 bits of Unix milliseconds, then version and variant, then our own bits. A request
starts a chain with a version 7 id (random tail); everything that follows from it is version 8: the time of the
chain's start and a SHA-256 digest of cause, type and identity. The SQL function `derived_id` gives the same ids.
"""

import hashlib
import os
import time
from datetime import datetime
from uuid import UUID

from asyncpg.pgproto import pgproto

NO_REPLAY = UUID(int=0)


def new_id(at: datetime | None = None) -> UUID:
    """Creates a new id of version 7. No two are equal."""
    millis = int(at.timestamp() * 1000) if at else time.time_ns() // 1_000_000
    return _assemble(_moment(millis), os.urandom(10), version=7)


def derived_id(cause: UUID, event_type: str, identity: str) -> UUID:
    """Derives the id of an event of this type and identity from its cause. The same arguments give the same id."""
    begun = cause.bytes
    return _assemble(begun[:6], _digest(begun, event_type, identity), version=8)


def derivation(cause: UUID, event_type: str) -> tuple[str, bytes]:
    """Returns the arguments of SQL's `derived_id` besides an identity: the first digits and the digest's prefix."""
    return cause.hex[:12], b"\n".join((cause.bytes, event_type.encode(), b""))


def scheduled_id(at: datetime, event_type: str, identity: str) -> UUID:
    """Derives the id of something that happens once at a scheduled time, whoever triggers it and however often."""
    return _assemble(_moment(int(at.timestamp() * 1000)), _digest(b"", event_type, identity), version=8)


def age_s(given_id: str, now_s: float) -> float | None:
    """Returns the seconds from an id's time until `now_s` (Unix time), at least 0; `None` if it has no time."""
    if len(given_id) != 36 or given_id[14] not in "78":
        return None
    try:
        millis = int(given_id[:8] + given_id[9:13], 16)
    except ValueError:
        return None
    return max(0.0, now_s - millis / 1000)


def night_id(midnight: datetime, tenant_id: int) -> UUID:
    """Derives the id of a tenant's nightly run; `midnight` begins the night's date in Singapore."""
    return scheduled_id(midnight, "night", str(tenant_id))


def is_night_of(run_id: UUID, tenant_id: int) -> bool:
    """Whether this is the id of a nightly run of the tenant, of any night: the id contains its night."""
    return run_id == _assemble(run_id.bytes[:6], _digest(b"", "night", str(tenant_id)), version=8)


def _digest(cause: bytes, event_type: str, identity: str) -> bytes:
    return hashlib.sha256(b"\n".join((cause, event_type.encode(), identity.encode())), usedforsecurity=False).digest()


def _moment(millis: int) -> bytes:
    return (millis & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")


def _assemble(moment: bytes, tail: bytes, *, version: int) -> UUID:
    number = bytearray(moment + tail[:10])
    number[6] = number[6] & 0x0F | version << 4
    number[8] = number[8] & 0x0F | 0x80  # the variant takes two bits; a whole digit is simpler to set in SQL
    # asyncpg's UUID is a uuid.UUID that is made and printed several times faster, and every event has one.
    made: UUID = pgproto.UUID(bytes(number))
    return made
