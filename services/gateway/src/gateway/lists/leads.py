"""Reads a tenant's leads (table `listed_companies`), best first, all of them or those that fulfil demands.

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
from gateway.lists.names import FEW_NAMES, IS_NAMED, IS_NAMED_IN_ORDER, SOUGHT
from gateway.lists.pages import Page, page_by, statement, statement_in_two_steps

# LATERAL to `walk` of pages.py, which explains the parameters; $6 facets, $7 industries, $8 a name's beginning.
_VERSION = """
        SELECT company_id, score, {more}, walk.as_of FROM listed_companies
         WHERE tenant_id = tenant() AND score IS NOT NULL
           AND (score, company_id) < ($1, $2)
           AND updated_at <= (SELECT as_of FROM walk) AND until > (SELECT as_of FROM walk)
"""
_ITEM = "lead AS item"
_VERSION_OF = "updated_at AS version"
_ORDER = "ORDER BY score DESC, company_id DESC LIMIT $4::int"
_OF_FACET = "AND facet = ANY ($6::smallint[])"


def _walked(condition: str = "", sources: str = "", more: str = _ITEM) -> str:
    """Builds the select of the next leads of each row of `sources`."""
    version = _VERSION.format(more=more)
    return f"""
        SELECT it.* FROM walk {sources} CROSS JOIN LATERAL ({version} {condition} {_ORDER}) AS it {_ORDER}
"""


def _by_name(condition: str, sources: str = "") -> str:
    """Builds the statement that sorts the leads of a name's beginning or, if they are many, looks in order."""
    # coalesce: else a plan may take an index of the candidates, which has not the order of the list.
    in_order = f"{_OF_FACET} {condition} AND coalesce(is_candidate, false) AND {IS_NAMED_IN_ORDER} AND NOT few.are_all"
    walked = _walked(in_order, f"CROSS JOIN few {sources}", more=_VERSION_OF)
    with_page = f""", {SOUGHT}, named AS MATERIALIZED (
        SELECT it.* FROM walk CROSS JOIN LATERAL (
            SELECT company_id, score, facet, industry, updated_at, until, walk.as_of FROM listed_companies
             WHERE tenant_id = tenant() AND is_candidate AND {IS_NAMED} LIMIT {FEW_NAMES} + 1) AS it
    ), few AS MATERIALIZED (
        SELECT count(*) <= {FEW_NAMES} AS are_all FROM named
    ), page AS MATERIALIZED (
        (SELECT company_id, score, {_VERSION_OF}, as_of FROM named CROSS JOIN few
          WHERE few.are_all AND (score, company_id) < ($1, $2) AND updated_at <= as_of AND until > as_of
            {_OF_FACET} AND ($7::text[] IS NULL OR industry = ANY ($7))
         {_ORDER})
        UNION ALL
        ({walked})
    )"""
    return statement_in_two_steps("score", "lead", with_page)


_INDUSTRIES = "CROSS JOIN unnest($7::text[]) AS one (industry)"
_OF_INDUSTRY = "AND industry = one.industry"

BEST = statement("score", _walked())
BY_FACET = statement_in_two_steps("score", "lead", f", page AS MATERIALIZED ({_walked(_OF_FACET, more=_VERSION_OF)})")
BY_INDUSTRY = statement_in_two_steps(
    "score",
    "lead",
    f", page AS MATERIALIZED ({_walked(f'{_OF_FACET} {_OF_INDUSTRY}', _INDUSTRIES, more=_VERSION_OF)})",
)
BY_NAME = _by_name("")
BY_NAME_AND_INDUSTRY = _by_name(_OF_INDUSTRY, _INDUSTRIES)

#: The position before the best lead.
BEGINNING = Place(2.0, MAX_ID)


class Lead(ScoredCompany):
    """A lead. `score` and `bucket` are those of the moment as of which the list is read, the rest may be newer."""

    updated_at: datetime = Field(description="when it was scored")


_LEADS = TypeAdapter(list[Lead])


def _query(wanted: Filter) -> tuple[str, list[object]]:
    """The statement that reads a filter's pages, and its parameters from $6 on."""
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
    """Reads the next leads after a position; without one, the best. Without a walk, the list is as of now."""
    sql, further = _query(wanted)
    return await page_by(connection, sql, "lead", tenant_id, after or BEGINNING, walk, limit, *further, now=now)


async def best(
    connection: Connection, tenant_id: int, *, limit: int, industries: Sequence[str] | None = None
) -> list[Lead]:
    """Reads the best leads, of these industries (five-digit codes with versions, as many as one likes) or of all."""
    found = await page(connection, tenant_id, Filter(industries=industries), now=datetime.now(UTC), limit=limit)
    return _LEADS.validate_json(f"[{found.items}]")
