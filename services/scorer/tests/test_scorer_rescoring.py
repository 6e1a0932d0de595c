"""A tenant's leads scored again on a real PostgreSQL, after its ICP changed: from what was kept of them, each once,
whoever is killed on the way, and whatever is scored meanwhile.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache, ScoringProfile, StoredProfile
from scorer.rescoring import CHUNK
from testkit.leads.scoring import NOW, an_enrichment
from testkit.stages import until

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Killed(Exception):
    """Stands for the end of the process."""


class Failing(ProfileCache):
    """Gives out so many profiles, then the process is killed."""

    def __init__(self, industries: SsicVersions, left: int) -> None:
        super().__init__(read_model(), industries)
        self._left = left

    def get(self, stored: StoredProfile) -> ScoringProfile:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return super().get(stored)


async def test_a_changed_icp_scores_the_tenants_leads_again(at) -> None:
    """All of them, in several chunks, from what was kept; each is announced once, and its enrichment is what it was."""
    await at.score_all()
    before = await at.rows()

    await at.change_icp("2020:25")

    after, published = await at.rows(), await at.announced()
    assert len(after) == len(at.companies) > 2 * CHUNK
    assert {row["icp_at"] for row in after} == {NOW}
    assert {row["has_icp"] for row in after} == {True}
    assert [row["enriched_at"] for row in after] == [row["enriched_at"] for row in before]
    assert sorted((it.company.company_id, it.score, it.rationale) for it in published) == [
        (row["company_id"], row["score"], row["rationale"]) for row in after
    ]
    fitting, others = {row["score"] for row in after[1::2]}, {row["score"] for row in after[::2]}
    assert max(fitting) > max(row["score"] for row in before) > 0
    assert max(others) < min(fitting)


async def test_only_leads_of_which_something_else_is_said_are_announced(at) -> None:
    """An ICP that comes to the same for them moves neither `updated_at` nor anybody's Odoo."""
    await at.score_all()
    await at.change_icp("2020:25")
    await at.announced()
    before = await at.rows()

    await at.change_icp("2020:25", "2020:259", hours=1)

    after = await at.rows()
    assert await at.announced() == []
    assert [row["updated_at"] for row in after] == [row["updated_at"] for row in before]
    assert {row["icp_at"] for row in after} == {NOW + timedelta(hours=1)}


async def test_a_change_that_was_killed_midway_is_gone_on_with(at, industries: SsicVersions) -> None:
    """A change that was killed midway is gone on with: what a chunk committed stays done: the whole announces each lead
    once.
    """
    await at.score_all()
    work = await at.changed_icp("2020:25")
    with pytest.raises(Killed):
        await at.run(work, Failing(industries, left=1))
    assert len([row for row in await at.rows() if row["icp_at"]]) == CHUNK

    await at.run(work)

    assert {row["icp_at"] for row in await at.rows()} == {NOW}
    published = [it.company.company_id for it in await at.announced()]
    assert sorted(published) == [it.company_id for it in at.companies]


async def test_the_newest_change_wins_whatever_comes_last(at) -> None:
    """An older one that is late changes nothing."""
    await at.score_all()
    await at.change_icp("2020:46", hours=1)
    before = await at.rows()
    await at.announced()

    await at.change_icp("2020:25")
    await at.change_icp("2020:46", hours=1)

    assert await at.rows() == before
    assert await at.announced() == []


async def test_a_tenants_change_never_moves_anothers_leads(at) -> None:
    """A tenant's change never moves another's leads, nor what is scored for it later."""
    await at.score_all(1)
    await at.score_all(2)
    before = await at.rows(2)

    await at.change_icp("2020:25", tenant_id=1)

    assert await at.rows(2) == before
    assert {it.tenant_id for it in await at.announced()} == {1}
    async with at.scoring(an_enrichment(at.companies[0], tenant_id=2, hours=1)) as [lead]:
        assert lead.has_icp is False


async def test_a_score_that_is_under_way_when_the_icp_changes_is_not_missed(at) -> None:
    """It was made by the old ICP and is not committed yet: the change waits for it, and finds it."""
    event = an_enrichment(at.companies[0])
    async with at.scoring(event) as [lead]:
        assert lead.has_icp is False
        change = asyncio.create_task(at.change_icp("2020:25"))

        async def is_waiting() -> bool:
            return bool(await at.owner.fetchval(WAITING))

        await until(is_waiting)
        assert not change.done()
        began = datetime.now(UTC)
    await change

    [row] = await at.rows()
    assert (row["has_icp"], row["icp_at"]) == (True, NOW)
    [published] = await at.announced()
    assert published.has_icp is True
    assert published.scored_at >= began  # later than the score that it replaces


async def test_an_enrichment_after_the_change_is_scored_by_the_new_icp(at) -> None:
    """At once, and needs no walk."""
    await at.change_icp("2020:25")

    async with at.scoring(an_enrichment(at.companies[0])) as [lead]:
        assert lead.has_icp is True

    [row] = await at.rows()
    assert row["icp_at"] == NOW


async def test_a_lead_from_before_there_was_evidence_waits_for_its_next_enrichment(at) -> None:
    """There is nothing to score it from."""
    await at.score_all()
    await at.owner.execute("UPDATE lead_features SET evidence = NULL")
    before = await at.rows()

    await at.change_icp("2020:25")

    assert await at.rows() == before
