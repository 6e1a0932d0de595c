"""A tenant's lists: their tables, changed as the services change them, and pages that are read."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg

from common.postgres import Connection, Database
from gateway.lists import candidates, changes, leads
from gateway.lists.filters import Filter
from gateway.lists.pages import Page

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Read: TypeAlias = Callable[..., Awaitable[Page[Any]]]

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)

COMPANY = """
    INSERT INTO companies (company_id, uen, name, industry_code, industry_norm, ssic_version)
    OVERRIDING SYSTEM VALUE
    VALUES ($1::bigint, 'U' || $1::bigint, coalesce($2, 'Company ' || $1::bigint), $3, 'forging', '2020')
    ON CONFLICT DO NOTHING
"""
CANDIDATE = "INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id) VALUES ($1, $2, gen_random_uuid())"
SCORE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at)
    VALUES ($1, $2, $3::float8,
            CASE WHEN $3::float8 >= 0.7 THEN 'High' WHEN $3::float8 >= 0.4 THEN 'Medium' ELSE 'Low' END,
            'Because.', '1', '2026-11-20T00:00:00Z')
    ON CONFLICT (tenant_id, company_id) DO UPDATE SET score = excluded.score, bucket = excluded.bucket
"""
CONTACT = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, source_url, status)
    VALUES ($1, $2, 'email', $3, 'http://acme.sg', $4)
    ON CONFLICT (tenant_id, company_id, kind, value) DO UPDATE SET status = excluded.status
"""
#: Of a few rows: TRUNCATE makes the files of fifteen tables anew, with those of their indexes, for 20 ms of CPU.
EMPTY = "".join(
    f"DELETE FROM {table};"
    for table in (
        *("lead_scores", "contacts", "icp_candidate_companies", "companies"),
        *("listed_companies", "list_clocks", "list_changes"),  # last: the others' triggers write here
    )
)


class Lists:
    """A tenant's tables, changed as the services change them, and the lists that are read."""

    def __init__(self, owner: Owner, database: Database, tenant_id: int = 1) -> None:
        self.owner = owner
        self.database = database
        self.tenant_id = tenant_id

    async def candidate(self, company_id: int, name: str | None = None, industry_code: str | None = "25910") -> None:
        await self.owner.execute(COMPANY, company_id, name, industry_code)
        await self.owner.execute(CANDIDATE, self.tenant_id, company_id)

    async def lead(self, company_id: int, score: float) -> None:
        await self.owner.execute(COMPANY, company_id, None, "25910")
        await self.owner.execute(SCORE, self.tenant_id, company_id, score)

    async def verified(self, company_id: int, status: str = "valid") -> None:
        await self.owner.execute(CONTACT, self.tenant_id, company_id, "info@acme.sg", status)

    async def brought_up_to_date(self) -> None:
        await fold_all(self.database)

    async def page(self, read: Read, **arguments: Any) -> Page[Any]:
        async with self.database.read(self.tenant_id) as connection:
            return await read(connection, self.tenant_id, now=NOW, **arguments)

    async def found(self, **demands: Any) -> list[int]:
        """The companies of a filter's first page."""
        page = await self.page(candidates_of(Filter(**demands)), limit=200)
        return ids_of(page)


async def fold_all(database: Database) -> None:
    """Brings all lists up to date."""
    tenant_id: int | None = -1
    while (tenant_id := await changes.next_tenant(database, tenant_id or -1)) is not None:
        await changes.fold(database, tenant_id)


def candidates_of(wanted: Filter) -> Read:
    """The reader of a filter's pages."""

    async def read(connection: Connection, tenant_id: int, **arguments: Any) -> Page[Any]:
        return await candidates.page(connection, tenant_id, wanted, **arguments)

    return read


def leads_of(wanted: Filter) -> Read:
    """The reader of the pages of a filter's leads."""

    async def read(connection: Connection, tenant_id: int, **arguments: Any) -> Page[Any]:
        return await leads.page(connection, tenant_id, wanted, **arguments)

    return read


def items_of(page: Page[Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(f"[{page.items}]")
    return items


def ids_of(page: Page[Any]) -> list[int]:
    return [item["company_id"] for item in items_of(page)]
