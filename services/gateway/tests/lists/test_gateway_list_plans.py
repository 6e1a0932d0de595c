"""Statements of the lists among many companies: a page reads what is on it."""

import json
from typing import Any, TypeAlias

import asyncpg

from common.postgres import Connection, Database
from gateway.lists import candidates, leads
from gateway.lists.candidates import BY_FACET, BY_INDUSTRY, NAMED, NAMED_BY_FACET, NAMED_BY_INDUSTRY, NEWEST
from gateway.lists.leads import BEST
from gateway.lists.statements import FEW_NAMES
from testkit.leads.lists import NOW

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MANY = 50_000
FILL = """
    WITH made AS (
        INSERT INTO companies (uen, name, industry_code, ssic_version)
        SELECT 'U' || n, CASE WHEN n > 3000 THEN 'The ' ELSE '' END || left(md5(n::text), 3) || ' company ' || n,
               (20000 + n % 600)::text, '2020'
          FROM generate_series(1, $1::int) n RETURNING company_id, name, industry_code)
    INSERT INTO listed_companies (tenant_id, company_id, updated_at, is_candidate, facet, score, industry, name_key)
    SELECT 1 + company_id / 2 % 2, company_id, 'epoch'::timestamptz + company_id * interval '1 s', true,
           company_id / 4 % 8,
           (company_id % 1000) / 1000.0, '2020:' || industry_code, name_key(name) FROM made
"""
SCORES = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    SELECT tenant_id, company_id, score, 'Low', '', '1', now() FROM listed_companies
"""
FACETS = list(range(8))
MIDDLE = NOW.replace(year=1970, month=1, day=1, hour=7)
CODES = ["2020:20001", "2025:20001"]
FROM_THE_FIRST = [*candidates.BEGINNING, None, 200, "1"]
BEST_200 = [*leads.BEGINNING, None, 200, "1"]
#: A statement, its index, its parameters, and the most versions that it may read. Those in two steps read a page's
#: rows twice: in an index, and from the table with their items.
STATEMENTS: dict[str, tuple[str, str, list[Any], int]] = {
    "candidates, first": (NEWEST, "listed_candidates_newest", FROM_THE_FIRST, 200),
    "candidates, deep": (NEWEST, "listed_candidates_newest", [MIDDLE, 2**62, None, 200, "1"], 200),
    "of some facets": (BY_FACET, "candidates_by_facet", [*FROM_THE_FIRST, FACETS], 8 * 200),
    "of a rare facet": (BY_FACET, "candidates_by_facet", [MIDDLE, 2**62, None, 200, "1", [7]], 200),
    "of an industry": (BY_INDUSTRY, "candidates_by_industry", [*FROM_THE_FIRST, FACETS, CODES], 400),
    "of a name": (NAMED, "listed_candidates_newest", [*FROM_THE_FIRST, FACETS, None, "the abc"], 400),
    # Nearly all names begin with that.
    "of a common name": (NAMED, "listed_candidates_newest", [*FROM_THE_FIRST, FACETS, None, "the"], FEW_NAMES + 401),
    "of a common name and a facet": (
        NAMED_BY_FACET,
        "candidates_by_facet",
        [*FROM_THE_FIRST, [6], None, "the"],
        FEW_NAMES + 401,
    ),
    "of a common name and an industry": (
        NAMED_BY_INDUSTRY,
        "candidates_by_industry",
        [*FROM_THE_FIRST, FACETS, CODES, "the"],
        FEW_NAMES + 401,
    ),
    "leads, first": (BEST, "leads_by_score", [*leads.BEGINNING, None, 200, "1"], 200),
    "leads, deep": (BEST, "leads_by_score", [0.25, 2**62, None, 200, "1"], 200),
    "leads of an industry": (
        leads.BY_INDUSTRY,
        "leads_by_industry",
        [*leads.BEGINNING, None, 10, "1", FACETS, ["2020:20001", "2020:20003"]],
        200,
    ),
    # One lead in eight has this facet.
    "leads of a facet": (leads.BY_FACET, "leads_by_score", [*BEST_200, [6]], 11 * 200),
    "leads of a name": (leads.BY_NAME, "leads_by_score", [*BEST_200, FACETS, None, "the abc"], 400),
    "leads of a common name": (leads.BY_NAME, "leads_by_score", [*BEST_200, FACETS, None, "the"], FEW_NAMES + 500),
    "leads of a common name and an industry": (
        leads.BY_NAME_AND_INDUSTRY,
        "leads_by_industry",
        [*BEST_200, FACETS, CODES, "the"],
        FEW_NAMES + 500,
    ),
}


async def test_a_page_reads_what_is_on_it(database: Database, owner: Owner) -> None:
    """First or deep, by any filter: each statement goes by its index and ends where the page does, in plans that were
    made when the tables were empty and when they were full, and before a tenant was set, as the lists' are.
    """
    async with database.transaction(1) as tx:
        for statement, _, arguments, _ in STATEMENTS.values():
            await tx.fetch(statement, *arguments)
    await owner.execute(FILL, MANY)
    await owner.execute(SCORES)
    await owner.execute("INSERT INTO list_clocks VALUES (1, now()), (2, now())")
    blocks_of_first: dict[str, int] = {}
    for analysed in (False, True):
        if analysed:
            await owner.execute("VACUUM ANALYZE companies, listed_companies, lead_scores")
        for name, (statement, index, arguments, most) in STATEMENTS.items():
            for way in (database.transaction(1), database.without_tenant()):
                async with way as tx:
                    plan = await plan_of(tx, statement, arguments)
                nodes = list(nodes_of(plan))
                used = {node["Index Name"] for node in nodes if "Index Name" in node}
                read = sum(rows_of(node) for node in nodes if node.get("Relation Name") == "listed_companies")
                assert index in used, (name, analysed)
                assert used <= {
                    index,
                    "listed_candidates_by_name",
                    "list_clocks_pkey",
                    "listed_companies_pkey",
                }
                assert not {node["Node Type"] for node in nodes} & {"Seq Scan", "Hash Join", "Merge Join"}, name
                assert 0 < read <= most, (name, analysed)
                in_order = [node for node in nodes if node.get("Index Name") == index]
                blocks = sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in in_order)
                if analysed and "name" in name:  # a company with another name costs no row of the table
                    assert {node["Node Type"] for node in in_order} == {"Index Only Scan"}, name
                if name.endswith("deep"):  # entries of the index that are passed over are counted nowhere else
                    assert blocks <= 1.5 * blocks_of_first[name.replace("deep", "first")], name
                elif name.endswith("first"):
                    blocks_of_first[name] = blocks


async def plan_of(tx: Connection, statement: str, arguments: list[Any]) -> dict[str, Any]:
    """The plan that is cached for all arguments, executed: EXPLAIN of the statement itself plans it for these."""
    await tx.execute(f"PREPARE page AS {statement}")
    given = ", ".join(map(literal, arguments))
    (row,) = await tx.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page({given})")
    await tx.execute("DEALLOCATE page")
    plan: dict[str, Any] = json.loads(row[0])[0]["Plan"]
    return plan


def literal(value: object) -> str:
    """The value as SQL."""
    match value:
        case None:
            return "NULL"
        case list():
            return "'{" + ",".join(map(str, value)) + "}'"
        case int() | float():
            return repr(value)
    return f"'{value}'"


def nodes_of(plan: dict[str, Any]) -> Any:
    """The nodes of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_of(part)


def rows_of(node: dict[str, Any]) -> float:
    """Rows that a scan has read, those that a filter threw away included."""
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])
