"""A job that a request has left for the night."""

from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def left(owner: Owner, deliver, a_request, makers: int) -> UUID:
    """The job for the nine that a request has left."""
    request = a_request()
    await deliver(request)
    await deliver.announced()
    return UUID(str(request.request_id))
