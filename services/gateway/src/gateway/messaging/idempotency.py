"""Request ids that a repeat shares: equal keys and contents give equal ids, by which consumers recognise repeats.

The key (header `Idempotency-Key`) is a UUID of version 7, whose time becomes the id's own: inboxes are cut by time. The
content is part of the id, so a key that is used for something else by mistake makes another request, and hides none.
"""

import json
import time
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from common.contracts import RequestIndustry
from common.ids import derived_id

#: Ages of a key for which a repeat is recognised; inboxes remember events for longer.
OLDEST = timedelta(hours=24)
#: How far a client's clock may be ahead.
NEWEST = timedelta(minutes=5)


def _recent_version_7(key: UUID) -> UUID:
    age_s = time.time() - int.from_bytes(key.bytes[:6], "big") / 1000
    if key.version != 7 or not -NEWEST.total_seconds() <= age_s <= OLDEST.total_seconds():
        raise ValueError("expected a UUID of version 7 (RFC 9562), created within the last 24 hours")
    return key


Key = Annotated[UUID, AfterValidator(_recent_version_7)]


def request_id(key: UUID, tenant_id: int, *content: object) -> UUID:
    """Derives the id of a tenant's request from its key and JSON content."""
    return derived_id(key, RequestIndustry.topic, json.dumps([tenant_id, *content]))
