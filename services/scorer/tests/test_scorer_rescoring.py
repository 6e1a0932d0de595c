"""A tenant's leads scored again on a real PostgreSQL, after its ICP or its weights changed: from what was kept of them,
each once, whoever is killed on the way, and whatever is scored meanwhile.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeAlias, TypeVar

import asyncpg
import pytest

from common import metrics
from common.cloudevents import Envelope, decode_body, encode_body, encode_headers, pack_headers
from common.contracts import Company, CompanyEnriched, Event, Icp, IcpChanged, LeadScored, Site
from common.ids import NO_REPLAY, new_id
from common.inbox import Arrival, Claim, Inbox
from common.outbox import Place, sendables
from common.postgres import Database
from common.stage import Batch, Item, Work
from common.testing import until
from industries.hierarchy import Code, Hierarchy
from leadgen.ssic import ssic_2020
from scorer.consumer import scorer
from scorer.industry import Industries
from scorer.main import rescore_all
from scorer.model import ModelWrong, read_model
from scorer.rescoring import CHUNK
from scorer.yardstick import Profile, Yardstick, Yardsticks

E = TypeVar("E", bound=Event)
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
INDUSTRIES = Industries(Hierarchy(Code("2020", *code) for code in ssic_2020()))
LEADS = 2 * CHUNK + 10

ENLIST = (
    "INSERT INTO companies (uen, name) SELECT 'U' || n, 'MAKER' FROM generate_series(1, $1::int) n RETURNING company_id"
)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

_offsets = count()


class Killed(Exception):
    """Stands for the end of the process."""


class Failing(Yardsticks):
    """Gives out so many yardsticks, then the process is killed."""

    def __init__(self, left: int) -> None:
        super().__init__(read_model(), INDUSTRIES)
        self._left = left

    def of(self, profile: Profile) -> Yardstick:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return super().of(profile)


class Scorer:
    """The scorer's handlers on a database, less Kafka, and what they leave there."""

    def __init__(self, database: Database, owner: Owner, companies: Sequence[Company]) -> None:
        self.database = database
        self.owner = owner
        self.companies = companies
        self.yardsticks = Yardsticks(read_model(), INDUSTRIES)
        self._inbox = Inbox("scorer", timedelta(seconds=60))

    def enriched(self, company: Company, tenant_id: int = 1, *, hours: int = 0) -> CompanyEnriched:
        return CompanyEnriched(
            tenant_id=tenant_id,
            company=company,
            site=Site(outcome="visited", url="http://acme.sg"),
            contacts=[],
            degraded_reasons=[],
            enriched_at=NOW + timedelta(hours=hours),
        )

    @asynccontextmanager
    async def scoring(self, *events: CompanyEnriched) -> AsyncIterator[list[LeadScored]]:
        """Scores these events; commits at the end."""
        async with self.database.transaction(events[0].tenant_id) as tx:
            batch = Batch([an_item(event) for event in events], tx, NOW, "scorer")
            await scorer(self.yardsticks).handlers[CompanyEnriched.topic].call(batch)
            yield [decode_body(LeadScored, message.value) for message in batch.announced]

    async def score_all(self, tenant_id: int = 1) -> None:
        for at in range(0, len(self.companies), 200):
            async with self.scoring(*(self.enriched(it, tenant_id) for it in self.companies[at : at + 200])):
                pass

    async def work(self, event: IcpChanged) -> Work[IcpChanged]:
        """The event in hand."""
        item = an_item(event)
        arrival = Arrival(
            event_id=item.event_id,
            replay_id=NO_REPLAY,
            topic=event.topic,
            partition=0,
            offset=next(_offsets),
            key=None,
            tenant_id=event.tenant_id,
            lane="interactive",
            value=encode_body(event),
            headers=item.claim.headers,
            flaw=None,
        )
        async with self.database.plumbing() as tx:
            await self._inbox.take_in(tx, [arrival])
            [claim] = await self._inbox.claim(tx, event.topic, "interactive", event.tenant_id, 1)
        return Work(replace(item, claim=claim), self.database, self._inbox, NOW)

    async def change(self, event: IcpChanged) -> None:
        await self.run(await self.work(event))

    async def run(self, work: Work[IcpChanged], yardsticks: Yardsticks | None = None) -> None:
        await scorer(yardsticks or self.yardsticks).handlers[IcpChanged.topic].call(work)

    async def told(self) -> list[LeadScored]:
        """What was announced since the last look."""
        rows = await self.owner.fetch("DELETE FROM outbox WHERE producer = 'scorer' RETURNING *")
        sent = [
            it
            for row in rows
            for it in sendables(Place(row["lane"], row["id"]), row["key"], row["value"], row["headers"], row["events"])
        ]
        return [decode_body(LeadScored, it.value) for it in sent]

    async def rows(self, tenant_id: int = 1) -> list[asyncpg.Record]:
        return await self.owner.fetch(
            "SELECT s.company_id, s.score, s.rationale, s.has_icp, s.model_version, s.updated_at, f.icp_at,"
            "       f.features, f.enriched_at"
            "  FROM lead_scores s JOIN lead_features f USING (tenant_id, company_id) WHERE tenant_id = $1 ORDER BY 1",
            tenant_id,
        )


