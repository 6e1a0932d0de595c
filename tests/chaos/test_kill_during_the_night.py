"""Every service is killed once in a night that two processes run: it ends as one that was left alone."""

import asyncio
from asyncio.subprocess import PIPE
from typing import Any

import pytest

from testkit.stages import until

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

CAP = 12
#: A service is killed once an event of the tenant is in its inbox; by then it may be at work on it.
ARRIVED = "SELECT count(*) > 0 FROM inbox WHERE consumer = $1 AND tenant_id = $2 AND topic = ANY($3)"
MOMENTS = {
    "upserter": ["candidates.requested.v1"],
    "enricher": ["enrichment.requested.nightly.v1"],
    "scorer": ["company.enriched.v1"],
    "odoo-sync": ["lead.scored.v1"],
}
COMPANIES = "SELECT uen, state, reason FROM run_companies WHERE tenant_id = $1 ORDER BY position"
REQUESTED = "SELECT count(*), count(DISTINCT key) FROM inbox WHERE consumer = $1 AND tenant_id = $2 AND topic = ANY($3)"


async def a_rep(product: Any) -> Any:
    """Someone of a tenant that looks for manufacturers, and has asked for nothing yet."""
    rep = await product.rep()
    answer = await rep.ask("PUT", "/icp", industries=["C"])
    assert answer.status_code == 200, answer.text
    return rep


async def nightly(product: Any, rep: Any) -> str:
    """Runs the command to its end, for the rep's tenant."""
    command, environment = product.script("leadgen-nightly")
    given = {"SCHED_REQUIRE_ODOO": "false", "SCHED_DAILY_CAP_PER_TENANT": str(CAP)}
    process = await asyncio.create_subprocess_exec(
        command, "--tenant", str(rep.tenant_id), env=environment | given, stdout=PIPE, stderr=PIPE
    )
    found, errors = await process.communicate()
    assert process.returncode == 0, (found + errors).decode()
    return found.decode()


async def test_a_night_whose_services_are_killed_ends_as_one_left_alone(product: Any) -> None:
    """A night whose services are killed ends as one left alone: the same companies in the same order, with the same
    scores, each requested once; the audit is clean.
    """
    alone, disturbed = await a_rep(product), await a_rep(product)
    await nightly(product, alone)

    nights = [asyncio.create_task(nightly(product, disturbed)) for _ in range(2)]
    for name, topics in MOMENTS.items():

        async def has_work(name: str = name, topics: list[str] = topics) -> bool:
            ((is_there,),) = await product.fetch(ARRIVED, name, disturbed.tenant_id, topics)
            return bool(is_there)

        await until(has_work, within_s=120)
        product.kills_now(product.service(name).child.kill)
    await asyncio.gather(*nights)
    await product.comes_to_rest()

    assert await disturbed.leads() == await alone.leads()
    companies = [[tuple(row) for row in await product.fetch(COMPANIES, rep.tenant_id)] for rep in (alone, disturbed)]
    assert companies[0] == companies[1]
    assert len(companies[0]) == CAP
    for name, topics in MOMENTS.items():
        [(rows, keys)] = await product.fetch(REQUESTED, name, disturbed.tenant_id, topics)
        assert rows == keys, name
