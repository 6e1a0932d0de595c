"""The lists on a real PostgreSQL: a walk through a list that changes, what a page reads, and how lists are kept up to
date.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.postgres import Connection, Database
from gateway.lists import candidates, changes, leads
from gateway.lists.candidates import (
    BY_FACET,
    BY_INDUSTRY,
    NAMED,
    NAMED_BY_FACET,
    NAMED_BY_INDUSTRY,
    NEWEST,
)
from gateway.lists.cursors import KEPT, Place, Walk
from gateway.lists.filters import Filter
from gateway.lists.leads import BEST
from gateway.lists.pages import Page
from gateway.lists.statements import FEW_NAMES

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Read: TypeAlias = Callable[..., Awaitable[Page[Any]]]

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)

COMPANY = """
    INSERT INTO companies (company_id, uen, name, industry_code, industry_norm, ssic_version)
    OVERRIDING SYSTEM VALUE
    VALUES ($1::bigint, 'U' || $1::bigint, coalesce($2, 'Company ' || $1::bigint), $3, 'forging', '2020')
    ON CONFLICT DO NOTHING
"""
CANDIDATE = "INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id) VALUES ($1, $2, gen_random_uuid())"
SCORE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    VALUES ($1, $2, $3::float8,
            CASE WHEN $3::float8 >= 0.7 THEN 'High' WHEN $3::float8 >= 0.4 THEN 'Medium' ELSE 'Low' END,
            'Because.', '1', '2026-11-20T00:00:00Z')
    ON CONFLICT (tenant_id, company_id) DO UPDATE SET score = excluded.score, bucket = excluded.bucket
"""
CONTACT = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, source_url, status)
    VALUES ($1, $2, 'email', $3, 'http://acme.sg', $4)
    ON CONFLICT (tenant_id, company_id, kind, value) DO UPDATE SET status = excluded.status
"""
EMPTY = "TRUNCATE companies, icp_candidate_companies, listed_companies, list_clocks, list_changes CASCADE"


class Lists:
    """A tenant's tables, changed as the services change them, and the lists that are read."""

    def __init__(self, owner: Owner, database: Database, tenant_id: int = 1) -> None:
        self.owner = owner
        self.database = database
        self.tenant_id = tenant_id

    async def candidate(self, company_id: int, name: str | None = None, industry_code: str | None = "25910") -> None:
        await self.owner.execute(COMPANY, company_id, name, industry_code)
        await self.owner.execute(CANDIDATE, self.tenant_id, company_id)

    async def lead(self, company_id: int, score: float) -> None:
        await self.owner.execute(COMPANY, company_id, None, "25910")
        await self.owner.execute(SCORE, self.tenant_id, company_id, score)

    async def verified(self, company_id: int, status: str = "valid") -> None:
        await self.owner.execute(CONTACT, self.tenant_id, company_id, "info@acme.sg", status)

    async def brought_up_to_date(self) -> None:
        await changes.fold_all(self.database)

    async def page(self, read: Read, **arguments: Any) -> Page[Any]:
        async with self.database.read(self.tenant_id) as connection:
            return await read(connection, self.tenant_id, now=NOW, **arguments)

    async def found(self, **demands: Any) -> list[int]:
        """The companies of a filter's first page."""
        page = await self.page(candidates_of(Filter(**demands)), limit=200)
        return ids_of(page)


def candidates_of(wanted: Filter) -> Read:
    """The reader of a filter's pages."""

    async def read(connection: Connection, tenant_id: int, **arguments: Any) -> Page[Any]:
        return await candidates.page(connection, tenant_id, wanted, **arguments)

    return read


def leads_of(wanted: Filter) -> Read:
    """The reader of the pages of a filter's leads."""

    async def read(connection: Connection, tenant_id: int, **arguments: Any) -> Page[Any]:
        return await leads.page(connection, tenant_id, wanted, **arguments)

    return read


