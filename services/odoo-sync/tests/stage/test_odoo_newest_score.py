"""The score of the latest enrichment stands in Odoo, whatever the order in which several of a lead arrive."""

import json
from datetime import timedelta
from typing import Any


def counts(fake: Any) -> tuple[int, int]:
    """Partners and leads that Odoo holds."""
    return len(fake.records["res.partner"]), len(fake.records["crm.lead"])


async def test_a_rerun_afresh_writes_unchanged_rows_but_no_edited_ones(connected: Any, fake: Any) -> None:
    """Company, contact and lead are sent again; the name that people gave the company stays, and nothing is doubled."""
    first = await connected.sync(connected.lead(address="1 Old Way"))
    fake.record(connected.external_id("company"))["name"] = "ACME, our friends"
    fake.calls.clear(), fake.bodies.clear()

    assert await connected.sync(connected.lead(address="1 Old Way")) == first
    assert fake.calls == []
    assert await connected.sync(connected.lead(address="1 Old Way"), afresh=connected.lead().scored_at) == first

    sent = [body["fields"] for call, body in zip(fake.calls, fake.bodies, strict=True) if call.endswith(".load")]
    assert len(sent) == 3
    assert all(".id" in fields and len(fields) > 1 for fields in sent)
    assert "street" in sent[0]
    assert "name" not in sent[0]
    assert fake.record(connected.external_id("company"))["name"] == "ACME, our friends"
    assert counts(fake) == (2, 1)


async def test_a_rerun_afresh_of_an_older_score_leaves_odoo_alone(connected: Any, fake: Any) -> None:
    """It would undo the newer score."""
    newer = await connected.sync(connected.lead(score=0.9, hours=1))
    fake.calls.clear()

    assert await connected.sync(connected.lead(score=0.7), afresh=connected.lead().scored_at) == newer
    assert fake.calls == []


async def test_an_older_score_leaves_odoo_and_link_alone(connected: Any, fake: Any) -> None:
    """The announcement has the status of the newer score."""
    newer = await connected.sync(connected.lead(score=0.9, hours=1))
    link, before = await connected.link(), json.dumps(fake.records)

    assert await connected.sync(connected.lead(score=0.7)) == newer
    assert await connected.link() == link
    assert json.dumps(fake.records) == before


async def test_of_two_scores_in_one_chunk_the_newer_wins(connected: Any, fake: Any) -> None:
    """Both are announced."""
    await connected.sync(connected.lead(score=0.9, hours=1), connected.lead(score=0.7))

    assert "scored 0.9" in fake.record(connected.external_id("lead"))["description"]
    assert [emitted.outcome for emitted in await connected.announced()] == ["synced", "synced"]


async def test_of_two_scores_the_one_of_the_later_enrichment_is_newer(connected: Any, fake: Any) -> None:
    """Whenever an older enrichment was scored once more: on its way it may have been overtaken."""
    newer = connected.lead(score=0.9)
    older = connected.lead(score=0.7, hours=5).model_copy(update={"enriched_at": newer.enriched_at - timedelta(days=1)})

    await connected.sync(newer, older)
    assert "scored 0.9" in fake.record(connected.external_id("lead"))["description"]
    await connected.sync(older)
    assert "scored 0.9" in fake.record(connected.external_id("lead"))["description"]
    assert (await connected.link())["scored_at"] == newer.scored_at


async def test_a_later_enrichment_that_says_the_same_costs_no_call(connected: Any, fake: Any) -> None:
    """Times and confidence differ; neither is written to Odoo."""
    first = await connected.sync(connected.lead())
    fake.calls.clear()
    later = connected.lead(hours=24)
    later = later.model_copy(update={"enriched_at": later.scored_at, "confidence": 0.4})

    assert await connected.sync(later) == first
    assert fake.calls == []
    assert (await connected.link())["enriched_at"] == later.enriched_at
