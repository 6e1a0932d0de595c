"""Exports a whole list as CSV in bounded memory, with one statement per batch.

All batches are of the list as it was when the export began. If the database goes away meanwhile, or the client is so
slow that the list as it was is no longer kept, the connection ends without the last chunk: the client knows by that
that its file is incomplete.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from fastapi.responses import StreamingResponse

from common.postgres import Connection, Database
from gateway.http.spreadsheets import as_csv
from gateway.lists.cursors import WALK, Place, Walk
from gateway.lists.pages import Page

#: Rows of a batch.
BATCH = 500


class ExportTooSlow(RuntimeError):
    """The client read so slowly that this state of the list is no longer available."""


#: Reads the page behind a position of a walk; with neither, the first.
Read: TypeAlias = Callable[[Connection, Place[Any] | None, Walk | None], Awaitable[Page[Any]]]


async def csv_answer(
    database: Database, tenant_id: int, columns: Sequence[str], read: Read, name: str
) -> StreamingResponse:
    """Builds the answer. It reads the first batch before, so that an error becomes a normal error answer."""
    async with database.read(tenant_id) as connection:
        first = await read(connection, None, None)
    return StreamingResponse(
        _chunks(database, tenant_id, columns, read, first),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _chunks(
    database: Database, tenant_id: int, columns: Sequence[str], read: Read, page: Page[Any]
) -> AsyncIterator[str]:
    yield as_csv(columns, json.loads(f"[{page.items}]"))
    while page.end is not None:
        if page.walk is not None and datetime.now(UTC) - page.walk.begun_at > WALK:
            raise ExportTooSlow(f"{WALK} after its beginning an export may lack rows that have changed meanwhile")
        async with database.read(tenant_id) as connection:
            page = await read(connection, page.end, page.walk)
        yield as_csv(columns, json.loads(f"[{page.items}]"), heading=False)
