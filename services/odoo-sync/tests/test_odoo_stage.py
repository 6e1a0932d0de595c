"""odoo-sync's handler on a real PostgreSQL, with an Odoo that fails to order: what stands in Odoo, links and outbox."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from common.cloudevents import Envelope, decode_body, encode_body
from common.contracts import Company, Contact, LeadScored, LeadSynced
from common.ids import NO_REPLAY, new_id
from common.inbox import Arrival, Inbox
from common.postgres import Database
from common.stage import Item, Work
from odoo_sync.connections import CredentialsUnreadable
from odoo_sync.consumer import odoo_sync
from odoo_sync.odoo import OdooServers, OdooUnavailable

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CREDENTIALS = Fernet(Fernet.generate_key())
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
INBOX = Inbox("odoo-sync", timedelta(minutes=1))
EMAIL = Contact(kind="email", value="sales@acme.sg", source_url="http://acme.sg/contact")


@dataclass
class Desk:
    """A company that the register knows, and everything to hand its leads to the stage."""

    database: Database
    company: Company
    http: httpx.AsyncClient
    tenant_id: int = 1

    def lead(self, *, score: float = 0.86, hours: int = 0, contact: Contact | None = EMAIL) -> LeadScored:
        return LeadScored(
            tenant_id=self.tenant_id,
            company=self.company,
            score=score,
            bucket="High" if score >= 0.66 else "Low",
            rationale=f"scored {score}",
            contact=contact,
            model_version="2026-11-1",
            enriched_at=NOW,
            scored_at=NOW + timedelta(hours=hours),
        )

    async def take_in(self, event: LeadScored) -> UUID:
        event_id = new_id()
        key = f"{event.key}:{event_id}".encode()  # a key of its own: what another delivery left open holds up nothing
        arrival = Arrival(
            *(event_id, NO_REPLAY, event.topic, 0, 0, key, event.tenant_id, "interactive"),
            *(encode_body(event), "[]", None),
        )
        async with self.database.plumbing() as tx:
            await INBOX.take_in(tx, [arrival])
        return event_id

    async def handle(self, event_id: UUID, *, credentials: Fernet | None = CREDENTIALS) -> None:
        """Runs the handler on this event as a worker does, with a claim of its own."""
        async with self.database.plumbing() as tx:
            await tx.execute("UPDATE inbox SET next_at = now() WHERE event_id = $1", event_id)
            claims = await INBOX.claim(tx, LeadScored.topic, "interactive", self.tenant_id, 1000)
        [claim] = [claim for claim in claims if claim.event_id == event_id]
        item = Item(decode_body(LeadScored, claim.value), Envelope(event_id, self.tenant_id, "interactive"), claim)
        stage = odoo_sync(OdooServers(self.http, timeout_s=5), credentials=credentials, min_score=0.66)
        await stage.handlers[LeadScored.topic].call(Work(item, self.database, INBOX, NOW))

    async def sync(self, event: LeadScored) -> LeadSynced:
        """Delivers the lead; returns what was announced of it."""
        await self.handle(await self.take_in(event))
        return (await self.announced())[-1]

    async def announced(self) -> list[LeadSynced]:
        async with self.database.plumbing() as tx:
            rows = await tx.fetch(
                "SELECT value FROM outbox WHERE producer = 'odoo-sync' AND key = $1 ORDER BY id",
                self.lead().key.encode(),
            )
        return [decode_body(LeadSynced, row["value"]) for row in rows]

    async def link(self) -> asyncpg.Record:
        async with self.database.transaction(self.tenant_id) as tx:
            row = await tx.fetchrow("SELECT * FROM odoo_links WHERE company_id = $1", self.company.company_id)
        assert row is not None
        return row

    def external_id(self, kind: str) -> str:
        return f"leadgen.{kind}_{self.tenant_id}_{self.company.uen}"


async def connect(owner: Owner, tenant_id: int, url: str, api_key: str) -> None:
    """What the operator does, with the tables' owner's login."""
    await owner.execute(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES ($1, $2, 'leads', $3)",
        *(tenant_id, url, CREDENTIALS.encrypt(api_key.encode())),
    )


@pytest.fixture
async def desk(database: Database, http: httpx.AsyncClient) -> Desk:
    """A company, and tenants without a connection."""
    uen = "201812345K"
    async with database.plumbing() as tx:
        company_id = await tx.fetchval(
            "INSERT INTO companies (uen, name) VALUES ($1, 'ACME') RETURNING company_id", uen
        )
    return Desk(database, Company(company_id=company_id, uen=uen, name="ACME"), http)


@pytest.fixture
async def connected(desk: Desk, fake: Any, owner: Owner) -> Desk:
    """The desk of a tenant whose Odoo is the fake."""
    await connect(owner, desk.tenant_id, fake.url, fake.api_key)
    return desk


async def test_a_tenant_without_a_connection_is_told_so(desk: Desk) -> None:
    """The link says it, the announcement says it, and no key is needed for that."""
    await desk.handle(await desk.take_in(desk.lead()), credentials=None)

    assert (await desk.link())["outcome"] == "no_connection"
    [told] = await desk.announced()
    assert (told.outcome, told.partner_id, told.lead_id) == ("no_connection", None, None)


async def test_a_good_lead_becomes_company_contact_and_lead(connected: Desk, fake: Any) -> None:
    """Odoo holds the three, and the link and the announcement hold their numbers."""
    told = await connected.sync(connected.lead())

    link = await connected.link()
    assert fake.external[connected.external_id("company")] == ("res.partner", link["partner_id"])
    assert fake.external[connected.external_id("contact")] == ("res.partner", link["contact_id"])
    assert fake.external[connected.external_id("lead")] == ("crm.lead", link["lead_id"])
    assert (told.outcome, told.partner_id, told.lead_id) == ("synced", link["partner_id"], link["lead_id"])
    lead = fake.record(connected.external_id("lead"))
    assert (lead["type"], lead["user_id/id"], lead["email_from"]) == ("lead", "", "sales@acme.sg")


async def test_a_lead_below_the_bar_is_a_company_only(connected: Desk, fake: Any) -> None:
    """No crm.lead is made of it."""
    told = await connected.sync(connected.lead(score=0.65, contact=None))

    assert told.lead_id is None
    assert len(fake.records["res.partner"]) == 1
    assert not fake.records["crm.lead"]


async def test_a_lead_delivered_twice_is_one_in_odoo_and_one_link(connected: Desk, fake: Any) -> None:
    """The second time changes neither."""
    first = await connected.sync(connected.lead())
    link = await connected.link()

    assert await connected.sync(connected.lead()) == first
    assert await connected.link() == link
    assert (len(fake.records["res.partner"]), len(fake.records["crm.lead"])) == (2, 1)


@pytest.mark.parametrize("faults", [["500"], ["cut"], ["", "cut"], ["", "", "", "cut"], ["", "", "", "", "500"]])
async def test_a_failure_halfway_loses_and_doubles_nothing(connected: Desk, fake: Any, faults: list[str]) -> None:
    """Whichever call fails, before or after it was done: nothing is announced, and the next attempt completes."""
    event_id = await connected.take_in(connected.lead())
    fake.faults = list(faults)
    with pytest.raises(OdooUnavailable):
        await connected.handle(event_id)
    assert await connected.announced() == []

    await connected.handle(event_id)

    assert [told.outcome for told in await connected.announced()] == ["synced"]
    assert (len(fake.records["res.partner"]), len(fake.records["crm.lead"])) == (2, 1)


async def test_an_older_score_leaves_odoo_and_link_alone(connected: Desk, fake: Any) -> None:
    """And tells where the newer one stands."""
    newer = await connected.sync(connected.lead(score=0.9, hours=1))
    link, before = await connected.link(), json.dumps(fake.records)

    assert await connected.sync(connected.lead(score=0.7)) == newer
    assert await connected.link() == link
    assert json.dumps(fake.records) == before


async def test_what_a_rep_made_of_a_lead_stays(connected: Desk, fake: Any) -> None:
    """An opportunity stays one, theirs, by their name, when the company is scored again; the reason is kept current."""
    await connected.sync(connected.lead())
    theirs = {"type": "opportunity", "user_id/id": "the rep", "name": "The big one", "email_from": "boss@acme.sg"}
    fake.record(connected.external_id("lead")).update(theirs)

    await connected.sync(connected.lead(score=0.7, hours=1))

    lead = fake.record(connected.external_id("lead"))
    assert {column: lead[column] for column in theirs} == theirs
    assert "scored 0.7" in lead["description"]


async def test_what_a_rep_wrote_of_the_company_survives_its_first_lead(connected: Desk, fake: Any) -> None:
    """The company was there before it was a lead; its email is not overwritten with the contact's."""
    await connected.sync(connected.lead(score=0.2))
    fake.record(connected.external_id("company"))["email"] = "typed by a rep"

    await connected.sync(connected.lead(hours=1))

    assert fake.record(connected.external_id("company"))["email"] == "typed by a rep"


