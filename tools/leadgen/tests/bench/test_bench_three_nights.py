"""The proof of three nights compares each report with the tables, and notices what it gets wrong."""

from datetime import date
from pathlib import Path

import asyncpg
import httpx

from leadgen.bench.cases.nights import wrong_figures
from leadgen.bench.harness.ledger_night import make_night
from leadgen.bench.harness.processes.nightly_product import NightlyProduct
from leadgen.local.stack import Stack

COMPANIES = 3


class Misreporting(NightlyProduct):
    """A product whose report lost a company of tenant 2's shortlist, and has a figure wrong of tenant 1's funnel."""

    async def script(self, name: str, *arguments: str, **settings: str) -> str:
        text = await super().script(name, *arguments, **settings)
        wrong = text.replace("200200003N", "").splitlines()
        at = next(at for at, line in enumerate(wrong) if line.startswith("Tenant 1 "))
        wrong[at] = wrong[at].replace(str(COMPANIES), str(COMPANIES + 1), 1)
        return "\n".join(wrong)


async def test_a_report_that_differs_from_the_tables_is_noticed(
    database_url: str, kafka: str, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    """A right report has no wrong figure; of a wrong one, each tenant's is named."""
    await make_night(database_url, kafka, tenants=[1, 2], companies=COMPANIES)
    night: date = await owner.fetchval("SELECT max(night) FROM enrichment_runs")
    await owner.execute(
        "INSERT INTO shortlist_leads (tenant_id, run_id, company_id, night, is_late, is_new, score, bucket, rationale,"
        " model_version, enriched_at, features)"
        " SELECT company.tenant_id, run_id, company_id, night, false, true, score, bucket, rationale, model_version,"
        " lead.enriched_at, '{}' FROM run_companies company JOIN lead_scores lead USING (tenant_id, company_id)"
    )
    stack = Stack(database_url, kafka, "", {"DATABASE_URL": database_url})
    async with httpx.AsyncClient() as http:
        assert await wrong_figures(NightlyProduct(stack, owner, http, tmp_path), night) == []
        wrong = await wrong_figures(Misreporting(stack, owner, http, tmp_path), night)

    assert len(wrong) == 2
    assert "the funnel of Tenant 1 is [3, 3, 3, 3, 3, 0]" in wrong[0]
    assert "the shortlist of Tenant 2 lacks 200200003N" in wrong[1]
