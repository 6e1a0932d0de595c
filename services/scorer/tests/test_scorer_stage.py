"""The scorer's handler and tables on a real PostgreSQL: newest wins, repeats change nothing, tenants stay apart."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from common.cloudevents import decode_body
from common.contracts import Company, CompanyEnriched, LeadScored, Site
from common.handling.work import Batch
from common.postgres import Database
from industries.ssic.hierarchy import Hierarchy
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache
from testkit.leads.scoring import HOME, NOW, an_enrichment, an_item
from testkit.stages import until

SCORE = scorer(ProfileCache(read_model(), SsicVersions(Hierarchy([])))).handlers[CompanyEnriched.topic]


@dataclass
class Seen:
    """A company that the register knows, and visits of it."""

    company: Company

    def visit(self, *, has_careers: bool | None = None, hours: int = 0, tenant_id: int = 1) -> CompanyEnriched:
        site = Site(outcome="visited", url=HOME, has_careers=has_careers)
        return an_enrichment(self.company, tenant_id=tenant_id, hours=hours, site=site)


@pytest.fixture
async def seen(owner: "asyncpg.Connection[asyncpg.Record]") -> Seen:
    """A company that two tenants may score."""
    uen = "201812345K"
    company_id = await owner.fetchval(
        "INSERT INTO companies (uen, name) VALUES ($1, 'ACME PTE. LTD.') RETURNING company_id", uen
    )
    return Seen(Company(company_id=company_id, uen=uen, name="ACME PTE. LTD.", industry_code="25910"))


async def score(database: Database, *events: CompanyEnriched) -> list[LeadScored]:
    """Runs the handler on one batch, and returns what it announced, in order."""
    async with database.transaction(events[0].tenant_id) as tx:
        batch = Batch([an_item(event) for event in events], tx, NOW, "scorer")
        await SCORE.call(batch)
    return [decode_body(LeadScored, message.value) for message in batch.announced]


async def stored(database: Database, company_id: int, tenant_id: int = 1) -> asyncpg.Record | None:
    async with database.transaction(tenant_id) as tx:
        return await tx.fetchrow(
            "SELECT s.score, s.bucket, s.rationale, s.confidence, s.has_icp, s.model_version, s.enriched_at,"
            "       s.updated_at, f.features, f.base, f.evidence, f.icp_at, f.enriched_at AS of_features"
            "  FROM lead_scores s JOIN lead_features f USING (tenant_id, company_id) WHERE company_id = $1",
            company_id,
        )


async def test_a_visit_becomes_a_score_its_features_and_an_announcement(database: Database, seen: Seen) -> None:
    """All three say the same."""
    event = seen.visit(has_careers=True)
    [lead] = await score(database, event)

    row = await stored(database, seen.company.company_id)
    assert row is not None
    assert (row["score"], row["bucket"], row["rationale"]) == (lead.score, lead.bucket, lead.rationale)
    assert (row["confidence"], row["has_icp"]) == (lead.confidence, lead.has_icp) == (lead.confidence, False)
    assert row["model_version"] == lead.model_version == read_model().version
    features = json.loads(row["features"])
    assert set(features) == {it.name for it in read_model().criteria if it.group != "icp"}
    assert features["hiring"] == {
        "group": "signals",
        "value": 0.7,
        "weight": 0.1273,
        "prior": 0.3,
        "contribution": 0.0509,
        "evidence": "has a careers page",
        "source": "http://acme.sg",
    }
    assert features["news"]["value"] is None
    contributions = [Decimal(str(feature["contribution"])) for feature in features.values()]
    assert Decimal(str(row["base"])) + sum(contributions) == Decimal(str(row["score"]))
    assert decode_body(CompanyEnriched, row["evidence"].encode()) == event
    assert row["icp_at"] is None


async def test_a_repeated_visit_changes_nothing(database: Database, seen: Seen) -> None:
    """A repeated visit changes nothing: the same event twice: the same row, `updated_at` included."""
    await score(database, seen.visit())
    before = await stored(database, seen.company.company_id)

    await score(database, seen.visit())

    assert await stored(database, seen.company.company_id) == before


async def test_a_lead_says_what_its_request_leaves_out(database: Database, seen: Seen) -> None:
    """A lead says what its request leaves out: what comes after the score goes by it; the next visit without it tells
    of nothing left out.
    """
    [lead] = await score(database, seen.visit().model_copy(update={"skip": ["odoo"]}))
    [next_one] = await score(database, seen.visit(hours=1))

    assert (lead.skip, next_one.skip) == (["odoo"], None)


async def test_an_older_visit_never_undoes_a_newer_one(database: Database, seen: Seen) -> None:
    """An older visit never undoes a newer one. Whatever the order of delivery, the newest visit's score stands."""
    await score(database, seen.visit(has_careers=True, hours=2))
    before = await stored(database, seen.company.company_id)

    [lead] = await score(database, seen.visit(hours=1))

    assert await stored(database, seen.company.company_id) == before
    assert before is not None
    assert (lead.enriched_at, lead.score, lead.rationale) == (
        before["enriched_at"],
        before["score"],
        before["rationale"],
    )