def an_item(event: E) -> Item[E]:
    """An event with a claim that nobody asks the inbox about."""
    envelope = Envelope(new_id(), event.tenant_id, "interactive")
    claim = Claim(
        event_id=envelope.event_id,
        replay_id=envelope.replay_id,
        attempts=1,
        topic=event.topic,
        partition=0,
        offset=0,
        key=event.key.encode(),
        tenant_id=event.tenant_id,
        lane="interactive",
        value=None,
        headers=pack_headers(encode_headers(event, envelope, source="test")),
        received_at=NOW,
        failures=0,
        error=None,
    )
    return Item(event, envelope, claim)


@pytest.fixture
async def at(database: Database, owner: Owner) -> Scorer:
    """Companies of two industries, one as many as the other, that nobody has scored yet."""
    rows = await owner.fetch(ENLIST, LEADS)
    codes = ("25912", "46900")
    return Scorer(
        database,
        owner,
        [
            Company(
                company_id=row["company_id"],
                uen=f"U{number}",
                name="MAKER",
                industry_code=codes[number % 2],
                ssic_version="2020",
            )
            for number, row in enumerate(rows, 1)
        ],
    )


def an_icp(*industries: str, hours: int = 0, tenant_id: int = 1) -> IcpChanged:
    return IcpChanged(
        tenant_id=tenant_id, icp=Icp(industries=list(industries)), changed_at=NOW + timedelta(hours=hours)
    )


async def test_a_changed_icp_scores_the_tenants_leads_again(at: Scorer) -> None:
    """All of them, in several chunks, from what was kept; each is announced once, and its enrichment is what it was."""
    await at.score_all()
    before = await at.rows()

    await at.change(an_icp("2020:25"))

    after, told = await at.rows(), await at.told()
    assert len(after) == LEADS > 2 * CHUNK
    assert {row["icp_at"] for row in after} == {NOW}
    assert {row["has_icp"] for row in after} == {True}
    assert [row["enriched_at"] for row in after] == [row["enriched_at"] for row in before]
    assert sorted((it.company.company_id, it.score, it.rationale) for it in told) == [
        (row["company_id"], row["score"], row["rationale"]) for row in after
    ]
    fitting, others = {row["score"] for row in after[1::2]}, {row["score"] for row in after[::2]}
    assert max(fitting) > max(row["score"] for row in before) > 0
    assert max(others) < min(fitting)


async def test_only_leads_of_which_something_else_is_said_are_announced(at: Scorer) -> None:
    """An ICP that comes to the same for them moves neither `updated_at` nor anybody's Odoo."""
    await at.score_all()
    await at.change(an_icp("2020:25"))
    await at.told()
    before = await at.rows()

    await at.change(an_icp("2020:25", "2020:259", hours=1))

    after = await at.rows()
    assert await at.told() == []
    assert [row["updated_at"] for row in after] == [row["updated_at"] for row in before]
    assert {row["icp_at"] for row in after} == {NOW + timedelta(hours=1)}


async def test_a_change_that_was_killed_midway_is_gone_on_with(at: Scorer) -> None:
    """What a chunk committed stays done: the whole announces each lead once."""
    await at.score_all()
    work = await at.work(an_icp("2020:25"))
    with pytest.raises(Killed):
        await at.run(work, Failing(1))
    assert len([row for row in await at.rows() if row["icp_at"]]) == CHUNK

    await at.run(work)

    assert {row["icp_at"] for row in await at.rows()} == {NOW}
    told = [it.company.company_id for it in await at.told()]
    assert sorted(told) == [it.company_id for it in at.companies]


async def test_the_newest_change_wins_whatever_comes_last(at: Scorer) -> None:
    """An older one that is late changes nothing."""
    await at.score_all()
    await at.change(an_icp("2020:46", hours=1))
    before = await at.rows()
    await at.told()

    await at.change(an_icp("2020:25"))
    await at.change(an_icp("2020:46", hours=1))

    assert await at.rows() == before
    assert await at.told() == []


async def test_a_tenants_change_never_moves_anothers_leads(at: Scorer) -> None:
    """Nor what is scored for it later."""
    await at.score_all(1)
    await at.score_all(2)
    before = await at.rows(2)

    await at.change(an_icp("2020:25", tenant_id=1))

    assert await at.rows(2) == before
    assert {it.tenant_id for it in await at.told()} == {1}
    async with at.scoring(at.enriched(at.companies[0], 2, hours=1)) as [lead]:
        assert lead.has_icp is False


