"""Making entries a tenant's companies in one statement, and telling of it: by PostgreSQL as by `Item.message`."""

import asyncio
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, pack_headers, unpack_headers
from common.contracts import Company, CompanyUpserted, RequestUpsert
from common.delivery.inbox import Claim
from common.delivery.messages import Message
from common.delivery.outbox import sendables
from common.handling.work import Item
from common.ids import NO_REPLAY, new_id
from common.postgres import Database
from upserter.saving import save_all, save_and_show
from upserter.tables.companies import FACTS

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOW = datetime(2026, 11, 22, 1, 0, 0, 123456, tzinfo=UTC)
REQUEST, ANOTHER = UUID(int=7), UUID(int=8)
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"

#: What somebody may have registered, or loaded, as a name or as a key.
HOSTILE = {
    "201912345K": 'O\'REILLY & "SONS" PTE. LTD.',
    "20\\u0041": "back\\slash \\n \\u0041 \\\\",
    "K-\u00e9\u4e2d\U0001f600": "G\u00d6TEBORG \u4e2d\u6587 \U0001f600 \u202e\u200b\ufeff",
    "K-\"quoted'": "{} $1 %s {key} {{}}",
    "K-\x01\x1f\x7f\x80": "control\x01\x02\x1b\x7f\x80\x9f",
    "K-%s{}$1": "'); DROP TABLE companies; --",
    "K-\n\t": "tab\there",
    "K:1:2": "a:b",
    "K-,[]": '"],["ce_id","',
}
ENTRY = """
    INSERT INTO staging_acra_companies (uen, entity_name, entity_status_description, registration_incorporation_date,
                                        primary_ssic_code, street_name, website)
    VALUES ($1, $2, 'Live', '2019-04-30', '25912', $2, 'b\u00fccher.example')
"""


def an_item(*, tenant_id: int = 1, traceparent: str | None = TRACE, replay_id: UUID = NO_REPLAY) -> Item[RequestUpsert]:
    """A job in hand, caused by somebody's request."""
    event_id = new_id()
    event = RequestUpsert(tenant_id=tenant_id, job_id=REQUEST)
    envelope = Envelope(event_id, tenant_id, "nightly", "request-\u00e9-1", replay_id, traceparent)
    claim = Claim(event_id, replay_id, 1, event.topic, 0, 0, None, tenant_id, "nightly", b"", "[]", NOW, 0, None)
    return Item(event, envelope, claim)


async def save(database: Database, item: Item[RequestUpsert], *entries: str, job_id: UUID = REQUEST) -> int:
    async with database.transaction(item.event.tenant_id) as tx:
        return await save_all(tx, entries, job_id, item.event_template(CompanyUpserted, "upserter", NOW.isoformat()))


async def announced(owner: Owner) -> list[Message]:
    """Takes the messages out of the outbox."""
    rows = await owner.fetch("DELETE FROM outbox WHERE producer = 'upserter' RETURNING *")
    return [
        Message(row["topic"], key, value, pack_headers(headers), row["lane"])
        for row in sorted(rows, key=lambda row: row["id"])
        for key, value, headers in sendables(row["key"], row["value"], row["headers"], row["events"])
    ]


async def companies(owner: Owner) -> dict[str, Company]:
    rows = await owner.fetch(f"SELECT company_id, uen, {', '.join(FACTS)} FROM companies WHERE uen IS NOT NULL")
    return {row["uen"]: Company(**dict(row)) for row in rows}


@pytest.mark.parametrize(
    "item",
    [an_item(), an_item(tenant_id=5, traceparent=None), an_item(replay_id=new_id())],
    ids=["a job", "without a trace", "a replay"],
)
async def test_what_postgresql_announces_is_what_the_stage_would_have(
    item: Item[RequestUpsert], owner: Owner, database: Database
) -> None:
    """What PostgreSQL announces is what the stage would have: the same topic, key, event and headers, whatever is in a
    name or a key; only the trace's last step differs.
    """
    await owner.executemany(ENTRY, HOSTILE.items())
    assert await save(database, item, *HOSTILE) == len(HOSTILE)
    known = await companies(owner)
    assert {uen: company.name for uen, company in known.items()} == {
        uen: " ".join(name.split()) for uen, name in HOSTILE.items()
    }
    messages = await announced(owner)
    assert len(messages) == len(HOSTILE)
    for message in messages:
        event = decode_body(CompanyUpserted, message.value)
        company = known.pop(event.company.uen)
        expected = CompanyUpserted(tenant_id=item.event.tenant_id, company=company, inserted=True, job_id=REQUEST)
        twin = item.message(expected, "upserter", NOW.isoformat())
        assert event == expected
        assert (message.topic, message.key, message.lane) == (twin.topic, twin.key, twin.lane)
        ours, theirs = unpack_headers(message.headers), unpack_headers(twin.headers)
        assert len(ours) == len(theirs)
        assert {**dict(ours), "traceparent": None} == {**dict(theirs), "traceparent": None}
        envelope = decode_headers(ours)
        assert envelope._replace(traceparent=None) == decode_headers(theirs)._replace(traceparent=None)
        assert envelope.traceparent is not None
        assert item.envelope.traceparent is None or envelope.traceparent[:36] == item.envelope.traceparent[:36]
    assert known == {}


