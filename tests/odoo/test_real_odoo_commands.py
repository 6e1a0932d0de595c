"""The operator's commands against a real Odoo, as they are typed."""

import asyncio
import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from common.contracts import LeadScored, ResyncOdoo
from leadgen.cli import app

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(120)]

KEY = Fernet.generate_key().decode()
LEAD = {
    "tenant_id": 1,
    "score": 0.9,
    "bucket": "High",
    "rationale": "hiring 4 roles",
    "model_version": "1",
    "enriched_at": "2026-11-22T02:00:00Z",
    "scored_at": "2026-11-22T02:00:00Z",
}
WAITS = """
    INSERT INTO odoo_links (tenant_id, company_id, outcome, scored_at, lead) VALUES (1, $1, 'no_connection', now(), $2)
"""


@pytest.fixture
async def typed(database_url: str, owner: Any, run: str) -> Any:
    """Types a command for tenant 1, which has one lead; gives exit code and what was printed."""
    known = {"uen": run, "name": f"MAKER {run}"}
    company_id = await owner.fetchval(
        "INSERT INTO companies (uen, name) VALUES ($1, $2) RETURNING company_id", *known.values()
    )
    lead = LeadScored.model_validate({**LEAD, "company": {**known, "company_id": company_id}})
    await owner.execute(WAITS, company_id, lead.model_dump_json())
    environment = {"DATABASE_URL": database_url, "ODOO_CREDENTIALS_KEY": KEY, "NO_PROXY": "*"}

    async def typed(*words: str, api_key: str = "") -> tuple[int, str]:
        env = environment | ({"ODOO_API_KEY": api_key} if api_key else {})
        result = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--tenant", "1"], env=env)
        return result.exit_code, result.output

    return typed


async def test_a_tenant_is_connected_checked_previewed_and_audited(
    typed: Any, real: Any, owner: Any, admin: Any, run: str
) -> None:
    """With a key that is refused at first. Nothing of it writes into Odoo, and no key is printed."""
    connect = ("odoo", "connect", "--url", real.url, "--database", real.database, "--login", real.login)
    wrong = "0" * 40
    assert (await typed(*connect, api_key=wrong))[0] == 0
    code, said = await typed("odoo", "check")
    assert (code, "tenant 1 is blocked, 1 lead waits" in said, wrong in said) == (1, True, False), said
    assert (await typed("odoo", "resync"))[0] == 1

    assert (await typed(*connect, api_key=real.api_key))[0] == 0
    code, said = await typed("odoo", "check")
    assert (code, "no problems found; 1 lead that waited is sent" in said) == (0, True), said
    topics = [row["topic"] for row in await owner.fetch("SELECT topic FROM outbox WHERE producer = 'odoo-sync'")]
    assert topics == [ResyncOdoo.topic] * 2

    code, said = await typed("odoo", "sync", "--dry-run")
    assert (code, "2 rows would be written, 0 leads need none; nothing was written" in said) == (0, True), said
    assert await admin.execute("res.partner", "search_count", domain=[["ref", "=", run]]) == 0

    code, said = await typed("audit", "odoo", "--json")
    assert (code, json.loads(said)) == (
        0,
        {"tenants": [{"tenant": 1, "links": {"no_connection": 1}, "held": {}, "merged": [], "differences": []}]},
    )


async def test_a_tenant_without_an_odoo_is_shown_how_to_get_one(typed: Any) -> None:
    """In one line."""
    code, said = await typed("audit", "odoo")

    assert (code, "leadgen odoo connect" in said) == (1, True)
