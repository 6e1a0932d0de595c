"""Well-formed events that break a constraint, on the real database and broker: dead letters; the service goes on."""

import asyncpg

from common.contracts import Company, CompanyEnriched, Site
from common.postgres import Database
from industries.ssic.hierarchy import Hierarchy
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache
from testkit.leads.scoring import HOME, an_enrichment
from testkit.stages import at_work, ended, envelope_for, publish, read_topic

MISSING = 250


def visit_of(company_id: int, *, tenant_id: int = 1) -> CompanyEnriched:
    """An enrichment of a company with this id."""
    company = Company(company_id=company_id, uen=f"U{company_id}", name="MAKER")
    return an_enrichment(company, tenant_id=tenant_id, site=Site(outcome="visited", url=HOME))


async def test_events_of_companies_that_do_not_exist_stop_nothing(
    database: Database, owner: "asyncpg.Connection[asyncpg.Record]", kafka: str
) -> None:
    """Each is a dead letter that names the constraint; other companies and tenants are scored, and nothing stops."""
    company_id: int = await owner.fetchval("INSERT INTO companies (uen, name) VALUES ('U1', 'M') RETURNING company_id")
    missing = [visit_of(company_id + number) for number in range(1, MISSING + 1)]
    events = [
        *missing[: MISSING // 2],
        visit_of(company_id),
        *missing[MISSING // 2 :],
        visit_of(company_id, tenant_id=2),
    ]
    trip_reasons: list[str] = []
    stage = scorer(ProfileCache(read_model(), SsicVersions(Hierarchy([]))))

    async with at_work(stage, database, kafka, unfit=trip_reasons.append) as runtime:
        await publish(kafka, [(event, envelope_for(event)) for event in events])
        await ended(database, "scorer", len(events), within_s=60)
        assert all(task is not None and not task.done() for task in runtime.must_run)

    assert not trip_reasons
    scored = await owner.fetch("SELECT tenant_id, company_id FROM lead_scores ORDER BY tenant_id")
    assert [tuple(row) for row in scored] == [(1, company_id), (2, company_id)]
    dead = await owner.fetch("SELECT error, failures FROM inbox WHERE consumer = 'scorer' AND state = 'dead'")
    assert len(dead) == MISSING
    assert all("lead_features_company_id_fkey" in row["error"] for row in dead)
    assert len(await read_topic(kafka, f"{CompanyEnriched.topic}.dlq")) == MISSING
