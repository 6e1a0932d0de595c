"""The lists are kept up to date with what the services write. On a real PostgreSQL."""

from typing import TypeAlias

import asyncpg

from common.postgres import Database
from gateway.lists import changes
from gateway.lists.cursors import KEPT
from gateway.lists.filters import Filter
from testkit.leads.lists import CANDIDATE, Lists, candidates_of, ids_of, items_of

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


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