async def test_of_two_replicas_that_score_a_company_at_once_the_later_lead_is_right(
    database: Database, seen: Seen
) -> None:
    """Both began before either committed: whoever is second tells of what stands, at a later time."""
    newer, older = seen.visit(has_careers=True, hours=1), seen.visit()
    async with database.transaction(1) as tx:
        batch = Batch([an_item(newer)], tx, NOW + timedelta(days=1), "scorer")  # by a clock that is wrong
        await SCORE.call(batch)
        second = asyncio.create_task(score(database, older))

        async def is_waiting() -> bool:
            async with database.without_tenant() as other:
                return bool(await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

        await until(is_waiting)
    first = decode_body(LeadScored, batch.announced[0].value)
    [late] = await second

    assert late.scored_at > first.scored_at
    assert (late.enriched_at, late.score) == (first.enriched_at, first.score) == (newer.enriched_at, first.score)


async def test_a_newer_visit_that_says_the_same_leaves_updated_at(database: Database, seen: Seen) -> None:
    """It moves `enriched_at`, so that what came between cannot win, but the lead has not changed."""
    await score(database, seen.visit())
    before = await stored(database, seen.company.company_id)
    await score(database, seen.visit(hours=2))
    after = await stored(database, seen.company.company_id)

    assert before is not None
    assert after is not None
    assert after["updated_at"] == before["updated_at"]
    assert after["enriched_at"] == after["of_features"] == NOW + timedelta(hours=2)


async def test_a_newer_visit_that_says_more_moves_updated_at(database: Database, seen: Seen) -> None:
    """The lead changed."""
    await score(database, seen.visit())
    before = await stored(database, seen.company.company_id)
    await score(database, seen.visit(has_careers=True, hours=1))
    after = await stored(database, seen.company.company_id)

    assert before is not None
    assert after is not None
    assert after["updated_at"] > before["updated_at"]
    assert after["score"] > before["score"]


async def test_of_two_visits_in_one_batch_the_newest_is_kept_and_each_is_announced(
    database: Database, seen: Seen
) -> None:
    """In whichever order they come; both announce the newest, so that the older one is not announced last."""
    newer, older = seen.visit(has_careers=True, hours=1), seen.visit()
    leads = await score(database, newer, older)

    row = await stored(database, seen.company.company_id)
    assert row is not None
    assert row["enriched_at"] == newer.enriched_at
    assert [(lead.enriched_at, lead.score) for lead in leads] == 2 * [(newer.enriched_at, row["score"])]


async def test_two_tenants_have_each_their_own_score_of_a_company(database: Database, seen: Seen) -> None:
    """Neither sees nor changes the other's."""
    await score(database, seen.visit(has_careers=True))
    assert await stored(database, seen.company.company_id, tenant_id=2) is None

    await score(database, seen.visit(tenant_id=2))

    first, second = [await stored(database, seen.company.company_id, tenant_id) for tenant_id in (1, 2)]
    assert first is not None
    assert second is not None
    assert first["score"] > second["score"]
