"""An enricher whose events are replayed."""

from typing import TypeAlias

import asyncpg
import pytest

from common.contracts import CompanyEnriched, RequestEnrichment, Site
from common.handling.stage import Stage
from common.handling.work import Work
from testkit.leads.scoring import NOW

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def stage(owner: Owner) -> Stage:
    """An enricher that notes what it is given, and announces something."""
    await owner.execute(
        "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, tenant_id int, uen text, event_id uuid,"
        " replay_id uuid, lane text, afresh timestamptz, name text);"
        "GRANT SELECT, INSERT ON handled TO leadgen_service"
    )
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        company = work.event.company
        async with work.finish() as tx:
            it = work.item.envelope
            await tx.execute(
                "INSERT INTO handled (tenant_id, uen, event_id, replay_id, lane, afresh, name)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                *(it.tenant_id, company.uen, it.event_id, it.replay_id, it.lane, it.afresh, company.name),
            )
            work.announce(
                CompanyEnriched(
                    tenant_id=it.tenant_id,
                    company=company,
                    site=Site(outcome="no_site_known"),
                    contacts=[],
                    degraded_reasons=[],
                    enriched_at=NOW,
                )
            )

    return stage