async def test_a_company_without_a_uen_is_reported_of_by_its_key(owner: Owner, database: Database) -> None:
    """An event's `uen` says which company it is about: the key that the register has it under."""
    name = 'Z\u00cbST "Traders"'
    key = await owner.fetchval("SELECT no_uen($1)", name)
    await owner.execute(ENTRY, key, name)
    item = an_item()
    assert await save(database, item, key) == 1
    (message,) = await announced(owner)
    event = decode_body(CompanyUpserted, message.value)
    assert (event.company.uen, event.company.name, event.inserted) == (key, name, True)
    assert message.key == f"1:{key}".encode()
    assert (
        decode_headers(unpack_headers(message.headers)).event_id
        == decode_headers(unpack_headers(item.message(event, "upserter", "").headers)).event_id
    )


async def test_a_company_is_reported_of_when_it_is_news(owner: Owner, database: Database, enlist) -> None:
    """New, or this tenant's for the first time, or changed; not because somebody looked again."""
    await enlist("A")
    await enlist("B")
    first, second = an_item(), an_item(tenant_id=2)

    async def news(item: Item[RequestUpsert]) -> list[tuple[str, bool]]:
        assert await save(database, item, "A", "B") == 2
        events = [decode_body(CompanyUpserted, message.value) for message in await announced(owner)]
        return [(f"{event.tenant_id}:{event.company.uen}", event.inserted) for event in events]

    assert await news(first) == [("1:A", True), ("1:B", True)]
    assert await news(first) == []
    assert await news(second) == [("2:A", False), ("2:B", False)]
    await enlist("B", street_name="PARK ROAD")
    assert await news(first) == [("1:B", False)]
    assert await news(second) == []


async def test_what_is_rolled_back_was_never_announced(owner: Owner, database: Database, enlist) -> None:
    """Companies, candidates and events come together or not at all."""
    await enlist("A")
    template = an_item().event_template(CompanyUpserted, "upserter", NOW.isoformat())

    async def fail() -> None:
        async with database.transaction(1) as tx:
            await save_all(tx, ["A"], REQUEST, template)
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        await fail()
    assert await announced(owner) == []
    assert await companies(owner) == {}
    assert await owner.fetchval("SELECT count(*) FROM icp_candidate_companies") == 0


async def test_a_candidate_belongs_to_its_tenant_and_to_its_first_request(
    owner: Owner, database: Database, enlist
) -> None:
    """Another request does not take it over; another tenant has a row of its own."""
    await enlist("A")
    for tenant_id, request in ((1, REQUEST), (1, ANOTHER), (2, ANOTHER)):
        await save(database, an_item(tenant_id=tenant_id), "A", job_id=request)
    rows = await owner.fetch("SELECT tenant_id, job_id FROM icp_candidate_companies")
    assert {tuple(row) for row in rows} == {(1, REQUEST), (2, ANOTHER)}


async def test_the_few_come_back_as_they_stand_in_the_order_given(owner: Owner, database: Database, enlist) -> None:
    """With and without a UEN; what is not in the register, or cannot be distinguished from others, is left out."""
    await enlist("B", website="b.sg")
    await enlist("A")
    await owner.execute("INSERT INTO companies (name) VALUES ('Twin Traders'), ('TWIN TRADERS')")
    zest, twin = await owner.fetchrow("SELECT no_uen('Zest Traders'), no_uen('Twin Traders')")
    await enlist(zest, entity_name="Zest Traders")
    await enlist(twin, entity_name="Twin Traders")
    template = an_item().event_template(CompanyUpserted, "upserter", NOW.isoformat())
    async with database.transaction(1) as tx:
        shown = await save_and_show(tx, ["B", twin, zest, "none", "A"], REQUEST, template)
    assert [(company.uen, company.name) for company in shown] == [
        ("B", "ACME PTE. LTD."),
        (zest, "Zest Traders"),
        ("A", "ACME PTE. LTD."),
    ]
    known = await companies(owner)
    assert shown[0] == known["B"]
    assert shown[0].website_domain == "b.sg"
    assert {company.company_id for company in shown} == set(
        await owner.fetchval("SELECT array_agg(company_id) FROM icp_candidate_companies")
    )


async def test_those_who_save_the_same_companies_at_once_do_not_deadlock(
    owner: Owner, database: Database, enlist, deadlocks
) -> None:
    """Five tenants, several at once of each, in opposite orders: each has each candidate, announced once."""
    entries = [f"U{n:03}" for n in range(60)]
    for entry in entries:
        await enlist(entry)
    await asyncio.gather(
        *(save(database, an_item(tenant_id=1 + n % 5), *(entries if n % 2 else entries[::-1])) for n in range(30))
    )
    events = [decode_body(CompanyUpserted, message.value) for message in await announced(owner)]
    assert sorted(event.key for event in events) == sorted(f"{n}:{entry}" for n in range(1, 6) for entry in entries)
    assert sum(event.inserted for event in events) == 60
    rows = await owner.fetch("SELECT tenant_id, count(*) FROM icp_candidate_companies GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(n, 60) for n in range(1, 6)]
    assert await deadlocks(database) == 0
