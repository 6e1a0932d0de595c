"""A tenant's scored leads in the database, for the operator: scores, features, explanations."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from common.errors import Permanent
from lead_features.format import Contribution, contributions_in
from leadgen.database.owner_connection import connected

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SCORES = """
    SELECT uen, score FROM lead_scores lead JOIN companies USING (company_id)
     WHERE lead.tenant_id = tenant() AND uen = ANY($1::text[])
"""

FEATURES = """
    SELECT uen, features FROM lead_features lead JOIN companies USING (company_id)
     WHERE lead.tenant_id = tenant() AND uen = ANY($1::text[]) ORDER BY lead.enriched_at, uen
"""

EXPLAIN = """
    SELECT company_id, uen, name, industry_norm, lead.score, lead.bucket, lead.confidence, lead.has_icp,
           lead.rationale, lead.model_version, lead.enriched_at, made_of.base,
           coalesce(made_of.features, '{}') AS features
      FROM lead_scores lead JOIN companies USING (company_id)
      LEFT JOIN lead_features made_of USING (tenant_id, company_id)
     WHERE lead.tenant_id = tenant() AND uen = $1
"""


class NoSuchLead(Permanent):
    """The tenant has no scored lead with this UEN."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A lead's score and its parts, the largest contribution first, positive or negative."""

    tenant_id: int
    company_id: int
    uen: str
    name: str
    industry_norm: str | None
    score: float
    bucket: str
    confidence: float | None
    has_icp: bool | None
    base: float | None
    contributions: tuple[Contribution, ...]
    rationale: str
    model_version: str
    enriched_at: datetime


@asynccontextmanager
async def of_tenant(database_url: str, tenant_id: int) -> AsyncIterator[Owner]:
    """Opens a transaction as the tables' owner, with the tenant's policies. Raises DatabaseRefused, Unavailable."""
    async with connected(database_url) as connection, connection.transaction():
        await connection.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
        yield connection


async def scores_of(database_url: str, tenant_id: int, uens: Sequence[str]) -> dict[str, float]:
    """Reads the scores of those companies that are leads of the tenant."""
    async with of_tenant(database_url, tenant_id) as tx:
        return {row["uen"]: row["score"] for row in await tx.fetch(SCORES, uens)}


async def features_of(database_url: str, tenant_id: int, uens: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Reads the features of those companies that are leads of the tenant, in the order of their enrichment."""
    async with of_tenant(database_url, tenant_id) as tx:
        return {row["uen"]: json.loads(row["features"]) for row in await tx.fetch(FEATURES, uens)}


async def explain(database_url: str, tenant_id: int, uen: str) -> Explanation:
    """Explains a lead's score. Raises NoSuchLead, DatabaseRefused, Unavailable."""
    async with of_tenant(database_url, tenant_id) as tx:
        row = await tx.fetchrow(EXPLAIN, uen.strip().upper())
    if row is None:
        raise NoSuchLead(
            f"tenant {tenant_id} has no scored lead {uen}: ask for its industry in the chat, or wait for it"
        )
    found = dict(row)
    contributions = tuple(contributions_in(found.pop("features")))
    return Explanation(tenant_id=tenant_id, contributions=contributions, **found)
