"""People's decisions about a company's partner (`odoo_matches`), and the companies that wait for one."""

from collections.abc import Sequence
from typing import NamedTuple

from common.postgres import Connection

FIND = (
    "SELECT company_id, coalesce(partner_id, 0) FROM odoo_matches WHERE company_id = ANY($1::bigint[]) AND place = $2"
)
SAVE = """
    INSERT INTO odoo_matches (tenant_id, company_id, place, partner_id) VALUES (tenant(), $1, $2, nullif($3::bigint, 0))
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET place = excluded.place, partner_id = excluded.partner_id, decided_at = now()
"""
WAITING = """
    SELECT company_id, lead->'company'->>'uen' AS uen, lead->'company'->>'name' AS name, notes
      FROM odoo_links
     WHERE outcome = 'refused' AND reason LIKE 'more than one partner %' AND lead IS NOT NULL
     ORDER BY company_id
"""


class Undecided(NamedTuple):
    """A company with more than one candidate, one line each."""

    company_id: int
    uen: str
    name: str
    candidates: Sequence[str]


async def find(tx: Connection, company_ids: Sequence[int], place: str) -> dict[int, int]:
    """Reads the partners that people chose for these companies in this Odoo; 0 means none of the candidates."""
    return {row[0]: row[1] for row in await tx.fetch(FIND, company_ids, place)}


async def save(tx: Connection, company_id: int, place: str, partner_id: int) -> None:
    """Stores a decision; 0 means none of the candidates. May be repeated and changed."""
    await tx.execute(SAVE, company_id, place, partner_id)


async def waiting(tx: Connection) -> list[Undecided]:
    """Lists the tenant's companies that wait for a decision."""
    rows = await tx.fetch(WAITING)
    return [
        Undecided(
            row["company_id"],
            row["uen"],
            row["name"],
            [it for it in row["notes"] if it.startswith("candidate ")],
        )
        for row in rows
    ]
