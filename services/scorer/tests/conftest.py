"""The scorer on a real PostgreSQL, less Kafka, and a register for it.

Test folders are no packages: what several files share is a fixture, or a builder of `testkit.leads.scoring`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TypeAlias

import asyncpg
import pytest

from common.cloudevents import decode_body, encode_body
from common.contracts import Company, CompanyEnriched, Icp, IcpChanged, LeadScored
from common.delivery.inbox import Arrival, Inbox
from common.delivery.outbox import sendables
from common.handling.work import Batch, Work
from common.ids import NO_REPLAY
from common.postgres import Database
from industries.ssic.hierarchy import Hierarchy
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache
from scorer.rescoring import CHUNK
from testkit.leads.scoring import NOW, an_enrichment, an_item
from testkit.register.industries import codes_2020

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ENLIST = (
    "INSERT INTO companies (uen, name) SELECT 'U' || n, 'MAKER' FROM generate_series(1, $1::int) n RETURNING company_id"
)
LEADS = 2 * CHUNK + 10

_offsets = count()


class Scorer:
    """The scorer's handlers on a database, less Kafka, and what they leave there."""

    def __init__(
        self, database: Database, owner: Owner, companies: Sequence[Company], industries: SsicVersions
    ) -> None:
        self.database = database
        self.owner = owner
        self.companies = companies
        self.profile_cache = ProfileCache(read_model(), industries)
        self._inbox = Inbox("scorer", timedelta(seconds=60))

    @asynccontextmanager
    async def scoring(self, *events: CompanyEnriched) -> AsyncIterator[list[LeadScored]]:
        """Scores these events; commits at the end."""
        async with self.database.transaction(events[0].tenant_id) as tx:
            batch = Batch([an_item(event) for event in events], tx, NOW, "scorer")
            await scorer(self.profile_cache).handlers[CompanyEnriched.topic].call(batch)
            yield [decode_body(LeadScored, message.value) for message in batch.announced]

    async def score_all(self, tenant_id: int = 1) -> None:
        for at in range(0, len(self.companies), 200):
            part = self.companies[at : at + 200]
            async with self.scoring(*(an_enrichment(it, tenant_id=tenant_id) for it in part)):
                pass

    async def changed_icp(self, *industries: str, hours: int = 0, tenant_id: int = 1) -> Work[IcpChanged]:
        """In hand: that the tenant looks for these industries, since so many hours after NOW."""
        icp, changed_at = Icp(industries=list(industries)), NOW + timedelta(hours=hours)
        event = IcpChanged(tenant_id=tenant_id, icp=icp, changed_at=changed_at)
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
        async with self.database.without_tenant() as tx:
            await self._inbox.take_in(tx, [arrival])
            [claim] = await self._inbox.claim(tx, event.topic, "interactive", event.tenant_id, 1)
        return Work(replace(item, claim=claim), self.database, self._inbox, NOW)

    async def change_icp(self, *industries: str, hours: int = 0, tenant_id: int = 1) -> None:
        await self.run(await self.changed_icp(*industries, hours=hours, tenant_id=tenant_id))

    async def run(self, work: Work[IcpChanged], profile_cache: ProfileCache | None = None) -> None:
        await scorer(profile_cache or self.profile_cache).handlers[IcpChanged.topic].call(work)

    async def announced(self) -> list[LeadScored]:
        """Returns the events that were announced since the last look."""
        rows = await self.owner.fetch("DELETE FROM outbox WHERE producer = 'scorer' RETURNING *")
        sent = [it for row in rows for it in sendables(row["key"], row["value"], row["headers"], row["events"])]
        return [decode_body(LeadScored, body) for _, body, _ in sent]

    async def rows(self, tenant_id: int = 1) -> list[asyncpg.Record]:
        return await self.owner.fetch(
            "SELECT s.company_id, s.score, s.rationale, s.has_icp, s.model_version, s.updated_at, f.icp_at,"
            "       f.features, f.enriched_at"
            "  FROM lead_scores s JOIN lead_features f USING (tenant_id, company_id) WHERE tenant_id = $1 ORDER BY 1",
            tenant_id,
        )


@pytest.fixture(scope="session")
def industries() -> SsicVersions:
    """The industries of SSIC 2020."""
    return SsicVersions(Hierarchy(codes_2020()))


@pytest.fixture
async def at(database: Database, owner: Owner, industries: SsicVersions) -> Scorer:
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
        industries,
    )
