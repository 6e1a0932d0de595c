"""Pages of a list as the database returns them: items that are JSON already, and the position behind the last one.

PostgreSQL writes the items, all of them as one text: making 200 of them from rows here would take longer than finding
them. A page is one statement that sets its own tenant, so it takes one round trip and not three.
"""

import json
from datetime import datetime
from typing import Any, Generic, NamedTuple

from common.postgres import Connection
from gateway.lists.cursors import Key, Kind, Place, Walk, encode

#: The most items of a page, and their usual number.
MAX_LIMIT = 200
LIMIT = 20

# $1 and $2 are the position, $3 the moment of the walk, $4 the number of rows, $5 the tenant.
#: How a statement begins that reads a page. Whatever reads a tenant's rows does so LATERAL to `walk`: it runs when the
#: tenant is set. A statement that did not would find no row. $3 is NULL on a walk's first page: the walk begins with
#: the newest version that there is.
WALKED = """
    WITH acting AS MATERIALIZED (
        SELECT set_config('request.tenant_id', $5, true)::int AS tenant_id
    ), walk AS MATERIALIZED (
        SELECT coalesce($3::timestamptz, (SELECT at FROM list_clocks WHERE tenant_id = acting.tenant_id), 'epoch')
                   AS as_of
          FROM acting
    ), """


def ending(key: str, item: str, sources: str) -> str:
    """Builds the end of a statement: one row with the items of `page`, and the place behind the last of them.

    `page` has one row more than fits if the list continues. `key` is the column that the list is sorted by.
    """
    return f"""
    , numbered AS MATERIALIZED (
        SELECT page.*, row_number() OVER (ORDER BY {key} DESC, company_id DESC) AS nth FROM page
    )
    SELECT (SELECT as_of FROM walk) AS as_of,
           (SELECT {key} FROM numbered WHERE nth = $4 - 1 AND EXISTS (SELECT FROM numbered WHERE nth = $4)) AS key,
           (SELECT company_id FROM numbered WHERE nth = $4 - 1) AS company_id,
           (SELECT string_agg(item, ',' ORDER BY nth)
              FROM (SELECT nth, (SELECT row_to_json(item)::text FROM (SELECT {item}) AS item) AS item
                      FROM numbered AS page {sources}
                     WHERE nth < $4) AS made) AS items
"""


class Page(NamedTuple, Generic[Key]):
    """Items as the inside of a JSON array, and the position behind the last; `None` at the end of the list."""

    items: str
    end: Place[Key] | None
    walk: Walk


async def page_by(
    connection: Connection,
    statement: str,
    tenant_id: int,
    place: Place[Any],
    walk: Walk | None,
    limit: int,
    *further: object,
    now: datetime,
) -> Page[Any]:
    """Reads a page by a statement that begins with `WALKED`. `further` are its parameters from $6 on."""
    as_of = None if walk is None else walk.as_of
    row = await connection.fetchrow(statement, *place, as_of, limit + 1, str(tenant_id), *further)
    found: dict[str, Any] = dict(row or {})
    end = None if found["key"] is None else Place(found["key"], found["company_id"])
    return Page(found["items"] or "", end, Walk(found["as_of"], now if walk is None else walk.begun_at))


def as_json(page: Page[Any], kind: Kind, *, items: str = "items", cursor: str = "nextCursor") -> str:
    """Builds the body of the answer, with these names of its two fields."""
    after = None if page.end is None else encode(kind, page.end, page.walk)
    return f'{{"{items}":[{page.items}],"{cursor}":{json.dumps(after)}}}'