def items_of(page: Page[Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(f"[{page.items}]")
    return items


def ids_of(page: Page[Any]) -> list[int]:
    return [item["company_id"] for item in items_of(page)]


@pytest.fixture
async def lists(owner: Owner, database: Database) -> Lists:
    return Lists(owner, database)


COMPANIES = 9
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("page"), st.integers(1, 4)),
        st.tuples(st.just("score"), st.integers(1, COMPANIES), st.sampled_from((0.1, 0.5, 0.9))),
        st.tuples(st.just("candidate"), st.integers(1, COMPANIES)),
        st.tuples(st.just("verified"), st.integers(1, COMPANIES), st.sampled_from(("valid", "invalid"))),
        st.tuples(st.just("renamed"), st.integers(1, COMPANIES), st.sampled_from(("Zeta", "Alpha"))),
        st.tuples(st.just("industry"), st.integers(1, COMPANIES), st.sampled_from(("25910", "62011", None))),
    ),
    max_size=25,
)
READERS: dict[str, Read] = {
    "leads": leads.page,
    "leads of a bucket": leads_of(Filter(bucket="High")),
    "leads of a name": leads_of(Filter(name="company", has_verified_email=False)),
    "candidates": candidates_of(Filter()),
    "candidates of a bucket": candidates_of(Filter(bucket="Medium")),
    "candidates of an industry": candidates_of(Filter(industries=["2020:25910"], has_verified_email=False)),
    "candidates of a name": candidates_of(Filter(name="ALPHA")),
}


