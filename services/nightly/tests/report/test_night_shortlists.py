"""The shortlist of a night: its order, what is new in it, its bound, and that it stays."""

from datetime import timedelta
from typing import TypeAlias

import asyncpg

from common.postgres import Database
from nightly.tables.shortlists import keep_shortlist
from testkit.nights.known_night import report, the_known_night
from testkit.nights.runs import NIGHT, a_run

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def test_the_shortlist_is_in_order_and_says_what_is_new(database: Database, owner: Owner) -> None:
    """Best first, with the best contact that works, and Odoo's number."""
    earlier = NIGHT - timedelta(days=1)
    first, second = await the_known_night(owner)
    ((run_id,),) = await owner.fetch("SELECT run_id FROM enrichment_runs WHERE night = $1", earlier)
    async with database.transaction(1) as tx:
        await keep_shortlist(tx, run_id)

    night = await report(database, first, second)

    short = night.tenants[0].shortlist
    assert [it.uen for it in short] == ["UEN1", "UEN2", "UEN3", "UEN4", "UEN5", "UEN6", "UEN7"]
    assert [it.is_new for it in short] == [False, True, True, True, True, True, True]
    assert (short[0].score, short[0].contact, short[0].odoo) == (0.9, "Ann Tan, CEO: ann@one.example", "lead 4001")
    assert short[1].contact == "+6561234567"
    assert [it.odoo for it in short[4:]] == ["refused", "deleted by people", "not there yet"]
    assert night.new_leads == 9


async def test_a_shortlist_does_not_change_after_its_night(database: Database, owner: Owner) -> None:
    """A score that changes later, and a lead that comes late, leave what stands there as it is."""
    first, second = await the_known_night(owner)
    before = (await report(database, first, second)).tenants[0].shortlist
    await owner.execute("UPDATE lead_scores SET score = 0.05, bucket = 'Low' WHERE company_id = 1 AND tenant_id = 1")
    await first.company(13, reached="scored", state="syncing", score=0.99, is_late=True)

    after = (await report(database, first, second)).tenants[0].shortlist

    assert after[:-1] == before
    assert (after[-1].uen, after[-1].score, after[-1].rank) == ("UEN13", 0.99, 8)


async def test_a_shortlist_has_at_most_the_cap(database: Database, owner: Owner) -> None:
    """A shortlist has at most the cap, also where more companies were scored."""
    run = await a_run(owner, 1, cap=2)
    for company_id, score in ((1, 0.4), (2, 0.9), (3, 0.6)):
        await run.company(company_id, reached="scored", state="syncing", score=score)

    night = await report(database, run)

    assert [it.uen for it in night.tenants[0].shortlist] == ["UEN2", "UEN3"]