@pytest.mark.parametrize(("score", "leads"), [(0.9, 1), (0.2, 0)])
async def test_a_lead_deleted_in_odoo_is_made_again_while_it_is_good_enough(
    connected: Desk, fake: Any, score: float, leads: int
) -> None:
    """Link and announcement say what is there now."""
    first = await connected.sync(connected.lead())
    del fake.records["crm.lead"][first.lead_id], fake.external[connected.external_id("lead")]

    told = await connected.sync(connected.lead(score=score, hours=1))

    assert len(fake.records["crm.lead"]) == leads
    assert [told.lead_id] == (list(fake.records["crm.lead"]) or [None])
    assert (await connected.link())["lead_id"] == told.lead_id


async def test_a_lead_whose_score_falls_stays_and_is_kept_current(connected: Desk, fake: Any) -> None:
    """A rep may be at work on it: it is not taken away, but its reason says how it stands now."""
    first = await connected.sync(connected.lead())

    told = await connected.sync(connected.lead(score=0.2, hours=1, contact=None))

    assert told.lead_id == first.lead_id
    assert "scored 0.2" in fake.record(connected.external_id("lead"))["description"]
    assert (await connected.link())["contact_id"] is not None


async def test_two_tenants_with_one_odoo_have_each_their_own_records(connected: Desk, fake: Any, owner: Owner) -> None:
    """A company of both is two companies there."""
    other = Desk(connected.database, connected.company, connected.http, tenant_id=2)
    await connect(owner, other.tenant_id, fake.url, fake.api_key)

    first, second = await connected.sync(connected.lead()), await other.sync(other.lead())

    assert first.partner_id != second.partner_id
    assert (await connected.link())["lead_id"] != (await other.link())["lead_id"]