async def test_a_score_that_is_under_way_when_the_icp_changes_is_not_missed(at: Scorer) -> None:
    """It was made by the old ICP and is not committed yet: the change waits for it, and finds it."""
    event = at.enriched(at.companies[0])
    async with at.scoring(event) as [lead]:
        assert lead.has_icp is False
        change = asyncio.create_task(at.change(an_icp("2020:25")))

        async def is_waiting() -> bool:
            return bool(await at.owner.fetchval(WAITING))

        await until(is_waiting)
        assert not change.done()
        began = datetime.now(UTC)
    await change

    [row] = await at.rows()
    assert (row["has_icp"], row["icp_at"]) == (True, NOW)
    [told] = await at.told()
    assert told.has_icp is True
    assert told.scored_at >= began  # later than the score that it replaces


async def test_an_enrichment_after_the_change_is_scored_by_the_new_icp(at: Scorer) -> None:
    """At once, and needs no walk."""
    await at.change(an_icp("2020:25"))

    async with at.scoring(at.enriched(at.companies[0])) as [lead]:
        assert lead.has_icp is True

    [row] = await at.rows()
    assert row["icp_at"] == NOW


async def test_a_lead_from_before_there_was_evidence_waits_for_its_next_enrichment(at: Scorer) -> None:
    """There is nothing to score it from."""
    await at.score_all()
    await at.owner.execute("UPDATE lead_features SET evidence = NULL")
    before = await at.rows()

    await at.change(an_icp("2020:25"))

    assert await at.rows() == before


async def test_a_tenants_own_weights_hold_from_the_next_score_on_and_for_all_after_a_rescore(at: Scorer) -> None:
    """The command announces what changed, once, and a second run finds nothing to do."""
    await at.score_all()
    before = await at.rows()
    await at.owner.execute(
        "INSERT INTO scoring_models (tenant_id, weights, version) VALUES (1, '{\"site_live\": 3}', 'mine')"
    )

    assert await rescore_all(at.database, at.yardsticks, 1) == {"leads": LEADS, "changed": LEADS}

    after = await at.rows()
    assert {row["model_version"] for row in after} == {f"{read_model().version}+mine"}
    assert min(row["score"] for row in after) > max(row["score"] for row in before)
    assert len(await at.told()) == LEADS
    assert await rescore_all(at.database, at.yardsticks, 1) == {"leads": 0, "changed": 0}
    assert await at.told() == []


@pytest.mark.parametrize("weights", ['{"news": -1}', '{"news": "much"}', '{"news": [1]}', '{"news": 1e7}', "[1]"])
async def test_weights_that_are_no_numbers_cannot_be_written(at: Scorer, weights: str) -> None:
    """The operator hears of it at once."""
    with pytest.raises(asyncpg.CheckViolationError):
        await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", weights)


@pytest.mark.parametrize("weights", ['{"luck": 3}', json.dumps({it.name: 0 for it in read_model().criteria})])
async def test_weights_that_cannot_be_used_stop_no_tenants_night(at: Scorer, weights: str) -> None:
    """The model's are used and named, which is counted; put right under the same name, they are found to be others."""
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", weights)
    counted = metrics.weights_unusable._value.get()

    await at.score_all()
    await at.change(an_icp("2020:25"))

    assert {row["model_version"] for row in await at.rows()} == {read_model().version}
    assert metrics.weights_unusable._value.get() > counted
    with pytest.raises(ModelWrong, match="correct scoring_models"):
        await rescore_all(at.database, at.yardsticks, 1)
    await at.owner.execute("UPDATE scoring_models SET weights = '{\"industry\": 3}'")
    assert (await rescore_all(at.database, at.yardsticks, 1))["leads"] == LEADS


async def test_weights_that_leave_nothing_for_a_tenant_without_an_icp_are_the_models(at: Scorer) -> None:
    """As are those that name the industry alone, once there is no ICP to compare it with."""
    others = {it.name: 0 for it in read_model().criteria if it.group != "icp"}
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", json.dumps({"industry": 1} | others))

    await at.score_all()
    assert {row["model_version"] for row in await at.rows()} == {read_model().version}

    await at.change(an_icp("2020:25"))
    assert {row["model_version"] for row in await at.rows()} == {f"{read_model().version}+mine"}


async def test_two_replicas_that_score_a_tenants_leads_again_at_once_announce_each_once(at: Scorer) -> None:
    """What one has locked the other waits for, and then passes over."""
    await at.score_all()
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, '{\"site_live\": 3}', 'mine')")

    done = await asyncio.gather(*(rescore_all(at.database, at.yardsticks, 1) for _ in range(2)))

    assert sum(it["leads"] for it in done) == LEADS
    assert sorted(it.company.company_id for it in await at.told()) == [it.company_id for it in at.companies]
