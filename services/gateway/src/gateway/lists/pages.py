"""Pages of a list as the database returns them: items that are JSON already, and the position behind the last one.

PostgreSQL writes the items. Making 200 of them from rows here would take longer than finding them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple

from gateway.lists.cursors import Key, Kind, Place, Walk, encode

#: The most items of a page, and their usual number.
MAX_LIMIT = 200
LIMIT = 20

#: How a statement begins that reads a page: $3 is the moment of the walk, NULL on its first page, where the walk begins
#: with the newest version that there is.
WALKED = """
    WITH walk AS MATERIALIZED (
        SELECT coalesce($3::timestamptz, (SELECT at FROM list_clocks WHERE tenant_id = tenant()), 'epoch') AS as_of
    ), page AS MATERIALIZED (
"""


class Page(NamedTuple, Generic[Key]):
    """Items as JSON, and the position behind the last of them; `None` at the end of the list."""

    items: Sequence[str]
    end: Place[Key] | None
    walk: Walk


def page_of(rows: Sequence[Any], limit: int, begun_at: datetime) -> Page[Any]:
    """Builds the page of rows that were read, one more than fit on it if there are more."""
    items = [row["item"] for row in rows[:limit]]
    walk = Walk(rows[0]["as_of"], begun_at) if rows else Walk(begun_at, begun_at)
    if len(rows) <= limit:
        return Page(items, None, walk)
    return Page(items, Place(rows[limit - 1]["key"], rows[limit - 1]["company_id"]), walk)


def as_json(page: Page[Any], kind: Kind, *, items: str = "items", cursor: str = "nextCursor") -> str:
    """Builds the body of the answer, with these names of its two fields."""
    after = None if page.end is None else encode(kind, page.end, page.walk)
    return f'{{"{items}":[{",".join(page.items)}],"{cursor}":{json.dumps(after)}}}'
