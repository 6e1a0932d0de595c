"""The end of enrichments on the real PostgreSQL: many in one transaction, none lost with another's lease."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from common.cloudevents import encode_body
from common.contracts import CompanyEnriched, RequestEnrichment, Site
from common.delivery.inbox import Arrival, Inbox
from common.errors import LeaseLost
from common.handling.group_commit import GroupCommit
from common.handling.work import Item, Work
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from enricher.crawl.visits import Visit
from enricher.enrichment import runs
from enricher.enrichment.profiling import Profile
from enricher.enrichment.result import Enrichment
from enricher.enrichment.runs import Run
from enricher.llm.corpus import Corpus
from enricher.lock_order import LOCK_ORDER
from enricher.steps import Steps
from testkit.stages import a_company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SITE = Site(outcome="no_site_known")


async def at_hand(database: Database, owner: Owner, number: int) -> list[Work[RequestEnrichment]]:
    """Claims as many requests of tenant 1."""
    inbox = Inbox("enricher", timedelta(minutes=1))
    async with database.without_tenant() as tx:
        for nth in range(number):
            uen = f"2019{nth:05}K"
            company_id = await owner.fetchval(
                "INSERT INTO companies (uen, name) VALUES ($1, 'ACME') RETURNING company_id", uen
            )
            event = RequestEnrichment(tenant_id=1, company=a_company(uen, company_id=company_id))
            arrival = Arrival(
                new_id(),
                NO_REPLAY,
                event.topic,
                0,
                nth,
                event.key.encode(),
                1,
                "nightly",
                encode_body(event),
                "[]",
                None,
            )
            await inbox.take_in(tx, [arrival])
        claims = await inbox.claim(tx, RequestEnrichment.topic, "nightly", 1, number)
    return [
        Work(
            Item(RequestEnrichment.model_validate_json(claim.value or b""), claim.envelope, claim), database, inbox, NOW
        )
        for claim in claims
    ]


async def finish_all(database: Database, works: Sequence[Work[RequestEnrichment]]) -> list[Any]:
    """Finishes all at the same moment; returns the outcome of each."""
    group_commit = GroupCommit(database, LOCK_ORDER)
    done = Enrichment(Profile(SITE, (), (), (), Visit(SITE), Corpus(())), (), (), Steps(reasons=["a; b", "no, 'c'"]))

    def ending_of(work: Work[RequestEnrichment]) -> Any:
        company = work.event.company
        run = Run(company, done, [], work.event_id, work.replay_id, work.lane, NOW, keeps_corpus=False)
        event = CompanyEnriched(
            tenant_id=1, company=company, site=SITE, contacts=[], degraded_reasons=[], enriched_at=NOW
        )
        return work.finish_with(group_commit, runs.save, run, announcing=[event])

    return await asyncio.gather(*map(ending_of, works), return_exceptions=True)


async def left(database: Database) -> tuple[int, int, int]:
    """Runs recorded, announcements, requests ended."""
    async with database.transaction(1) as tx:
        runs = await tx.fetch("SELECT degraded_reasons, xmin::text FROM company_enrichment_runs")
        found = await tx.fetchval("SELECT count(*) FROM outbox")
        ended = await tx.fetchval("SELECT count(*) FROM inbox_enricher WHERE state = 'done'")
    assert all(run["degraded_reasons"] == ["a; b", "no, 'c'"] for run in runs)
    return len(runs), found, ended


async def test_those_that_end_at_the_same_moment_end_together(database: Database, owner: Owner) -> None:
    """Each has its row, its announcement and its end, by one transaction."""
    works = await at_hand(database, owner, 5)

    assert await finish_all(database, works) == [None] * 5

    assert await left(database) == (5, 5, 5)
    assert not any(work.unfinished for work in works)
    async with database.transaction(1) as tx:
        assert await tx.fetchval("SELECT count(DISTINCT xmin::text) FROM company_enrichment_runs") == 1


async def test_a_lost_lease_is_the_losers_alone(database: Database, owner: Any) -> None:
    """Another replica has taken the request: of ours nothing stays, and the others end."""
    works = await at_hand(database, owner, 3)
    await owner.execute("UPDATE inbox SET attempts = attempts + 1 WHERE event_id = $1", works[1].event_id)

    first, lost, last = await finish_all(database, works)

    assert (first, last) == (None, None)
    assert isinstance(lost, LeaseLost)
    assert [bool(work.unfinished) for work in works] == [False, True, False]
    assert await left(database) == (2, 2, 2)
