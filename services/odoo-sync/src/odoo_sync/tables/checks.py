"""The latest check of each tenant's connection (`odoo_checks`); the gateway shows it."""

from collections.abc import Sequence
from datetime import datetime

from common.postgres import Connection

SAVE = """
    INSERT INTO odoo_checks (tenant_id, checked_at, problems) VALUES (tenant(), $1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET checked_at = excluded.checked_at, problems = excluded.problems
     WHERE odoo_checks.checked_at <= excluded.checked_at
"""


async def save(tx: Connection, checked_at: datetime, problems: Sequence[str]) -> None:
    """Saves the outcome of a check; the newest wins."""
    await tx.execute(SAVE, checked_at, list(problems))
