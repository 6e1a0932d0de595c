"""Replays on the whole product: checks of every group, and reruns beside a rep's chat, on the real processes."""

import asyncio
from typing import Any

import pytest

from leadgen.kafka.topics import LISTENER, read_topics
from leadgen.replay.replays import Kind
from leadgen.replay.running import ReplayRequest, Screen, replay
from leadgen.replay.slices import Slice
from testkit.stages import until

pytestmark = pytest.mark.whole

USED = "SELECT coalesce(sum(used), 0) FROM vendor_usage WHERE tenant_id = $1"
JOBS = "SELECT count(*) FROM background_jobs WHERE tenant_id = $1"
RERUN_SCORES = """
    SELECT count(DISTINCT event_id) FROM inbox
     WHERE consumer = 'odoo-sync' AND topic = 'lead.scored.v1' AND tenant_id = $1 AND replay_id = $2::uuid
       AND state = 'done'
"""


async def played(product: Any, tenant_id: int, topic: str, group: str, kind: Kind) -> dict[str, Any]:
    """The report of a replay of one tenant's events."""
    order = ReplayRequest(Slice(topic, tenant_id), group, kind, afresh=False, rate=1000, operator="test", reason="test")
    screen = Screen(say=lambda _: None, confirm=lambda: None)
    servers = product.stack.database_url, product.stack.kafka
    return await replay(*servers, order, screen, dry_run=False, wait_s=90)


@pytest.mark.timeout(600)
async def test_reruns_beside_a_chat_change_no_lead_buy_nothing_and_leave_a_clean_ledger(product: Any) -> None:
    """Requests for enrichment, then the one for companies, go through all stages again; a check finds no gap."""
    rep, other = await product.rep(), await product.rep()
    async for _ in rep.chat("Manufacturing"):
        pass
    leads = await rep.leads_when_done(10)
    await product.comes_to_rest()
    before = [await product.fetch(statement, rep.tenant_id) for statement in (USED, JOBS)]

    rerun = asyncio.create_task(played(product, rep.tenant_id, "enrichment.requested.v1", "enricher", "rerun"))
    found = [message.name async for message in other.chat("Manufacturing")]
    report = await rerun
    await until(product.is_quiet)

    assert found[-1] == "done"
    assert report["outcomes"] == {"done": 10, "dead": 0, "open": 0}
    assert await rep.leads() == leads
    assert [await product.fetch(statement, rep.tenant_id) for statement in (USED, JOBS)] == before
    assert await product.fetch(RERUN_SCORES, rep.tenant_id, report["replay_id"]) == [(10,)]

    asked = await played(product, rep.tenant_id, "industry.requested.v1", "upserter", "rerun")
    await product.comes_to_rest()
    assert asked["outcomes"] == {"done": 1, "dead": 0, "open": 0}
    assert set(leads) <= set(await rep.leads())
    assert await product.fetch(JOBS, rep.tenant_id) == before[1]
    for name, topic in read_topics().topics.items():
        for group in set(topic.consumers) - {LISTENER}:
            check = await played(product, rep.tenant_id, name, group, "repeat")
            known = {"done": check["events"]} if check["events"] else None
            assert (check.get("added", 0), check.get("recognised")) == (0, known), (name, group)
