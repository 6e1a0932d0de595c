"""The enricher's handler on the real Kafka and PostgreSQL: what an enrichment leaves, and what a repeat does not."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import asyncpg
import pytest

from common.cloudevents import decode_body
from common.contracts import Company, CompanyEnriched, Contact, RequestEnrichment, RequestNightlyEnrichment
from common.ids import new_id
from common.postgres import Database
from enricher.consumer import enricher
from enricher.contacts import contacts
from enricher.contacts.contacts import FoundContacts
from enricher.enrichment import company_facts
from enricher.enrichment.company_facts import NewFacts
from enricher.enrichment.result import inputs_hash
from enricher.enrichment.waterfall import Waterfall
from enricher.extract.facts import Fact
from enricher.main import waterfall_of
from enricher.settings import EnricherSettings
from testkit.stages import a_company, at_work, ended, envelope_for, publish, read_topic

HOME = "http://acme.sg/"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
FORGET = "UPDATE crawled_sites SET visited_at = visited_at - interval '8 days'"
SPEAKING = "<title>Acme</title><meta name=description content='We make caps.'>" + "<p>Caps of all sizes.</p>" * 30
#: What no column of text can hold: NUL, half of a surrogate pair; also escaped, in JSON.
POISON = (
    "<title>Ac\0me &#0; \ud83d</title><meta name=description content='caps &#xD800; and \0 more'>"
    '<script type="application/ld+json">{"@type": "Organization", "name": "A\\u0000c",'
    ' "description": "x\\ud800y\\u0000",'
    ' "telephone": "6123\\u00004567", "email": "m\\u0000ei@acme.sg", "numberOfEmployees": "4\\u00000",'
    ' "address": "1 \\ud800 Road \\u0000", "foundingDate": "20\\u000010"}</script>'
    "<img alt='\0 \ud83d'><a href='mailto:a\0b@acme.sg'>x</a><p>mei@acme.sg\0 6123 4567 We have 40\0 employees.</p>"
)


class MakeWaterfall(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Waterfall]: ...


@pytest.fixture
async def acme(owner: "asyncpg.Connection[asyncpg.Record]") -> Company:
    """A company that the register knows."""
    company_id = await owner.fetchval(
        "INSERT INTO companies (uen, name) VALUES ('201912345K', 'ACME') RETURNING company_id"
    )
    return a_company("201912345K", company_id=company_id, website_domain="acme.sg")


@pytest.fixture
def waterfall(database: Database, web: Any) -> MakeWaterfall:
    """Without any vendor, on the little web."""

    @asynccontextmanager
    async def make() -> AsyncIterator[Waterfall]:
        settings = EnricherSettings.model_validate(
            {
                "database_url": "unused",
                "kafka_bootstrap_servers": "unused",
                "crawler_proxy": f"http://127.0.0.1:{web.port}",
                "crawl_schemes": "http",
                "crawl_delay_s": 0,
            }
        )
        async with waterfall_of(database, settings) as made:
            yield made

    return make


async def rows(database: Database, table: str) -> list[asyncpg.Record]:
    async with database.transaction(1) as tx:
        return await tx.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")


async def announced(kafka: str) -> list[CompanyEnriched]:
    return [decode_body(CompanyEnriched, record.value) for record in await read_topic(kafka, CompanyEnriched.topic)]


async def test_an_enrichment_is_kept_and_announced_once_however_often_it_is_asked_for(
    database: Database, kafka: str, web: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """The run, the facts, the contacts and the announcement say the same; a redelivered request changes nothing."""
    web.serve(HOME, f"{SPEAKING} mei@acme.sg 6123 4567")
    event, event_id = RequestEnrichment(tenant_id=1, company=acme), new_id()
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=False), database, kafka):
        await publish(kafka, [(event, envelope_for(event, event_id))] * 2)
        await ended(database, "enricher", 1)

    [published] = await announced(kafka)
    assert (published.company, published.site.title, published.site.outcome) == (acme, "Acme", "visited")
    assert [contact.value for contact in published.contacts] == ["mei@acme.sg", "+6561234567"]
    [run] = await rows(database, "company_enrichment_runs")
    assert (run["event_id"], run["lane"], run["outcome"]) == (event_id, "interactive", "visited")
    found = json.loads(run["facts"])
    assert found["site"] == published.site.model_dump()
    assert sorted(found["facts"], key=str) == sorted((fact.model_dump() for fact in published.facts), key=str)
    assert {fact.field: fact.value for fact in published.facts} == {"summary": "We make caps.", "phone": "+6561234567"}
    assert [(page["url"], page["status"]) for page in json.loads(run["pages"])] == [(HOME, 200)]
    assert run["enriched_at"] == published.enriched_at
    assert {row["value"] for row in await rows(database, "contacts")} == {"mei@acme.sg", "+6561234567"}
    known = {row["field"]: row for row in await rows(database, "company_facts")}
    assert {(field, row["value"]) for field, row in known.items()} == {(it.field, it.value) for it in published.facts}
    assert {row["source_url"] for row in known.values()} == {HOME}
    assert {row["found_at"] for row in known.values()} == {run["enriched_at"]}


async def test_a_run_says_what_it_went_by_and_what_became_of_each_step(
    database: Database, kafka: str, web: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """The hash of its inputs, per step outcome, time and units, the reasons, the sources; and no texts."""
    web.serve(HOME, SPEAKING + "<a href='/contact'>Contact</a> info@acme.sg")
    event = RequestEnrichment(tenant_id=1, company=acme)
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=False), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)

    [run] = await rows(database, "company_enrichment_runs")
    assert run["inputs_hash"] == inputs_hash(acme) != inputs_hash(acme.model_copy(update={"name": "ACME TOO"}))
    steps = {step["step"]: step for step in json.loads(run["steps"])}
    assert {name: step["outcome"] for name, step in steps.items()} == {
        "crawl": "done",
        "extract": "done",
        "understand": "skipped",
        "lusha": "skipped",
        "zerobounce": "skipped",
    }
    assert steps["lusha"]["reason"] == "lusha: no key"
    assert all(step["units"] == 0 <= step["duration_ms"] <= run["duration_ms"] for step in steps.values())
    found = ["/contact: HTTP 404", "openai: no key", "lusha: no key", "zerobounce: no key"]
    assert run["degraded_reasons"] == found
    assert [it.degraded_reasons for it in await announced(kafka)] == [found]
    assert (run["sources"], run["corpus"]) == ([HOME], None)


async def test_texts_are_kept_where_that_was_wanted(
    database: Database, kafka: str, web: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """The corpus stands beside its run."""
    web.serve(HOME, SPEAKING)
    event = RequestEnrichment(tenant_id=1, company=acme)
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=True), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)

    [run] = await rows(database, "company_enrichment_runs")
    assert run["corpus"] == "Acme\nWe make caps.\nCaps of all sizes."


async def test_a_later_enrichment_that_finds_the_same_leaves_the_contacts(
    database: Database, kafka: str, web: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """`updated_at` moves with content only; the enrichment itself has a row of its own, and the night its lane."""
    web.serve(HOME, "mei@acme.sg")
    first, second = (kind(tenant_id=1, company=acme) for kind in (RequestEnrichment, RequestNightlyEnrichment))
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=False), database, kafka):
        await publish(kafka, [(first, envelope_for(first))])
        await ended(database, "enricher", 1)
        before = await rows(database, "contacts")
        await publish(kafka, [(second, envelope_for(second, lane="nightly"))])
        await ended(database, "enricher", 2)

    assert await rows(database, "contacts") == before
    assert {row["lane"] for row in await rows(database, "company_enrichment_runs")} == {"interactive", "nightly"}


async def test_a_company_without_a_site_goes_on(
    database: Database, kafka: str, acme: Company, waterfall: MakeWaterfall
) -> None:
    """It says so, and is announced like any other."""
    event = RequestEnrichment(tenant_id=1, company=acme.model_copy(update={"website_domain": None}))
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=False), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)

    [published] = await announced(kafka)
    assert (published.site.outcome, published.contacts, published.facts) == ("no_site_known", [], [])
    assert published.degraded_reasons == ["tavily: no key", "no website known", "lusha: no key"]


async def test_what_is_missing_today_is_still_known(
    database: Database, kafka: str, web: Any, owner: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """The site is down at the second enrichment: facts are announced as they were, contacts stay."""
    web.serve(HOME, f"{SPEAKING} mei@acme.sg 6123 4567")
    event = RequestEnrichment(tenant_id=1, company=acme)
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=False), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)
        facts, known = await rows(database, "company_facts"), await rows(database, "contacts")
        await owner.execute(FORGET)
        web.serve(HOME, status=500)
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 2)

    before, after = sorted(await announced(kafka), key=lambda it: it.enriched_at)
    assert (before.site.outcome, after.site.outcome) == ("visited", "unreachable")
    assert after.facts == before.facts != []
    assert await rows(database, "company_facts") == facts
    assert await rows(database, "contacts") == known


async def test_whatever_a_page_holds_the_database_can(
    database: Database, kafka: str, web: Any, acme: Company, waterfall: MakeWaterfall
) -> None:
    """NULs and halves of surrogate pairs, plain and escaped: the company is announced, no event is given up."""
    web.serve(HOME, POISON.encode("utf-8", "surrogatepass"))
    event = RequestEnrichment(tenant_id=1, company=acme)
    async with waterfall() as made, at_work(enricher(made, keeps_corpus=True), database, kafka):
        await publish(kafka, [(event, envelope_for(event))])
        await ended(database, "enricher", 1)

    [published] = await announced(kafka)
    assert published.site.outcome == "visited"
    assert "mei@acme.sg" in [contact.value for contact in published.contacts]


async def test_a_blank_or_weaker_fact_takes_no_ones_place(database: Database, acme: Company) -> None:
    """A surer one does; of equal ones the newest, with its own page and time."""

    async def keep(value: str, confidence: float, page: str, now: datetime) -> list[asyncpg.Record]:
        fact = Fact("employees", value, page, "page", confidence, f"{value} people")
        async with database.transaction(1) as tx:
            await company_facts.save(tx, [NewFacts(acme.company_id, [fact], now)])
        return await rows(database, "company_facts")

    [first] = await keep("40", 0.7, HOME, NOW)
    assert (first["value"], first["source_url"], first["found_at"]) == ("40", HOME, NOW)
    assert await keep("  ", 0.9, HOME, LATER) == [first]
    assert await keep("9", 0.5, HOME, LATER) == [first]
    [newer] = await keep("45", 0.7, f"{HOME}about", LATER)
    assert tuple(newer)[2:] == ("45", f"{HOME}about", "page", 0.7, "45 people", LATER)
    [surest] = await keep("50", 0.9, HOME, NOW)
    assert (surest["value"], surest["found_at"], surest["quote"]) == ("50", NOW, "50 people")


async def test_what_is_not_said_of_a_contact_again_stays(database: Database, acme: Company) -> None:
    """Its person, its verdict, and that it is a desk's, which only the verifier knew."""
    plain = Contact(kind="email", value="mei@acme.sg", source_url=HOME)
    bought = plain.model_copy(
        update={"name": "Mei", "title": "CEO", "vendor": "lusha", "status": "do_not_mail", "sub_status": "role_based"}
    ).model_copy(update={"is_role": True})

    async def save(contact: Contact, ids: dict[str, str]) -> asyncpg.Record:
        async with database.transaction(1) as tx:
            await contacts.save(tx, [FoundContacts(acme.company_id, [contact], ids, NOW)])
        [row] = await rows(database, "contacts")
        return row

    first = await save(bought, {"mei@acme.sg": "4711"})
    assert (first["vendor_id"], first["sub_status"], first["is_role"]) == ("4711", "role_based", True)
    assert await save(plain, {}) == first
    again = await save(plain.model_copy(update={"status": "do_not_mail", "sub_status": "toxic"}), {})
    assert (again["name"], again["vendor_id"], again["sub_status"], again["is_role"]) == ("Mei", "4711", "toxic", False)
