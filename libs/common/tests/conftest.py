"""A toy stage of its own, with an inbox, an outbox and a table."""

import asyncpg
import pytest


@pytest.fixture
async def toy(owner: "asyncpg.Connection[asyncpg.Record]") -> str:
    """A stage by the name of `toy`: what a migration does for a new one."""
    await owner.execute("CALL add_stage('toy')")
    await owner.execute(
        "CREATE TABLE toys (tenant_id int, uen text, at timestamptz DEFAULT clock_timestamp());"
        "GRANT SELECT, INSERT ON toys TO leadgen_service; CALL keep_tenants_apart('toys')"
    )
    return "toy"