async def test_a_connection_that_goes_and_comes_back_finds_its_lead_again(
    connected: Desk, fake: Any, owner: Owner
) -> None:
    """Meanwhile there is nowhere; then the same lead, as the rep left it."""
    first = await connected.sync(connected.lead())
    fake.record(connected.external_id("lead"))["type"] = "opportunity"
    await owner.execute("DELETE FROM odoo_connections")
    meanwhile = await connected.sync(connected.lead(hours=1))
    await connect(owner, connected.tenant_id, fake.url, fake.api_key)

    told = await connected.sync(connected.lead(hours=2))

    assert (meanwhile.outcome, meanwhile.lead_id) == ("no_connection", None)
    assert told == first
    assert fake.record(connected.external_id("lead"))["type"] == "opportunity"


async def test_a_tenant_that_moves_to_another_odoo_gets_its_leads_there(connected: Desk, fake: Any) -> None:
    """Where its old lead's number is a stranger's: that one is left alone."""
    first = await connected.sync(connected.lead())
    stranger = {"name": "a stranger's"}
    fake.external.clear()
    fake.records.update({"res.partner": {}, "crm.lead": {first.lead_id: dict(stranger)}})
    fake.external["other.lead"] = ("crm.lead", first.lead_id)

    told = await connected.sync(connected.lead(hours=1))

    assert fake.external[connected.external_id("lead")] == ("crm.lead", told.lead_id)
    assert fake.records["crm.lead"][first.lead_id] == stranger


async def test_a_tenant_connected_later_gets_its_leads(desk: Desk, fake: Any, owner: Owner) -> None:
    """A lead that had nowhere to go is made when it comes again, also with the same score."""
    await desk.sync(desk.lead())
    await connect(owner, desk.tenant_id, fake.url, fake.api_key)

    told = await desk.sync(desk.lead())

    assert told.outcome == "synced"
    assert (await desk.link())["lead_id"] == told.lead_id is not None


@pytest.mark.parametrize("credentials", [None, Fernet(Fernet.generate_key())])
async def test_a_key_that_cannot_be_read_is_a_clear_permanent_error(
    connected: Desk, credentials: Fernet | None
) -> None:
    """It names the setting, and nothing was announced."""
    event_id = await connected.take_in(connected.lead())

    with pytest.raises(CredentialsUnreadable, match="ODOO_CREDENTIALS_KEY"):
        await connected.handle(event_id, credentials=credentials)

    assert await connected.announced() == []
