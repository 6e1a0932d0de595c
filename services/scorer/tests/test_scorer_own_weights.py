"""A tenant's own weights on a real PostgreSQL: leads are scored by them, again on request; bad ones stop nothing."""

import asyncio
import json

import asyncpg
import pytest

from scorer import metrics
from scorer.core.model import InvalidModel, read_model
from scorer.main import rescore_all


async def test_a_tenants_own_weights_hold_from_the_next_score_on_and_for_all_after_a_rescore(at) -> None:
    """The command announces what changed, once, and a second run finds nothing to do."""
    await at.score_all()
    before, all_of_them = await at.rows(), len(at.companies)
    await at.owner.execute(
        "INSERT INTO scoring_models (tenant_id, weights, version) VALUES (1, '{\"site_live\": 3}', 'mine')"
    )

    assert await rescore_all(at.database, at.profile_cache, 1) == {
        "leads": len(at.companies),
        "changed": len(at.companies),
    }

    after = await at.rows()
    assert {row["model_version"] for row in after} == {f"{read_model().version}+mine"}
    assert min(row["score"] for row in after) > max(row["score"] for row in before)
    assert len(await at.announced()) == all_of_them
    assert await rescore_all(at.database, at.profile_cache, 1) == {"leads": 0, "changed": 0}
    assert await at.announced() == []


@pytest.mark.parametrize("weights", ['{"news": -1}', '{"news": "much"}', '{"news": [1]}', '{"news": 1e7}', "[1]"])
async def test_weights_that_are_no_numbers_cannot_be_written(at, weights: str) -> None:
    """The operator hears of it at once."""
    with pytest.raises(asyncpg.CheckViolationError):
        await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", weights)


@pytest.mark.parametrize("weights", ['{"luck": 3}', json.dumps({it.name: 0 for it in read_model().criteria})])
async def test_weights_that_cannot_be_used_stop_no_tenants_night(at, weights: str) -> None:
    """The model's are used and named, which is counted; put right under the same name, they are found to be others."""
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", weights)
    counted = metrics.weights_unusable._value.get()

    await at.score_all()
    await at.change_icp("2020:25")

    assert {row["model_version"] for row in await at.rows()} == {read_model().version}
    assert metrics.weights_unusable._value.get() > counted
    with pytest.raises(InvalidModel, match="correct scoring_models"):
        await rescore_all(at.database, at.profile_cache, 1)
    await at.owner.execute("UPDATE scoring_models SET weights = '{\"industry\": 3}'")
    assert (await rescore_all(at.database, at.profile_cache, 1))["leads"] == len(at.companies)


async def test_weights_that_leave_nothing_for_a_tenant_without_an_icp_are_the_models(at) -> None:
    """Weights that leave nothing for a tenant without an ICP are the model's, as are those that name the industry
    alone, once there is no ICP to compare it with.
    """
    others = {it.name: 0 for it in read_model().criteria if it.group != "icp"}
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, $1, 'mine')", json.dumps({"industry": 1} | others))

    await at.score_all()
    assert {row["model_version"] for row in await at.rows()} == {read_model().version}

    await at.change_icp("2020:25")
    assert {row["model_version"] for row in await at.rows()} == {f"{read_model().version}+mine"}


async def test_two_replicas_that_score_a_tenants_leads_again_at_once_announce_each_once(at) -> None:
    """Two replicas that score a tenant's leads again at once announce each once: what one has locked the other waits
    for, and then passes over.
    """
    await at.score_all()
    await at.owner.execute("INSERT INTO scoring_models VALUES (1, '{\"site_live\": 3}', 'mine')")

    done = await asyncio.gather(*(rescore_all(at.database, at.profile_cache, 1) for _ in range(2)))

    assert sum(it["leads"] for it in done) == len(at.companies)
    assert sorted(it.company.company_id for it in await at.announced()) == [it.company_id for it in at.companies]
