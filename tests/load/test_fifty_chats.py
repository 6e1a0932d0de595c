"""Fifty reps of five tenants ask at once: every one gets what is theirs, and nobody else's."""

import asyncio
import sys
import time
from statistics import median

import pytest

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

TENANTS, CHATS = 5, 50
MESSAGES = (
    "Manufacturing",
    "logistics companies",
    "Construction",
    "F&B",
    "software",
    "Wholesale trade",
    "education",
    "SSIC 62",
    "accounting",
    "retail",
)

#: What each tenant has, by table: as the tables' owner sees it.
OWN = """
    SELECT array_agg(uen ORDER BY uen) FROM {table} JOIN companies USING (company_id) WHERE tenant_id = $1
"""
TABLES = ("icp_candidate_companies", "company_enrichment_runs", "lead_features", "lead_scores", "odoo_links")


async def ask(rep, message: str) -> tuple[list, float]:
    """All that the stream tells, and when the last score came, in seconds."""
    found = [it async for it in rep.chat(message)]
    scores = [it.at_ms for it in found if it.data.get("stage") == "scored"]
    return found, max(scores, default=0) / 1000


async def test_fifty_chats_at_once_get_ten_leads_each(product, capsys) -> None:
    """Fifty chats at once get ten leads each, or all that match, if there are fewer.

    No error, no company of another tenant, nothing given up.
    """
    reps = [await product.rep() for _ in range(TENANTS)]
    asked = [(reps[number % TENANTS], MESSAGES[number // TENANTS]) for number in range(CHATS)]
    began = time.perf_counter()
    async with asyncio.timeout(200):
        answers = await asyncio.gather(*(ask(rep, message) for rep, message in asked))
    took = time.perf_counter() - began

    named: dict[int, set[str]] = {rep.tenant_id: set() for rep in reps}
    for (rep, message), (found, _) in zip(asked, answers, strict=True):
        names = [it.name for it in found]
        assert names[:3] == ["accepted", "resolved", "head"], message
        assert names[-1] == "done"
        assert "error" not in names
        head = {company["uen"] for company in found[2].data["companies"]}
        assert len(head) == min(10, found[1].data["matches"]) > 0, message
        assert {it.data["uen"] for it in found if it.data.get("stage") == "scored"} == head, message
        named[rep.tenant_id] |= head

    await product.comes_to_rest()
    for rep in reps:
        for table in TABLES:
            ((uens,),) = await product.fetch(OWN.format(table=table), rep.tenant_id)
            assert set(uens) == named[rep.tenant_id], table
    scored = sorted(at for _, at in answers)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CHATS} chats at once: all scored after {median(scored):.1f} s (median), {scored[-1]:.1f} s (last);"
            f" {sum(map(len, named.values()))} leads of {TENANTS} tenants in {took:.1f} s\n"
        )
