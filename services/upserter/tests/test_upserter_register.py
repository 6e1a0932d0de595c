"""Reading the register on a real PostgreSQL: the order, going on after a position, and which indexes carry it."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.postgres import Connection, Database
from industries.classification import usual_version
from industries.index import VersionedCode
from testkit.register.searches import LIVE, NOTHING_COUNTED, SOFTWARE, Entry, Owner, codes_of, enlist, uens
from upserter.model import Counts, Matches, Position, SearchCriteria
from upserter.tables.register import MANY, best, count

HUNDRED_THOUSAND = """
    INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, registration_incorporation_date,
                                        primary_ssic_code, secondary_ssic_code, street_name)
    SELECT 'U' || lpad(i::text, 9, '0'), 'COMPANY ' || i, CASE WHEN i % 2 = 0 THEN 'Live Company' ELSE 'Struck Off' END,
           (date '2000-01-01' + (i * 7919) % 9000)::text, lpad(((i * 31) % 1000 * 97 % 99999)::text, 5, '0'),
           CASE WHEN i % 3 = 0 THEN lpad(((i * 17) % 1000 * 97 % 99999)::text, 5, '0') END, repeat('x', 100)
      FROM generate_series(1, 100000) i
"""
STRUCK_OFF = "Struck Off"


def place(entry: Entry, wanted: SearchCriteria) -> tuple[Any, ...] | None:
    """Returns an entry's position in the order, computed in a simpler way; None for one that does not match."""
    if entry.status != LIVE or (wanted.founded_since and (entry.date or "") < wanted.earliest):
        return None
    for is_secondary, code in ((False, entry.primary), (True, entry.secondary)):
        for band, codes in enumerate(wanted.bands):
            if VersionedCode(entry.version, (code or "").zfill(5)) in codes:
                backwards = tuple(-ord(character) for character in entry.date or "")
                return is_secondary, band, entry.date is None, backwards, entry.uen
    return None


CODES = ["62011", "62012", "46900", "01111"]
ENTRIES = st.lists(
    st.builds(
        Entry,
        uen=st.text("0123456789", min_size=3, max_size=3).map(lambda digits: f"U{digits}"),
        status=st.sampled_from([LIVE, LIVE, LIVE, STRUCK_OFF]),
        date=st.sampled_from([None, "1999-09-09", "2020-01-01", "2020-01-02", "2021-05-05"]),
        version=st.sampled_from(["2020", "2020", "2025"]),
        primary=st.sampled_from([None, *CODES, "1111"]),
        secondary=st.sampled_from([None, None, *CODES, "1111"]),
    ),
    unique_by=lambda entry: entry.uen,
    min_size=1,
    max_size=40,
)
#: Each code in a band or in none.
BANDS = st.dictionaries(
    st.sampled_from([VersionedCode(version, code) for version in ("2020", "2025") for code in CODES]),
    st.integers(0, 2),
).map(lambda given: tuple(tuple(it for it in given if given[it] == band) for band in sorted(set(given.values()))))
WANTED = st.builds(SearchCriteria, BANDS, st.none() | st.sampled_from([2000, 2020, 2021, 2030]))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(entries=ENTRIES, wanted=WANTED, stride=st.integers(1, 12), by_age=st.booleans())
async def test_the_best_come_in_one_total_order(
    owner: Owner, database: Database, entries: list[Entry], wanted: SearchCriteria, stride: int, by_age: bool
) -> None:
    """Live ones of the wanted codes only; primary before secondary, nearer before farther, younger before older, then
    by UEN. Both ways of looking, and strides of any size, come to the same; the count is that of what is found.
    """
    await owner.execute("TRUNCATE staging_acra_companies")
    await enlist(owner, *entries)
    places = {entry.uen: at for entry in entries if (at := place(entry, wanted)) is not None}
    expected = sorted(places, key=places.__getitem__)
    async with database.without_tenant() as tx:
        counted = await count(tx, wanted)
        many = dict.fromkeys(wanted.codes, MANY)
        counts = Counts(many, many, 0) if by_age else counted
        assert await uens(tx, wanted, counts) == expected
        assert await uens(tx, wanted, counts, limit=stride) == expected[:stride]
        assert await strides(tx, wanted, counts, stride) == expected
    assert counted.total == len(expected)
    for kind, table in ((False, counted.by_primary), (True, counted.by_secondary)):
        assert sum(table.values()) == sum(at[0] == kind for at in places.values())


async def strides(tx: Connection, wanted: SearchCriteria, counts: Counts, stride: int) -> list[str]:
    """All of them, so many at a time."""
    seen: list[str] = []
    after = None
    while found := await best(tx, wanted, counts, limit=stride, after=after):
        seen += [position.uen for position in found]
        after = found[-1]
    return seen


async def test_no_codes_match_nothing(owner: Owner, database: Database) -> None:
    """An answer without industries never means all of them."""
    await enlist(owner, Entry("A", primary="62011"))
    for wanted in (SearchCriteria(()), SearchCriteria(((), ()))):
        async with database.without_tenant() as tx:
            assert await uens(tx, wanted) == []
            assert (await count(tx, wanted)).total == 0


async def test_a_reused_code_is_of_the_version_that_is_meant(owner: Owner, database: Database) -> None:
    """63901 is a news agency in 2020 and a search engine in 2025: one never stands for the other."""
    await enlist(
        owner,
        Entry("NEWS", primary="63901"),
        Entry("SEARCH", primary="63901", version="2025"),
        Entry("ALSO-SEARCH", primary="62011", secondary="63901", version="2025"),
    )
    async with database.without_tenant() as tx:
        assert await uens(tx, SearchCriteria((codes_of("63901"),))) == ["NEWS"]
        assert await uens(tx, SearchCriteria((codes_of("63901", version="2025"),))) == ["SEARCH", "ALSO-SEARCH"]
        both = SearchCriteria((codes_of("63901") + codes_of("63901", version="2025"),))
        assert await uens(tx, both) == ["NEWS", "SEARCH", "ALSO-SEARCH"]
        counts = await count(tx, both)
    assert counts.of(codes_of("63901")) == 1
    assert counts.of(codes_of("63901", version="2025")) == 2


