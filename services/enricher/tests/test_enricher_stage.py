"""The enricher's handler on the real Kafka and PostgreSQL: what a visit leaves, and what a repeat does not."""

import json
from typing import Any

import asyncpg
import pytest

from common.cloudevents import decode_body
from common.contracts import Company, CompanyEnriched, RequestEnrichment, RequestNightlyEnrichment
from common.ids import new_id
from common.postgres import Database
from common.testing import a_company, at_work, ended, envelope_for, publish, read_topic
from enricher.consumer import enricher

HOME = "http://acme.sg/"


@pytest.fixture
async def acme(database: Database) -> Company:
    """A company that the register knows."""
    async with database.plumbing() as tx:
        company_id = await tx.fetchval(
            "INSERT INTO companies (uen, name) VALUES ('201912345K', 'ACME') RETURNING company_id"
        )
    return a_company("201912345K", company_id=company_id, website_domain="acme.sg")


async def rows(database: Database, table: str) -> list[asyncpg.Record]:
    async with database.transaction(1) as tx:
        return await tx.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")


async def test_a_visit_is_kept_and_announced_once_however_often_it_is_asked_for(
    database: Database, kafka: str, web: Any, acme: Company
) -> None:
    """The run, the contacts and the announcement say the same; a redelivered request changes nothing."""
    web.serve(HOME, "<title>Acme</title> mei@acme.sg 6123 4567")
    event, event_id = RequestEnrichment(tenant_id=1, company=acme), new_id()
    async with web.visitor() as visitor, at_work(enricher(visitor), database, kafka):
        await publish(kafka, [(event, envelope_for(event, event_id))] * 2)
        await ended(database, "enricher", 1)

    [told] = [decode_body(CompanyEnriched, record.value) for record in await read_topic(kafka, CompanyEnriched.topic)]
    assert (told.company, told.site.title, told.site.outcome) == (acme, "Acme", "visited")
    assert [contact.value for contact in told.contacts] == ["mei@acme.sg", "+6561234567"]
    [run] = await rows(database, "company_enrichment_runs")
    assert (run["event_id"], run["lane"], run["outcome"]) == (event_id, "interactive", "visited")
    assert json.loads(run["facts"]) == told.site.model_dump()
    assert json.loads(run["pages"]) == [{"url": HOME, "status": 200, "bytes": 41}]
    assert run["enriched_at"] == told.enriched_at
    assert {row["value"] for row in await rows(database, "contacts")} == {"mei@acme.sg", "+6561234567"}


async def test_a_later_visit_that_finds_the_same_leaves_the_contacts(
    database: Database, kafka: str, web: Any, acme: Company
) -> None:
    """`updated_at` moves with content only; the visit itself has a row of its own, and the night its lane."""
    web.serve(HOME, "mei@acme.sg")
    first, second = (kind(tenant_id=1, company=acme) for kind in (RequestEnrichment, RequestNightlyEnrichment))
    async with web.visitor() as visitor, at_work(enricher(visitor), database, kafka):
        await publish(kafka, [(first, envelope_for(first))])
        await ended(database, "enricher", 1)
        before = await rows(database, "contacts")
        await publish(kafka, [(second, envelope_for(second, lane="nightly"))])
        await ended(database, "enricher", 2)

    assert await rows(database, "contacts") == before
    assert {row["lane"] for row in await rows(database, "company_enrichment_runs")} == {"interactive", "nightly"}


async def test_a_company_without_a_site_goes_on(database: Database, kafka: str, web: Any, acme: Company) -> None:
    """It says so, and is announced like any other."""
    event = RequestEnrichment(tenant_id=1, company=acme.model_copy(update={"website_domain": None}))
    async with web.visitor() as visitor, at_work(enricher(visitor), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)

    [told] = [decode_body(CompanyEnriched, record.value) for record in await read_topic(kafka, CompanyEnriched.topic)]
    assert (told.site.outcome, told.contacts, told.degraded_reasons) == ("no_site_known", [], ["no website known"])
