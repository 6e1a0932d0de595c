"""A tenant says whom it looks for: its leads are scored again, without another enrichment, and say why."""

import asyncio
import subprocess
from decimal import Decimal

import pytest

from testkit.stages import until

pytestmark = pytest.mark.whole

VISITS = "SELECT count(*) FROM company_enrichment_runs WHERE tenant_id = $1"


async def test_an_icp_scores_the_leads_that_are_there_again_and_each_explains_itself(product) -> None:
    """Without one the scores say so and rest on the rest; with one, who fits gains and who does not loses."""
    rep = await product.rep()
    events = [message async for message in rep.chat("Manufacturing")]
    head = {company["uen"]: company for company in events[2].data["companies"]}
    before = {uen: (score, words) for uen, score, _, words in await rep.leads_when_done(10)}
    assert set(before) == set(head)
    assert all("No ICP" in words or "no ICP" in words for _, words in before.values())
    ((visits,),) = await product.fetch(VISITS, rep.tenant_id)

    wanted = sorted(head)[0]
    ((code, version, number),) = await product.fetch(
        "SELECT industry_code, ssic_version, company_id FROM companies WHERE uen = $1", wanted
    )
    answer = await rep.ask("PUT", "/icp", industries=[f"{version}:{code}"], age_to=200)
    assert answer.status_code == 200, answer.text

    async def are_rescored() -> bool:
        page = (await rep.ask("GET", "/leads")).json()["leads"]
        return len(page) == 10 and all(lead["has_icp"] for lead in page)

    await until(are_rescored)
    await product.comes_to_rest()
    assert await product.fetch(VISITS, rep.tenant_id) == [(visits,)]

    explained = (await rep.ask("GET", f"/leads/{number}/explain")).json()
    parts = {part["name"]: part for part in explained["contributions"]}
    assert (explained["company"]["uen"], explained["has_icp"]) == (wanted, True)
    assert (parts["industry"]["value"], parts["industry"]["source"]) == (1.0, "register")
    assert code in parts["industry"]["evidence"]
    total = Decimal(str(explained["base"])) + sum(Decimal(str(part["contribution"])) for part in parts.values())
    assert total == Decimal(str(explained["score"]))
    assert "your ICP" in explained["rationale"]

    leads = {lead["uen"]: lead for lead in (await rep.ask("GET", "/leads")).json()["leads"]}
    assert [lead["score"] for lead in leads.values()] == sorted((it["score"] for it in leads.values()), reverse=True)
    strangers = [uen for uen in head if leads[uen]["rationale"] != before[uen][1] and uen != wanted]
    assert strangers
    other = await product.rep()
    assert (await other.ask("GET", f"/leads/{number}/explain")).status_code == 404

    command, variables = product.script("leadgen")
    printed = await asyncio.to_thread(
        subprocess.run,
        [command, "score", "--explain", wanted, "--tenant", str(rep.tenant_id)],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert printed.returncode == 0, printed.stderr
    assert code in printed.stdout
