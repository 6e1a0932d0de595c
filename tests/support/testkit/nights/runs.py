"""Nights as the tables hold them after the stages did their work: for those that report on them."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

import asyncpg

from common.ids import night_id

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Reached = Literal["published", "taken over", "visited", "scored", "linked"]

NIGHT = date(2026, 11, 29)
STARTED = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)  # 01:00 in Singapore

ORDER: tuple[Reached, ...] = ("published", "taken over", "visited", "scored", "linked")

ADD_RUN = """
    INSERT INTO enrichment_runs (tenant_id, run_id, night, trigger, status, cap, requested_at, started_at, published_at,
                                 ended_at, window_ends_at, error, summary)
    VALUES ($1, $2, $3, 'command', $4, $5, $6, $6, $6, $7, $8, $9, $10)
"""
ADD_MANIFEST = """
    INSERT INTO run_manifests (tenant_id, run_id, night, source, company_ids, caps, vendor_budget, considered)
    VALUES ($1, $2, $3, 'selection', '{}', '{}', $4, '{}')
"""
ADD_COMPANY = """
    INSERT INTO companies (company_id, uen, name) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
PLAN = """
    INSERT INTO run_companies (tenant_id, run_id, company_id, night, position, uen, name, reason, detail, event_id,
                               enriched_id, scored_id, state, dead_at, error, taken_in_at, enriched_at, scored_at,
                               ended_at, score_ms, sync_ms)
    SELECT $1, $2, $3, $4, cardinality(company_ids) + 1, $5, $6, 'new', $7, $8, gen_random_uuid(), gen_random_uuid(),
           $9, $10, $11, $12, $13, $14, $15, 40, 90
      FROM run_manifests WHERE tenant_id = $1 AND run_id = $2
"""
ADD_TO_MANIFEST = """
    UPDATE run_manifests SET company_ids = company_ids || $3::bigint WHERE tenant_id = $1 AND run_id = $2
"""
VISIT = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, steps)
    VALUES ($1, $2, $3, '00000000-0000-0000-0000-000000000000', 'nightly', 'visited', '[]', '{}', $4, 1000, $5, $6)
"""
SCORE = """
    INSERT INTO lead_scores (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at, confidence,
                             has_icp)
    VALUES ($1, $2, $3, $4, $5, '2026-11-2', $6, 0.5, true)
    ON CONFLICT (tenant_id, company_id) DO UPDATE
       SET score = excluded.score, bucket = excluded.bucket, enriched_at = excluded.enriched_at
"""
FEATURES = """
    INSERT INTO lead_features (tenant_id, company_id, features, model_version, enriched_at, base)
    VALUES ($1, $2, $3, '2026-11-2', $4, 0.4) ON CONFLICT DO NOTHING
"""
LINK = """
    INSERT INTO odoo_links (tenant_id, company_id, outcome, lead_id, scored_at, enriched_at, reason)
    VALUES ($1, $2, $3, $4, $5, $5, $6)
    ON CONFLICT (tenant_id, company_id) DO UPDATE SET outcome = excluded.outcome, enriched_at = excluded.enriched_at
"""
CONTACT = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, is_role, source_url, name, title, status)
    VALUES ($1, $2, $3, $4, $5, 'http://acme.example', $6, $7, $8)
"""

FEATURE = {
    "hiring": {
        "group": "signals",
        "value": 1.0,
        "weight": 0.2,
        "prior": 0.5,
        "contribution": 0.1,
        "evidence": "hiring 4 roles",
        "source": "http://acme.example/careers",
    }
}


class Run:
    """A run in the tables, and the companies that a test puts into it."""

    def __init__(self, owner: Owner, tenant_id: int, run_id: UUID, night: date, started: datetime) -> None:
        self.tenant_id = tenant_id
        self.run_id = run_id
        self.night = night
        self._owner = owner
        self._started = started

    async def company(
        self,
        company_id: int,
        *,
        reached: Reached,
        state: str,
        score: float = 0.5,
        link: str | None = None,
        reason: str | None = None,
        dead_at: str | None = None,
        error: str | None = None,
        degraded: Sequence[str] = (),
        steps: Sequence[dict[str, Any]] = (),
        name: str | None = None,
        is_late: bool = False,
    ) -> None:
        """Adds a company that came as far as `reached`, with the state that nightly has seen."""
        far, event_id = ORDER.index(reached), uuid4()
        at = [self._started + timedelta(minutes=minute) for minute in range(5)]
        scored_at = self._started + timedelta(hours=9) if is_late else at[3]
        name, uen = name or f"COMPANY {company_id}", f"UEN{company_id}"
        await self._owner.execute(ADD_COMPANY, company_id, uen, name)
        await self._owner.execute(
            PLAN,
            *(self.tenant_id, self.run_id, company_id, self.night, uen, name, "new candidate of the ICP", event_id),
            *(state, dead_at, error),
            *(at[1] if far >= 1 else None, at[2] if far >= 2 else None, scored_at if far >= 3 else None),
            at[4] if state not in ("requested", "enriching", "scoring", "syncing", "odoo_waiting") else None,
        )
        await self._owner.execute(ADD_TO_MANIFEST, self.tenant_id, self.run_id, company_id)
        if far >= 2:
            await self._owner.execute(
                VISIT, self.tenant_id, company_id, event_id, list(degraded), at[2], json.dumps(list(steps))
            )
        if far >= 3:
            bucket = "High" if score >= 0.66 else "Medium" if score >= 0.35 else "Low"
            await self._owner.execute(SCORE, self.tenant_id, company_id, score, bucket, f"Because of {uen}.", at[2])
            await self._owner.execute(FEATURES, self.tenant_id, company_id, json.dumps(FEATURE), at[2])
        if link is not None:
            number = 4000 + company_id if link == "synced" else None
            await self._owner.execute(LINK, self.tenant_id, company_id, link, number, at[2], reason)

    async def contact(
        self,
        company_id: int,
        value: str,
        *,
        kind: str = "email",
        is_role: bool = False,
        name: str | None = None,
        title: str | None = None,
        status: str | None = None,
    ) -> None:
        """Adds a contact of the company."""
        await self._owner.execute(CONTACT, self.tenant_id, company_id, kind, value, is_role, name, title, status)


async def a_run(
    owner: Owner,
    tenant_id: int = 1,
    *,
    night: date = NIGHT,
    status: str = "done",
    cap: int = 20,
    error: str | None = None,
    budget: dict[str, dict[str, int]] | None = None,
    summary: dict[str, Any] | None = None,
) -> Run:
    """Adds a run without companies. It began at 01:00 in Singapore, and an ended one took 30 minutes."""
    started = STARTED + (night - NIGHT)
    run_id = night_id(started - timedelta(hours=1), tenant_id)
    ended = started + timedelta(minutes=30) if status in ("done", "partial", "failed") else None
    window = started + timedelta(hours=6)
    found = (error, json.dumps(summary or {}))
    await owner.execute(ADD_RUN, tenant_id, run_id, night, status, cap, started, ended, window, *found)
    await owner.execute(ADD_MANIFEST, tenant_id, run_id, night, json.dumps(budget or {}))
    return Run(owner, tenant_id, run_id, night, started)
