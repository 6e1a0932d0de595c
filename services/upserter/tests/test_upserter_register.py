"""Reading the register on a real PostgreSQL: the order, going on after a position, and which indexes carry it."""

from typing import TypeAlias

import asyncpg

from common.postgres import Connection, Database
from upserter.normalising import RegisterEntry
from upserter.register import Position, best_matches, count_matches

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ENLIST = """
    INSERT INTO staging_acra_companies
           (uen, entity_status_description, registration_incorporation_date, primary_ssic_code, secondary_ssic_code)
    VALUES ($1, $2, $3, $4, $5)
"""

MANY = """
    INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, registration_incorporation_date,
                                        primary_ssic_code, secondary_ssic_code, street_name)
    SELECT 'U' || lpad(i::text, 9, '0'), 'COMPANY ' || i, CASE WHEN i % 2 = 0 THEN 'Live Company' ELSE 'Struck Off' END,
           (date '2000-01-01' + (i * 7919) % 9000)::text, lpad(((i * 31) % 1000 * 97 % 99999)::text, 5, '0'),
           CASE WHEN i % 3 = 0 THEN lpad(((i * 17) % 1000 * 97 % 99999)::text, 5, '0') END, repeat('x', 100)
      FROM generate_series(1, 100000) i
"""


async def enlist(
    owner: Owner, uen: str, *, primary: str | None, secondary: str | None = None, date: str | None = None, status="Live"
) -> None:
    await owner.execute(ENLIST, uen, status, date, primary, secondary)


async def uens(database: Database, codes: list[str], *, limit: int = 100, after: Position | None = None) -> list[str]:
    async with database.plumbing() as tx:
        return [match.entry.uen for match in await best_matches(tx, codes, limit=limit, after=after)]


async def test_the_best_come_in_one_total_order(owner: Owner, database: Database) -> None:
    """Primary before secondary, younger before older, then by UEN; without a date last in the half."""
    await enlist(owner, "E-undated", primary="62011")
    await enlist(owner, "D-old", primary="62011", date="1999-01-01", secondary="62012")
    await enlist(owner, "C-young", primary="62012", date="2024-01-01")
    await enlist(owner, "B-young", primary="62011", date="2024-01-01")
    await enlist(owner, "H-secondary-undated", primary=None, secondary="62011")
    await enlist(owner, "G-secondary", primary="46900", date="2025-01-01", secondary="62012")
    await enlist(owner, "X-other", primary="46900", date="2025-01-01", secondary="46901")
    await enlist(owner, "Y-dead", primary="62011", date="2025-01-01", status="Struck Off")

    expected = ["B-young", "C-young", "D-old", "E-undated", "G-secondary", "H-secondary-undated"]
    assert await uens(database, ["62011", "62012"]) == expected
    assert await uens(database, ["62011", "62012"], limit=3) == expected[:3]
    async with database.plumbing() as tx:
        assert await count_matches(tx, ["62011", "62012"]) == len(expected)


async def test_no_codes_match_nothing(owner: Owner, database: Database) -> None:
    """An answer without industries never means all of them."""
    await enlist(owner, "A", primary="62011")
    assert await uens(database, []) == []
    async with database.plumbing() as tx:
        assert await count_matches(tx, []) == 0


async def test_a_code_that_lost_its_zero_still_matches(owner: Owner, database: Database) -> None:
    """Files that went through a spreadsheet say 1111 for 01111."""
    await enlist(owner, "A", primary="1111", date="2020-01-01")
    await enlist(owner, "B", primary="01111", date="2019-01-01")
    assert await uens(database, ["01111"]) == ["A", "B"]


async def test_what_stands_in_a_date_s_place_is_not_lost(owner: Owner, database: Database) -> None:
    """Staging is text: whatever is counted is found, too."""
    await enlist(owner, "A", primary="62011", date="unknown")
    await enlist(owner, "B", primary="62011", date="2020-01-01")
    assert sorted(await uens(database, ["62011"])) == ["A", "B"]


async def test_going_on_after_each_position_meets_everything_once(owner: Owner, database: Database) -> None:
    """In strides of any size the same companies come in the same order, ties and missing dates included."""
    for n in range(60):
        await enlist(
            owner,
            f"U{n * 37 % 60:03}",
            primary=["62011", "62012", "46900", None][n % 4],
            secondary=["62011", None, "62012"][n % 3],
            date=[None, "2020-01-01", "2020-01-01", "2021-05-05", "1999-09-09"][n % 5],
        )
    codes = ["62011", "62012"]
    whole = await uens(database, codes)
    assert len(whole) == len(set(whole)) > 40
    for stride in (1, 7, 60):
        async with database.plumbing() as tx:
            assert await strides(tx, codes, stride) == whole


async def strides(tx: Connection, codes: list[str], stride: int) -> list[str]:
    seen: list[str] = []
    after = None
    while matches := await best_matches(tx, codes, limit=stride, after=after):
        seen += [match.entry.uen for match in matches]
        after = matches[-1].position
    return seen


async def test_an_entry_is_read_whole(owner: Owner, database: Database) -> None:
    """Every column that normalising looks at."""
    entry = RegisterEntry(*(f"{column} of A" for column in RegisterEntry._fields))
    entry = entry._replace(uen="A", entity_status_description="Live Company", primary_ssic_code="62011")
    names = ", ".join(RegisterEntry._fields)
    places = ", ".join(f"${n}" for n in range(1, len(entry) + 1))
    await owner.execute(f"INSERT INTO staging_acra_companies ({names}) VALUES ({places})", *entry)
    async with database.plumbing() as tx:
        (match,) = await best_matches(tx, ["62011"], limit=5)
    assert match.entry == entry


async def test_no_question_reads_the_whole_register(owner: Owner, database: Database) -> None:
    """Counting, the best and the next are answered from the two indexes of live entries, on 100,000 rows."""
    await owner.execute(MANY)
    await owner.execute("VACUUM ANALYZE staging_acra_companies")
    codes = [row[0] for row in await owner.fetch("SELECT DISTINCT primary_ssic_code FROM staging_acra_companies")][:300]
    async with database.plumbing() as tx:
        plans = Plans(tx)
        assert await count_matches(plans, codes) > 10_000
        assert len(await best_matches(plans, codes, limit=10)) == 10
        assert len(await best_matches(plans, codes, limit=500, after=Position(2, "2010-05-05", "U000050000"))) == 500
    assert len(plans.seen) == 3
    for plan in plans.seen:
        assert "Seq Scan" not in plan, plan
    assert "staging_live_by_primary_ssic" in plans.seen[0]
    assert "staging_live_by_secondary_ssic" in plans.seen[0]
    assert "staging_live_by_primary_ssic" in plans.seen[1]
    assert "staging_live_by_secondary_ssic" in plans.seen[-1]


class Plans:
    """A connection that also writes down the plan of each statement."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self.seen: list[str] = []

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        await self._explain(statement, *arguments)
        return await self._tx.fetch(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: object) -> object:
        await self._explain(statement, *arguments)
        return await self._tx.fetchval(statement, *arguments)

    async def _explain(self, statement: str, *arguments: object) -> None:
        self.seen.append("\n".join(row[0] for row in await self._tx.fetch(f"EXPLAIN {statement}", *arguments)))
