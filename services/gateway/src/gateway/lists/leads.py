"""Reads a tenant's leads (table `listed_companies`), best first, all or filtered.

An index has the order of the list, and one has it within an industry; both have each lead's facet, so a page of a
bucket goes through the leads before it, in the index alone. A name's beginning finds leads that are candidates.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import Field, TypeAdapter

from common.postgres import Connection
from gateway.leads.scored import ScoredCompany
from gateway.lists.cursors import MAX_ID, Place, Walk
from gateway.lists.filters import ANY, Filter
from gateway.lists.pages import Page, page_by
from gateway.lists.statements import ListStatements

_LIST = ListStatements("score", "lead", "score IS NOT NULL")
_INDUSTRIES = "CROSS JOIN unnest($7::text[]) AS one (industry)"
_OF_FACET = "AND facet = ANY ($6::smallint[])"
_OF_INDUSTRY = f"{_OF_FACET} AND industry = one.industry"
# coalesce: else a plan may take an index of the candidates, which has not the order of the list.
_IN_ORDER = "AND coalesce(is_candidate, false)"

BEST = _LIST.in_one_step()
BY_FACET = _LIST.in_two_steps(_OF_FACET)
BY_INDUSTRY = _LIST.in_two_steps(_OF_INDUSTRY, _INDUSTRIES)
BY_NAME = _LIST.by_name(f"{_OF_FACET} {_IN_ORDER}")
BY_NAME_AND_INDUSTRY = _LIST.by_name(f"{_OF_INDUSTRY} {_IN_ORDER}", _INDUSTRIES)

#: The position before the best lead.
BEGINNING = Place(2.0, MAX_ID)


class Lead(ScoredCompany):
    """A lead. `score` and `bucket` are those of the moment as of which the list is read; the rest may be newer."""

    updated_at: datetime = Field(description="when it was scored")


_LEADS = TypeAdapter(list[Lead])


def _query(wanted: Filter) -> tuple[str, list[object]]:
    """Builds the statement for a filter's pages, and its parameters from $6 on."""
    if wanted.name is not None:
        sql = BY_NAME if wanted.industries is None else BY_NAME_AND_INDUSTRY
        return sql, [wanted.facets, wanted.industries, wanted.name]
    if wanted.industries is not None:
        return BY_INDUSTRY, [wanted.facets, wanted.industries]
    return (BEST, []) if wanted.is_any_facet else (BY_FACET, [wanted.facets])


async def page(
    connection: Connection,
    tenant_id: int,
    wanted: Filter = ANY,
    *,
    now: datetime,
    after: Place[float] | None = None,
    walk: Walk | None = None,
    limit: int,
) -> Page[float]:
    """Reads the leads after a position, or the best ones. Without a walk, the list is as of now."""
    sql, further = _query(wanted)
    return await page_by(connection, sql, "lead", tenant_id, after or BEGINNING, walk, limit, *further, now=now)


async def best(
    connection: Connection, tenant_id: int, *, limit: int, industries: Sequence[str] | None = None
) -> list[Lead]:
    """Reads the best leads of any number of industries (five-digit codes with versions), or of all."""
    found = await page(connection, tenant_id, Filter(industries=industries), now=datetime.now(UTC), limit=limit)
    return _LEADS.validate_json(f"[{found.items}]")