async def _moved(lists: Lists, move: tuple[Any, ...]) -> None:
    match move:
        case ("score", company_id, score):
            await lists.lead(company_id, score)
        case ("candidate", company_id):
            await lists.owner.execute(COMPANY, company_id, None, "25910")
            await lists.owner.execute(CANDIDATE + " ON CONFLICT DO NOTHING", 1, company_id)
        case ("verified", company_id, status):
            await lists.owner.execute(COMPANY, company_id, None, "25910")
            await lists.verified(company_id, status)
        case ("renamed", company_id, name):
            await lists.owner.execute("UPDATE companies SET name = $2 WHERE company_id = $1", company_id, name)
        case ("industry", company_id, code):
            await lists.owner.execute("UPDATE companies SET industry_code = $2 WHERE company_id = $1", company_id, code)
    await lists.brought_up_to_date()


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@given(before=MOVES, during=MOVES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_a_walk_meets_each_company_once_whatever_changes_meanwhile(
    lists: Lists, read: Read, before: list[tuple[Any, ...]], during: list[tuple[Any, ...]]
) -> None:
    """A walk meets each company once whatever changes meanwhile.

    Those that were in the list when it began, at their places of then: none is missing, none comes again.
    """
    await lists.owner.execute(EMPTY)
    for company_id in range(1, COMPANIES, 2):
        await lists.candidate(company_id, "Alpha")
    for move in before:
        await _moved(lists, move)
    whole = ids_of(await lists.page(read, limit=200))

    page = await lists.page(read, limit=1)
    met = ids_of(page)
    for move in [*during, *[("page", 3)] * COMPANIES]:
        if move[0] != "page":
            await _moved(lists, move)
        elif page.end is not None:
            page = await lists.page(read, after=page.end, walk=page.walk, limit=move[1])
            met += ids_of(page)

    assert page.end is None
    assert met == whole


@given(during=MOVES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_pages_of_the_list_as_it_is_now_repeat_no_candidate(lists: Lists, during: list[tuple[Any, ...]]) -> None:
    """A client that sends times and numbers itself meets each at most once, and exactly once if it did not change."""
    await lists.owner.execute(EMPTY)
    for company_id in range(1, COMPANIES + 1):
        await lists.candidate(company_id)
        await lists.brought_up_to_date()
    read = candidates_of(Filter())

    page = await lists.page(read, limit=2)
    met, changed = ids_of(page), set()
    for move in [*during, *[("page", 3)] * COMPANIES]:
        if move[0] != "page":
            changed.add(move[1])
            await _moved(lists, move)
        elif page.end is not None:
            page = await lists.page(read, after=page.end, limit=move[1])
            met += ids_of(page)

    assert len(met) == len(set(met))
    assert set(range(1, COMPANIES + 1)) - changed <= set(met)


async def test_filters_are_combined(lists: Lists) -> None:
    """A company is found if it fulfils all of them, wherever its scores, contacts and names come from."""
    await lists.candidate(1, "ACME Precision (S) Pte. Ltd.", "25910")
    await lists.candidate(2, "Acme-Logistics", "52101")
    await lists.candidate(3, "Zenith", "25910")
    await lists.lead(1, 0.9)
    await lists.lead(3, 0.9)
    await lists.verified(3)
    await lists.verified(2, "invalid")
    await lists.lead(4, 0.9)  # no candidate
    await lists.brought_up_to_date()

    assert await lists.found() == [3, 2, 1]
    assert await lists.found(bucket="High") == [3, 1]
    assert await lists.found(bucket="Low") == []
    assert await lists.found(has_verified_email=True) == [3]
    assert await lists.found(has_verified_email=False) == [2, 1]
    assert await lists.found(industries=["2020:25910"]) == [3, 1]
    assert await lists.found(industries=["2025:25910"]) == []
    assert await lists.found(industries=["2020:25910", "2020:52101"], has_verified_email=False) == [2, 1]
    assert await lists.found(name="aCME") == [2, 1]
    assert await lists.found(name=" acme  precision s pte") == [1]
    assert await lists.found(name="acme", industries=["2020:52101"], bucket="High") == []
    assert await lists.found(name="acme", industries=["2020:25910"], bucket="High", has_verified_email=False) == [1]


async def test_leads_are_filtered_as_candidates_are(lists: Lists) -> None:
    """The best first; a name finds leads that are candidates."""
    await lists.candidate(1, "ACME Precision (S) Pte. Ltd.", "25910")
    await lists.candidate(2, "Acme-Logistics", "52101")
    await lists.candidate(3, "Zenith", "25910")
    await lists.candidate(5, "Acme without a score", "25910")
    for company_id, score in ((1, 0.7), (2, 0.5), (3, 0.9), (4, 0.8)):
        await lists.lead(company_id, score)
    await lists.verified(3)
    await lists.brought_up_to_date()

    async def found(limit: int = 200, **demands: Any) -> list[int]:
        return ids_of(await lists.page(leads_of(Filter(**demands)), limit=limit))

    assert await found() == [3, 4, 1, 2]
    assert await found(bucket="High") == [3, 4, 1]
    assert await found(bucket="Medium") == [2]
    assert await found(has_verified_email=True) == [3]
    assert await found(has_verified_email=False, limit=2) == [4, 1]
    assert await found(industries=["2020:25910"]) == [3, 4, 1]
    assert await found(industries=["2020:25910", "2020:52101"], has_verified_email=False) == [4, 1, 2]
    assert await found(name="aCME") == [1, 2]
    assert await found(name="acme", bucket="High") == [1]
    assert await found(name="acme", industries=["2020:52101"]) == [2]


async def test_letters_beyond_ascii_are_searched_in_any_case(lists: Lists) -> None:
    """Letters beyond ASCII are searched in any case, as are names in other scripts, and signs that SQL gives a meaning
    are signs.
    """
    await lists.candidate(1, "ÉCOLE Ümit")
    await lists.candidate(2, "新加坡 钢铁")
    await lists.candidate(3, "50% off_shop")
    await lists.brought_up_to_date()

    assert await lists.found(name="école") == [1]
    assert await lists.found(name="新加坡") == [2]
    assert await lists.found(name="50% off_") == [3]
    assert await lists.found(name="%%off") == []


async def test_a_note_that_is_handled_again_changes_nothing(lists: Lists) -> None:
    """A row's time moves only if its content does."""
    await lists.candidate(1)
    await lists.lead(1, 0.5)
    await lists.brought_up_to_date()
    every_version = "SELECT * FROM listed_companies ORDER BY tenant_id, company_id, updated_at"
    before = await lists.owner.fetch(every_version)

    await lists.owner.execute("INSERT INTO list_changes (tenant_id, company_ids) VALUES (1, '{1,1,99}'), (0, '{1}')")
    await lists.lead(1, 0.5)
    await lists.brought_up_to_date()

    assert await lists.owner.fetch(every_version) == before
    assert await lists.owner.fetchval("SELECT count(*) FROM list_changes") == 0


async def test_a_company_that_changes_in_the_register_changes_in_every_tenants_list(
    owner: Owner, database: Database
) -> None:
    """A company that changes in the register changes in every tenant's list, and not in those that do not have it;
    last_seen is no change.
    """
    first, second, third = (Lists(owner, database, tenant_id) for tenant_id in (1, 2, 3))
    await first.candidate(1)
    await owner.execute(CANDIDATE, 2, 1)
    await third.candidate(2)
    await first.brought_up_to_date()
    await owner.execute("UPDATE companies SET last_seen = now()")
    assert await owner.fetchval("SELECT count(*) FROM list_changes") == 0

    await owner.execute("UPDATE companies SET name = 'Renamed' WHERE company_id = 1")
    await first.brought_up_to_date()

    assert [await it.found(name="renamed") for it in (first, second, third)] == [[1], [1], []]


async def test_a_list_is_read_as_of_what_is_committed(lists: Lists, owner: Owner, database: Database) -> None:
    """A walk that begins while changes are being written sees none of them, on its later pages either."""
    for company_id in range(1, 5):
        await lists.candidate(company_id)
    await lists.brought_up_to_date()
    for company_id in range(1, 5):
        await lists.lead(company_id, 0.5)
    async with database.transaction(1) as tx:
        now = await tx.fetchval(changes.HOLD)
        await tx.fetchval(changes.FOLD, changes.NOTES, changes.AT_ONCE, now)
        assert await changes.fold(database, 1) == 0  # another replica leaves the tenant to this one
        page = await lists.page(candidates_of(Filter()), limit=2)
    rest = await lists.page(candidates_of(Filter()), after=page.end, walk=page.walk, limit=10)

    assert ids_of(page) + ids_of(rest) == [4, 3, 2, 1]
    assert all(item["bucket"] is None for item in [*items_of(page), *items_of(rest)])


async def test_ended_versions_are_deleted_when_no_walk_can_need_them(lists: Lists, owner: Owner) -> None:
    """Ended versions are deleted when no walk can need them: those that ended an hour ago or earlier, by the next
    change of the tenant.
    """
    await lists.candidate(1)
    await lists.brought_up_to_date()
    for score in (0.5, 0.6):
        await lists.lead(1, score)
        await lists.brought_up_to_date()
    assert await owner.fetchval("SELECT count(*) FROM listed_companies") == 3

    await owner.execute("UPDATE listed_companies SET until = until - $1::interval WHERE score IS NULL", KEPT)
    await lists.lead(1, 0.7)
    await lists.brought_up_to_date()

    rows = await owner.fetch("SELECT score FROM listed_companies ORDER BY updated_at")
    assert [row["score"] for row in rows] == [0.5, 0.6, 0.7]


async def test_what_was_there_before_the_lists_is_taken_into_them(
    lists: Lists, owner: Owner, database: Database
) -> None:
    """A large note and many small ones are worked off in portions."""
    await owner.execute(
        "INSERT INTO companies (uen, name) SELECT 'U' || n, 'Company ' || n FROM generate_series(1, 5000) n"
    )
    await owner.execute(
        "INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)"
        " SELECT 1, company_id, gen_random_uuid() FROM companies"
    )
    await owner.execute(
        "INSERT INTO list_changes (tenant_id, company_ids) SELECT 1, ARRAY[n] FROM generate_series(1, 3000) n"
    )
    assert await changes.fold(database, 1) == 1
    assert await changes.fold(database, 1) == changes.NOTES
    await lists.brought_up_to_date()

    assert await owner.fetchval("SELECT count(*) FROM listed_companies") == 5000


async def test_the_best_leads_of_many_industries_are_found(lists: Lists) -> None:
    """Merged over the industries, best first."""
    for company_id, code, score in ((1, "25910", 0.5), (2, "52101", 0.9), (3, "62011", 0.7), (4, "25910", 0.8)):
        await lists.candidate(company_id, industry_code=code)
        await lists.lead(company_id, score)
    await lists.brought_up_to_date()
    async with lists.database.transaction(1) as tx:
        of_two = await leads.best(tx, 1, limit=2, industries=["2020:25910", "2020:62011", "2020:99999"])
        of_all = await leads.best(tx, 1, limit=3)

    assert [it.company_id for it in of_two] == [4, 3]
    assert [it.company_id for it in of_all] == [2, 4, 3]


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


async def test_a_place_is_found_by_its_time_to_the_microsecond(lists: Lists) -> None:
    """Rows of the same microsecond are distinguished by their numbers."""
    await lists.candidate(1)
    await lists.candidate(2)
    await lists.brought_up_to_date()
    page = await lists.page(candidates_of(Filter()), limit=1)
    assert page.end is not None
    at = page.end.key
    for place, expected in (
        (Place(at, 2), [1]),
        (Place(at, 3), [2, 1]),
        (Place(at, 0), []),
        (Place(at + timedelta(microseconds=1), 0), [2, 1]),
    ):
        assert ids_of(await lists.page(candidates_of(Filter()), after=place, limit=9)) == expected
    assert (
        ids_of(await lists.page(candidates_of(Filter()), walk=Walk(at - timedelta(microseconds=1), NOW), limit=9)) == []
    )
