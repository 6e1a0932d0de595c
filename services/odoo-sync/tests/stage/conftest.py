"""The stage on a real PostgreSQL with an Odoo that behaves as tests ask it to, and what they ask of both."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet, MultiFernet

from common.cloudevents import Envelope, decode_body, encode_body
from common.contracts import CheckOdoo, Company, Contact, Event, LeadScored, LeadSynced, ResyncOdoo
from common.delivery.inbox import Arrival, Inbox
from common.handling.stage import Stage
from common.handling.work import Chunk, Item, Work
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from odoo_sync.consumer import odoo_sync
from odoo_sync.protocols.servers import OdooServers
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables.writer_lock import WriterLock

# Rows that a worker has locked are left alone: waiting for them could deadlock with it.
AGE_INBOX = """
    UPDATE inbox SET received_at = received_at - $1::interval, first_failed_at = first_failed_at - $1::interval,
                     next_at = CASE WHEN in_hand IS NULL THEN next_at - $1::interval ELSE next_at END
     WHERE (consumer, event_id, replay_id) IN
           (SELECT consumer, event_id, replay_id FROM inbox WHERE state = 'open' FOR UPDATE SKIP LOCKED)
"""
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KEY = Fernet(Fernet.generate_key())
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
INBOX = Inbox("odoo-sync", timedelta(minutes=1))
EMAIL = Contact(kind="email", value="sales@acme.sg", source_url="http://acme.sg/contact")


@dataclass
class TenantHarness:
    """A tenant, companies that the register knows, and everything to hand leads to the stage."""

    database: Database
    owner: Owner
    http: httpx.AsyncClient
    company: Company
    tenant_id: int = 1
    recreate_deleted: bool = False
    credentials: MultiFernet | None = field(default_factory=lambda: MultiFernet([KEY]))

    def of(self, tenant_id: int) -> "TenantHarness":
        return replace(self, tenant_id=tenant_id)

    @property
    def syncing(self) -> LeadSync:
        servers = OdooServers(self.http, timeout_s=5)
        return LeadSync(servers, WriterLock(self.database), self.credentials, 0.66, self.recreate_deleted)

    @asynccontextmanager
    async def composed(self, _: Database) -> AsyncIterator[LeadSync]:
        """Gives the operator's commands what main.py gives them."""
        yield self.syncing

    @property
    def stage(self) -> Stage:
        return odoo_sync(self.syncing)

    async def connect(self, url: str, api_key: str, *own_fields: str) -> None:
        """Stores a connection, with the login of the tables' owner."""
        await self.owner.execute(
            "INSERT INTO odoo_connections (tenant_id, url, database, api_key, own_fields)"
            " VALUES ($1, $2, 'leads', $3, $4)",
            *(self.tenant_id, url, KEY.encrypt(api_key.encode()), list(own_fields)),
        )

    async def more(self, count: int) -> list[Company]:
        """Adds as many companies."""
        rows = await self.owner.fetch(
            "INSERT INTO companies (uen, name) SELECT '2019' || 10000 + n || 'K', 'MAKER ' || n"
            "  FROM generate_series(1, $1::int) n RETURNING company_id, uen, name",
            count,
        )
        return [Company(**dict(row)) for row in rows]

    def lead(
        self,
        *,
        score: float = 0.86,
        hours: int = 0,
        contact: Contact | None = EMAIL,
        company: Company | None = None,
        **known: Any,
    ) -> LeadScored:
        return LeadScored(
            tenant_id=self.tenant_id,
            company=(company or self.company).model_copy(update=known),
            score=score,
            bucket="High" if score >= 0.66 else "Low",
            rationale=f"scored {score}",
            contact=contact,
            model_version="2026-11-1",
            enriched_at=NOW,
            scored_at=NOW + timedelta(hours=hours),
        )

    async def take_in(self, *events: Event) -> list[UUID]:
        """A key of its own for each: what another delivery left open holds up nothing."""
        ids = [new_id() for _ in events]
        arrivals = [
            Arrival(
                *(event_id, NO_REPLAY, event.topic, 0, 0, f"{event.key}:{event_id}".encode(), event.tenant_id),
                *("interactive", encode_body(event), "[]", None),
            )
            for event, event_id in zip(events, ids, strict=True)
        ]
        async with self.database.without_tenant() as tx:
            await INBOX.take_in(tx, arrivals)
        return ids

    async def handle(self, event_ids: Iterable[UUID], afresh: datetime | None = None) -> None:
        """Runs the handlers on these events as a worker does, with claims of its own."""
        async with self.database.without_tenant() as tx:
            await tx.execute(
                "UPDATE inbox_odoo_sync SET next_at = now() WHERE event_id = ANY($1::uuid[])", list(event_ids)
            )
            await INBOX.make_due_ready(tx)
        for model in (LeadScored, ResyncOdoo, CheckOdoo):
            async with self.database.without_tenant() as tx:
                claims = await INBOX.claim(tx, model.topic, "interactive", self.tenant_id, 1000)
            items = [
                Item(
                    decode_body(model, claim.value),
                    Envelope(claim.event_id, self.tenant_id, "interactive", afresh=afresh),
                    claim,
                )
                for claim in claims
                if claim.event_id in event_ids
            ]
            if not items:
                continue
            call = self.stage.handlers[model.topic].call
            if model is LeadScored:
                await call(Chunk(items, self.database, INBOX, datetime.now(UTC)))
            else:
                await call(Work(items[0], self.database, INBOX, datetime.now(UTC)))

    async def let_pass(self, time: timedelta) -> None:
        """Makes all that the database remembers of waiting older by this much. Claims in hand keep their lease."""
        await self.owner.execute(
            "UPDATE odoo_outages SET since = since - $1::interval, probe_at = probe_at - $1::interval", time
        )
        await self.owner.execute(AGE_INBOX, time)
        await self.owner.execute(
            "UPDATE inbox_pauses SET since = since - $1::interval, until = until - $1::interval", time
        )
        async with self.database.statement() as tx:
            await INBOX.make_due_ready(tx)

    async def outage(self) -> "asyncpg.Record | None":
        return await self.owner.fetchrow("SELECT * FROM odoo_outages")

    async def sync(self, *events: LeadScored, afresh: datetime | None = None) -> LeadSynced:
        """Delivers the leads in one chunk; returns what was announced last."""
        await self.handle(await self.take_in(*events), afresh)
        return (await self.announced())[-1]

    async def resync(self) -> None:
        await self.handle(await self.take_in(ResyncOdoo(tenant_id=self.tenant_id, requested_at=datetime.now(UTC))))

    async def check(self) -> list[str]:
        """Has the connection checked, as the gateway asks; returns the problems that are stored."""
        wanted = CheckOdoo(tenant_id=self.tenant_id, requested_by="admin", requested_at=datetime.now(UTC))
        await self.handle(await self.take_in(wanted))
        async with self.database.transaction(self.tenant_id) as tx:
            problems: list[str] = await tx.fetchval("SELECT problems FROM odoo_checks")
        return problems

    async def announced(self) -> list[LeadSynced]:
        async with self.database.without_tenant() as tx:
            rows = await tx.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", LeadSynced.topic)
        emitted = [decode_body(LeadSynced, row["value"]) for row in rows]
        return [it for it in emitted if it.tenant_id == self.tenant_id]

    async def link(self, company: Company | None = None) -> "asyncpg.Record":
        async with self.database.transaction(self.tenant_id) as tx:
            wanted = (company or self.company).company_id
            row = await tx.fetchrow("SELECT * FROM odoo_links WHERE company_id = $1", wanted)
        assert row is not None
        return row

    def external_id(self, kind: str, company: Company | None = None) -> str:
        return f"leadgen.{kind}_{self.tenant_id}_{(company or self.company).uen}"


def writes(calls: Sequence[str]) -> list[str]:
    """The calls that change something."""
    return [call for call in calls if call.rpartition(".")[2] in ("load", "write", "create", "unlink")]


@pytest.fixture
def writes_among() -> Any:
    """Tells the calls that change something from the others."""
    return writes


@pytest.fixture
async def harness(database: Database, owner: Owner, http: httpx.AsyncClient) -> TenantHarness:
    """A company, and tenants without a connection."""
    uen = "201812345K"
    company_id = await owner.fetchval("INSERT INTO companies (uen, name) VALUES ($1, 'ACME') RETURNING company_id", uen)
    return TenantHarness(database, owner, http, Company(company_id=company_id, uen=uen, name="ACME"))


@pytest.fixture
async def connected(harness: TenantHarness, fake: Any) -> TenantHarness:
    """The harness of a tenant whose Odoo is the fake."""
    await harness.connect(fake.url, fake.api_key)
    return harness
