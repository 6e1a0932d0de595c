"""`leadgen odoo check` and `leadgen audit odoo` while an Odoo does not answer."""

import asyncio
from typing import TypeAlias

import asyncpg
import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from leadgen.cli import app
from leadgen.odoo.connections import connect_odoo

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NOWHERE = "http://127.0.0.1:1"
OUTAGE = """
    INSERT INTO odoo_outages (place, since, probe_at, reason)
    VALUES ($1, '2026-11-28 17:05 UTC', now(), 'does not answer')
"""


@pytest.mark.parametrize(("command", "code"), [(("odoo", "check"), 1), (("audit", "odoo"), 0)])
async def test_the_operator_reads_since_when_leads_wait(
    database_url: str, owner: Owner, command: tuple[str, str], code: int
) -> None:
    """In both commands, with the number of events; a check that fails also says why."""
    key = Fernet.generate_key().decode()
    await connect_odoo(database_url, 1, NOWHERE, "leads", "k", key)
    await owner.execute(OUTAGE, f"{NOWHERE} leads")
    environment = {"DATABASE_URL": database_url, "ODOO_CREDENTIALS_KEY": key}

    result = await asyncio.to_thread(CliRunner().invoke, app, [*command], env=environment)

    assert result.exit_code == code
    assert "tenant 1: waiting for Odoo since 2026-11-28 17:05 UTC; 0 events wait and are sent when it answers" in (
        result.output
    )
    assert ("does not answer: ConnectError" in result.output) is (command == ("odoo", "check"))
