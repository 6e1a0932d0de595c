"""Pages of a list as the database returns them: items in JSON, and the position after the last one.

A page is one statement (statements.py). It reads one table, whose rows have their items (items.py): to make them from
rows, here or in PostgreSQL, would take longer than finding them.
"""

import json
from datetime import datetime
from typing import Any, Generic, NamedTuple

from common.postgres import Connection
from gateway.lists.cursors import Key, Kind, Place, Walk, encode
from gateway.lists.items import Item, made_now

#: The most items of a page, and their usual number.
MAX_LIMIT = 200
LIMIT = 20


class Page(NamedTuple, Generic[Key]):
    """Items as the inside of a JSON array, and the position after the last; `None` at the end of the list."""

    items: str
    end: Place[Key] | None
    walk: Walk


async def page_by(
    connection: Connection,
    sql: str,
    item: Item,
    tenant_id: int,
    place: Place[Any],
    walk: Walk | None,
    limit: int,
    *further: object,
    now: datetime,
) -> Page[Any]:
    """Reads a page by a statement of `ListStatements`. `further` are its parameters from $6 on."""
    # One row more than fits, if the list continues.
    found = await connection.fetchrow(
        sql, *place, None if walk is None else walk.as_of, limit + 1, str(tenant_id), *further
    )
    if found is None or found["as_of"] is None:
        return Page("", None, walk or Walk(now, now))  # no page follows, so nothing is read as of then
    as_of, items, last_key, last_id, continues, unmade = found
    if unmade is not None:
        items = ",".join(await made_now(connection, tenant_id, item, unmade, as_of))
    end = Place(last_key, last_id) if continues else None
    return Page(items, end, Walk(as_of, now if walk is None else walk.begun_at))


def as_json(page: Page[Any], kind: Kind, *, items: str = "items", cursor: str = "nextCursor") -> str:
    """Builds the body of the answer, with these names for its two fields."""
    after = None if page.end is None else encode(kind, page.end, page.walk)
    return f'{{"{items}":[{page.items}],"{cursor}":{json.dumps(after)}}}'
