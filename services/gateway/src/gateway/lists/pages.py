"""Pages of a list as the database returns them: items that are JSON already, and the position behind the last one.

A page is one statement that sets its own tenant, so it takes one round trip and not three. It reads one table, whose
rows have their items (items.py): to make them from rows, here or in PostgreSQL, would take longer than finding them.
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
    )"""


def statement(key: str, select: str) -> str:
    """Builds the statement whose page `select` reads, with the items. `key`: the column that the list is sorted by."""
    return (
        f"{WALKED} SELECT as_of, {key}, company_id, item FROM ({select}) AS page ORDER BY {key} DESC, company_id DESC"
    )


def statement_in_two_steps(key: str, item: Item, with_page: str) -> str:
    """Builds the statement that continues `WALKED` with `page`, whose rows know their `version`, and reads their items.

    It finds its page in an index that has all that is asked for, and reads only the page's rows from the table. Where
    several indexes would do, PostgreSQL takes the right one only if it needs nothing of the table.
    """
    return f"""{WALKED}{with_page}
    SELECT page.as_of, page.{key}, page.company_id, listed.item
      FROM page CROSS JOIN LATERAL (
           SELECT {item} AS item FROM listed_companies
            WHERE tenant_id = tenant() AND company_id = page.company_id AND updated_at = page.version LIMIT 1) AS listed
     ORDER BY page.{key} DESC, page.company_id DESC"""


class Page(NamedTuple, Generic[Key]):
    """Items as the inside of a JSON array, and the position behind the last; `None` at the end of the list."""

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
    """Reads a page by a statement that begins with `WALKED`. `further` are its parameters from $6 on."""
    # One row more than fits, if the list continues.
    rows = await connection.fetch(
        sql, *place, None if walk is None else walk.as_of, limit + 1, str(tenant_id), *further
    )
    if not rows:
        return Page("", None, walk or Walk(now, now))  # no page follows, so nothing is read as of then
    as_of = rows[0][0]
    end = Place(rows[limit - 1][1], rows[limit - 1][2]) if len(rows) > limit else None
    del rows[limit:]
    items = [row[3] for row in rows]
    if None in items:
        items = await made_now(connection, tenant_id, item, [row[2] for row in rows], as_of)
    return Page(",".join(items), end, Walk(as_of, now if walk is None else walk.begun_at))


def as_json(page: Page[Any], kind: Kind, *, items: str = "items", cursor: str = "nextCursor") -> str:
    """Builds the body of the answer, with these names of its two fields."""
    after = None if page.end is None else encode(kind, page.end, page.walk)
    return f'{{"{items}":[{page.items}],"{cursor}":{json.dumps(after)}}}'
