"""odoo-sync is killed ten times while it brings a thousand leads into a real Odoo: each is there once, and whole."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from common.contracts import Company, Contact, LeadScored, LeadSynced
from leadgen.local.service import Service
from testkit.stages import ended, envelope_for, publish, read_topic, until

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]

COMPANIES, KILLS = 1000, 10
KEY = Fernet.generate_key()
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MAKE = """
    INSERT INTO companies (uen, name, website_domain)
    SELECT $1 || n, 'MAKER ' || $1 || n, 'www' || n || '.' || $1 || '.example' FROM generate_series(1, $2::int) n
    RETURNING company_id, uen, name, website_domain
"""


@pytest.fixture
async def leads(owner: Any, real: Any, run: str) -> list[LeadScored]:
    """A thousand leads of the tenant with that Odoo; half of them score high enough for a crm.lead."""
    token = Fernet(KEY).encrypt(real.api_key.encode())
    await owner.execute(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key, login) VALUES (1, $1, $2, $3, $4)",
        *(real.url, real.database, token, real.login),
    )
    rows = await owner.fetch(MAKE, run, COMPANIES)
    return [
        LeadScored(
            tenant_id=1,
            company=Company(**dict(row)),
            score=0.9 if nth % 2 else 0.5,
            bucket="High" if nth % 2 else "Medium",
            rationale="hiring 4 roles (careers page)",
            contact=Contact(kind="email", value=f"sales@{row['website_domain']}", source_url="http://acme.sg"),
            model_version="1",
            enriched_at=NOW,
            scored_at=NOW,
        )
        for nth, row in enumerate(rows)
    ]


@pytest.fixture
async def service(database_url: str, kafka: str, tmp_path: Path) -> AsyncIterator[Service]:
    """odoo-sync as a process, started again whenever it ends. What a killed one held is free again after seconds."""
    environment = {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "ODOO_CREDENTIALS_KEY": KEY.decode(),
        "INBOX_LEASE_S": "3",
        "NO_PROXY": "*",
    }
    service = Service("odoo-sync", "leadgen-odoo-sync", environment, tmp_path)
    service.start()
    yield service
    await service.stop()


async def count(admin: Any, model: str, *domain: Any) -> int:
    return await admin.execute(model, "search_count", domain=list(domain), context={"active_test": False})


async def test_ten_kills_leave_every_record_once(
    service: Service, leads: list[LeadScored], database: Any, kafka: str, admin: Any, owner: Any, run: str
) -> None:
    """Killed whenever Odoo has just got more of ours, in the middle of a chunk, and whenever one more lead has ended.

    The leads of a chunk that was in hand at three kills are handled one by one, which Odoo has already come first.
    """
    ours = ["website", "ilike", run], ["email", "ilike", run], ["name", "ilike", run]
    await publish(kafka, [(lead, envelope_for(lead, lane="nightly")) for lead in leads])

    async def progress() -> int:
        there = await count(admin, "res.partner", "|", *ours[:2]) + await count(admin, "crm.lead", ours[2])
        done: int = await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'done'")
        return there + done

    seen = 0
    for _ in range(KILLS):

        async def is_more(than: int = seen) -> int:
            now = await progress()
            return now if now > than else 0

        seen = await until(is_more)
        killed = service.child
        assert killed is not None
        await asyncio.to_thread(killed.kill)

        async def is_back(gone: Any = killed) -> bool:
            return service.child is not gone

        await until(is_back)

    # What was in hand at several kills is taken on its own afterwards, which takes its time.
    await ended(database, "odoo-sync", COMPANIES, within_s=1200)
    uens = [lead.company.uen for lead in leads]
    good = [lead.company.name for lead in leads if lead.score > 0.66]
    assert await count(admin, "res.partner", ["is_company", "=", True], ["ref", "in", uens]) == COMPANIES
    assert await count(admin, "res.partner", ["is_company", "=", True], ["website", "ilike", run]) == COMPANIES
    assert await count(admin, "res.partner", ["is_company", "=", False], ["email", "ilike", run]) == COMPANIES
    assert await count(admin, "crm.lead", ["name", "ilike", run]) == len(good)
    assert await count(admin, "crm.lead", ["name", "in", good]) == len(good)
    await each_hangs_together(admin, owner, leads, run)
    emitted = [LeadSynced.model_validate_json(it.value) for it in await read_topic(kafka, LeadSynced.topic)]
    assert {it.company.uen for it in emitted if it.outcome == "synced"} == set(uens)
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


async def each_hangs_together(admin: Any, owner: Any, leads: list[LeadScored], run: str) -> None:
    """Contact and lead are those of their company, and the links know them by their numbers."""
    links = {row["company_id"]: row for row in await owner.fetch("SELECT * FROM odoo_links")}
    fields = ["name", "ref", "parent_id", "email"]
    partners = await admin.execute(
        "res.partner", "search_read", domain=["|", ["website", "ilike", run], ["email", "ilike", run]], fields=fields
    )
    partner = {it["id"]: it for it in partners}
    crm = await admin.execute("crm.lead", "search_read", domain=[["name", "ilike", run]], fields=["name", "partner_id"])
    lead_of = {it["id"]: it for it in crm}
    for lead in leads:
        link = links[lead.company.company_id]
        assert (link["outcome"], partner[link["partner_id"]]["ref"]) == ("synced", lead.company.uen)
        contact = partner[link["contact_id"]]
        assert lead.contact is not None
        assert (contact["parent_id"][0], contact["email"]) == (link["partner_id"], lead.contact.value)
        if lead.score > 0.66:
            made = lead_of[link["lead_id"]]
            assert (made["name"], made["partner_id"][0]) == (lead.company.name, link["contact_id"])
        else:
            assert link["lead_id"] is None
