"""Backup and restore as the runbook describes them: pg_dump of the database, pg_restore into an empty one."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from common.postgres import Database, role_of
from embedded.postgres import PROGRAMS
from leadgen.database.migrate import migrate

ROWS = "SELECT tenant_id, company_id, name, score FROM lead_scores JOIN companies USING (company_id) ORDER BY 1, 2"
RIGHTS = """
    SELECT c.relname, r.rolname, has_table_privilege(r.rolname, c.oid, 'INSERT') AS may_insert
      FROM pg_class c, pg_roles r
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND r.rolname LIKE 'leadgen%'
     ORDER BY 1, 2
"""


async def test_a_restored_backup_has_rows_rights_and_policies(database_url: str, owner: Any, tmp_path: Path) -> None:
    """Services go on to work on it with their rights, tenants are apart, and no migration is missing."""
    await owner.execute("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME'), ('U2', 'BETA')")
    await owner.execute(
        "INSERT INTO lead_scores SELECT t, company_id, 0.5, 'Medium', 'because', '1', now()"
        "  FROM companies, generate_series(1, 2) t"
    )
    await owner.execute("INSERT INTO outbox (producer, topic, headers) VALUES ('scorer', 'lead.scored.v1', '[]')")
    place = urlsplit(database_url)
    restored = f"{place.path.strip('/')}_restored"
    restored_url = place._replace(path=f"/{restored}").geturl()
    dump = tmp_path / "leadgen.dump"

    await run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={database_url}")
    await owner.execute(f"CREATE DATABASE {restored}")
    try:
        await run("pg_restore", "--exit-on-error", f"--dbname={restored_url}", str(dump))
        again = await asyncpg.connect(restored_url)
        try:
            assert await again.fetch(ROWS) == await owner.fetch(ROWS)
            assert await again.fetch(RIGHTS) == await owner.fetch(RIGHTS)
            assert await again.fetchval("SELECT count(*) FROM outbox") == 1
        finally:
            await again.close()
        assert await migrate(restored_url) == []
        database = await Database.connect(restored_url, role=role_of("scorer"))
        try:
            async with database.transaction(1) as tx:
                assert await tx.fetchval("SELECT count(*) FROM lead_scores") == 2
                await tx.execute("UPDATE lead_scores SET score = 0.7")
        finally:
            await database.close()
    finally:
        await owner.execute(f"DROP DATABASE {restored} WITH (FORCE)")


async def run(program: str, *arguments: str) -> None:
    done = await asyncio.to_thread(
        subprocess.run, [PROGRAMS / program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
