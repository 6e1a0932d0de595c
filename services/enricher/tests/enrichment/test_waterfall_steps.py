"""The steps of an enrichment in order, on the simulator's town with all its vendors and the real PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import pytest

from enricher.enrichment import waterfall
from enricher.extract.facts import FIELDS
from simulator.town.sites import Behaviour, Robots, Site

DELETE_OLD_TEXTS = "UPDATE crawled_sites SET documents = NULL"


def is_open(site: Site) -> bool:
    return site.robots in (Robots.OPEN, Robots.MISSING, Robots.PRIVATE)


def is_fine(site: Site) -> bool:
    return site.manner is Behaviour.PLAIN and site.robots is Robots.OPEN


def outcomes(done: waterfall.Enrichment) -> dict[str, str]:
    """Returns the outcome of each step; of a step taken twice, the last one."""
    return {step.step: step.outcome for step in done.steps.taken}


async def test_a_listed_site_gives_facts_people_and_verified_addresses(town: Any) -> None:
    """Nothing is searched for; what is found says where it stands, and of whom it was bought."""
    company = await town.one()
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert [step.step for step in done.steps.taken] == ["crawl", "extract", "understand", "lusha", "zerobounce"]
    assert set(outcomes(done).values()) == {"done"}
    assert done.steps.reasons == []
    site = done.profile.site
    assert (site.outcome, site.found_by, site.confidence) == ("visited", "register", 1.0)
    assert {"summary", "uen", "phone"} <= {fact.field for fact in done.facts} <= set(FIELDS)
    assert all(company.website_domain in fact.source_url for fact in done.facts)
    assert all(company.website_domain in url for url in done.profile.sources)
    assert [contact.vendor for contact in done.contacts if contact.name] == ["lusha"] * 2
    assert all(contact.status for contact in done.contacts if contact.kind == "email")
    assert await town.charges("tavily") == []
    for vendor in ("lusha", "zerobounce", "openai"):
        assert await town.used(vendor) == await town.units(vendor) > 0


async def test_steps_that_the_request_leaves_out_are_skipped(town: Any) -> None:
    """Without a visit or a vendor nothing is called and nothing bought; the reasons say why."""
    listed, (unlisted_one, _) = await town.one(), await town.unlisted()
    left_out = ("crawl", "tavily", "understand", "lusha", "zerobounce")
    async with town.waterfall() as replica:
        done = await replica.enrich(listed, 1, left_out)
        searched = await replica.enrich(unlisted_one, 1, left_out)

    assert done.profile.site.outcome == "empty"
    assert {outcomes(done)[name] for name in ("crawl", "tavily", "understand", "lusha")} == {"skipped"}
    assert done.steps.reasons == [f"{name}: left out by SCHED_SKIP" for name in left_out]
    assert outcomes(searched)["find_site"] == "skipped"
    assert await town.owner.fetchval("SELECT count(*) FROM company_sites") == 0
    for vendor in ("tavily", "lusha", "zerobounce", "openai"):
        assert await town.charges(vendor) == []


async def test_what_a_model_says_is_in_the_corpus_word_by_word(town: Any) -> None:
    """Each value with its quote, and the page where that stands."""
    kept = 0
    async with town.waterfall(lusha_api_key=None, zerobounce_api_key=None) as replica:
        companies = [it async for it in town.all_with(is_fine)][:6]
        for it in companies:
            done = await replica.enrich(await town.enlist(it), 1)
            for fact in done.facts:
                if fact.method == "ai":
                    kept += 1
                    assert fact.quote
                    assert done.profile.corpus.holds(fact.quote) == fact.source_url
    assert kept > 5


@pytest.mark.parametrize("manner", ["obedient", "made_up_quotes", "made_up_values", "no_quotes"])
async def test_a_hostile_page_and_a_model_that_obeys_it_get_nothing_through(town: Any, manner: str) -> None:
    """Orders to language models on the page, a model that follows them or dreams: no such value is kept."""
    company = await town.one()
    await town.spoils(company.website_domain, kind="hostile", manner="injection")
    await town.inject_fault("openai", kind="model", manner=manner, times=None)
    async with town.waterfall(lusha_api_key=None) as replica:
        done = await replica.enrich(company, 1)

    assert await town.units("openai") > 0
    corpus = done.profile.corpus
    for fact in done.facts:
        assert fact.method != "ai" or (fact.quote and corpus.holds(fact.quote))
        assert not any(word in fact.value.lower() for word in ("ignore", "instruction", "acme", "winner", "hacked"))
    if manner == "obedient":
        assert not [fact for fact in done.facts if fact.method == "ai" and "ignore" in (fact.quote or "").lower()]


@pytest.mark.parametrize("manner", ["invalid_json", "wrong_types", "refusal", "empty"])
async def test_tokens_are_booked_though_the_answer_is_useless(town: Any, manner: str) -> None:
    """They were used; the company goes on without."""
    company = await town.one()
    await town.inject_fault("openai", kind="model", manner=manner, times=None)
    async with town.waterfall(lusha_api_key=None) as replica:
        done = await replica.enrich(company, 1)

    assert await town.used("openai") == await town.units("openai") > 0
    assert not [fact for fact in done.facts if fact.method == "ai"]
    assert any(reason.startswith("openai: part 1") for reason in done.steps.reasons)
    [step] = [step for step in done.steps.taken if step.step == "understand"]
    assert (step.outcome, step.units) == ("done", await town.units("openai"))


async def test_a_rerun_uses_what_was_bought_and_one_afresh_buys_it_again_once(town: Any) -> None:
    """A rerun uses what was bought and one afresh buys it again once, also the visit is made again; an attempt that is
    repeated after a crash pays for nothing a second time.
    """
    company = await town.one()
    vendors = ("openai", "lusha", "zerobounce")
    async with town.waterfall() as replica:
        await replica.enrich(company, 1)
        first = {vendor: await town.units(vendor) for vendor in vendors}
        await replica.enrich(company, 1)
        rerun = {vendor: await town.units(vendor) for vendor in vendors}
        began = datetime.now(UTC)
        done = await replica.enrich(company, 1, afresh=began)
        afresh = {vendor: await town.units(vendor) for vendor in vendors}
        await replica.enrich(company, 1, afresh=began)
        repeated = {vendor: await town.units(vendor) for vendor in vendors}

    assert all(first.values())
    assert rerun == first
    assert afresh["lusha"] > first["lusha"]  # it charges a search again, but no person whose address was bought
    assert all(afresh[vendor] == 2 * first[vendor] for vendor in ("openai", "zerobounce"))
    assert repeated == afresh
    assert {step.step: step.outcome for step in done.steps.taken if step.step in ("crawl", "lusha", "zerobounce")} == {
        "crawl": "done",
        "lusha": "done",
        "zerobounce": "done",
    }


async def test_texts_that_are_gone_cost_no_second_reading(town: Any) -> None:
    """An hour later a model is not asked again: what it read is among the company's facts."""
    company = await town.first(lambda site: site.manner is Behaviour.THIN and site.taste & 1, is_open)
    async with town.waterfall() as replica:
        await replica.enrich(company, 1)
        before = await town.units("openai")
        await town.owner.execute(DELETE_OLD_TEXTS)
        again = await replica.enrich(company, 2)

    assert outcomes(again)["understand"] == "reused"
    assert await town.units("openai") == before