async def test_what_stands_in_a_date_s_place_is_not_lost(owner: Owner, database: Database) -> None:
    """Staging is text: whatever is counted is found, too."""
    odd = ["unknown", "", "2020-01-01", "ZZZZ", "zz", "31/12/2020"]
    await enlist(owner, *(Entry(f"U{n}", date=date, primary="62011") for n, date in enumerate(odd)))
    async with database.without_tenant() as tx:
        assert sorted(await uens(tx, SOFTWARE)) == [f"U{n}" for n in range(len(odd))]
        assert sorted(await strides(tx, SOFTWARE, NOTHING_COUNTED, 1)) == [f"U{n}" for n in range(len(odd))]


async def test_the_young_are_counted_beside_the_others(owner: Owner, database: Database) -> None:
    """Since a day that is asked about, by either code."""
    await enlist(
        owner,
        Entry("A", date="2020-12-31", primary="62011"),
        Entry("B", date="2021-01-01", primary="62012"),
        Entry("C", date="2024-01-01", primary="46900", secondary="62012"),
        Entry("D", date=None, primary="62011"),
        Entry("E", date="2024-01-01", primary="62011", status=STRUCK_OFF),
    )
    async with database.without_tenant() as tx:
        counts = await count(tx, SOFTWARE, young_since="2021-01-01")
    assert (counts.total, counts.young) == (4, 2)


async def test_no_question_reads_the_whole_register(owner: Owner, database: Database) -> None:
    """Counting, the best and the next are answered from the indexes of live entries, on 100,000 rows."""
    await owner.execute(HUNDRED_THOUSAND)
    await owner.execute("VACUUM ANALYZE staging_acra_companies")
    codes = [row[0] for row in await owner.fetch("SELECT DISTINCT primary_ssic_code FROM staging_acra_companies")]
    few, many = (SearchCriteria((codes_of(*codes[:number]),)) for number in (100, 500))
    for wanted, by_age in ((few, False), (many, True)):
        async with database.without_tenant() as tx:
            plans = Plans(tx)
            counts = await count(plans, wanted)
            assert (sum(counts.by_primary.values()) >= MANY) == by_age
            assert len(await best(plans, wanted, counts, limit=10)) == 10
            after = Position(0, "2010-05-05", "U000050000")
            assert len(await best(plans, wanted, counts, limit=500, after=after)) == 500
        assert len(plans.seen) == 3
        for plan in plans.seen:
            assert "Seq Scan" not in plan, plan
        assert "staging_live_by_primary_ssic" in plans.seen[0]
        assert "staging_live_by_secondary_ssic" in plans.seen[0]
        for plan in plans.seen[1:]:
            assert ("staging_live_by_age" if by_age else "staging_live_by_primary_ssic") in plan, plan


class Plans:
    """A connection that also writes down the plan of each statement."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self.seen: list[str] = []

    async def fetch(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        plan = await self._tx.fetch(f"EXPLAIN {statement}", *arguments)
        self.seen.append("\n".join(row[0] for row in plan))
        return await self._tx.fetch(statement, *arguments)


def test_a_part_of_the_matches_stands_where_it_stood() -> None:
    """A part of the matches stands where it stood, whichever way it is asked for."""
    matches = Matches(["U1", "U2", "U3"], ["2020-01-01", "2019-01-01", ""], [0, 0, 1])
    assert list(matches) == [Position(0, "2020-01-01", "U1"), Position(0, "2019-01-01", "U2"), Position(1, "", "U3")]
    assert list(matches[1:]) == list(matches)[1:]
    assert matches[:2][-1] == matches[1]
    assert not matches[3:]


async def test_a_search_in_postal_sectors_counts_and_finds_those_alone(owner: Owner, enlist) -> None:
    """By either code, of any age; a postal code that lost its leading zero, or has a blank beside it, is read."""
    code = VersionedCode("2020", "25912")
    given = {"A": "528765", "B": "068765", "C": "68765", "D": " 528111 ", "E": None, "F": "no", "G": "460001"}
    for uen, postal_code in given.items():
        await enlist(uen, primary_ssic_code="25912", postal_code=postal_code)
    await enlist("H", primary_ssic_code="62011", secondary_ssic_code="25912", postal_code="520000")
    await enlist("I", primary_ssic_code="25912", postal_code="529999", registration_incorporation_date=None)
    for sectors, wanted in {("52",): "ADHI", ("06", "46"): "BCG", (): "ABCDEFGHI"}.items():
        criteria = SearchCriteria(((code,),), sectors=sectors)
        counts = await count(owner, criteria)
        found = await best(owner, criteria, counts, limit=20)
        assert (counts.total, sorted(position.uen for position in found)) == (len(wanted), sorted(wanted))


async def test_the_usual_version_of_the_register_is_known_once_it_is_analysed(owner: Owner, many) -> None:
    """The usual version of the register is known once it is analysed, as every load leaves it; of a mixed or an unknown
    register nothing is said.
    """
    assert await usual_version(owner) is None
    await many("P", 20)
    await owner.execute("ANALYZE staging_acra_companies")
    assert await usual_version(owner) == "2020"
    await owner.execute("UPDATE staging_acra_companies SET ssic_version = '2025' WHERE uen < 'P0011'")
    await owner.execute("ANALYZE staging_acra_companies")
    assert await usual_version(owner) is None
