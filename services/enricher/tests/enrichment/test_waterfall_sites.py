"""Finding a company's site, on the simulator's town: it is used when it proves itself, and no owner is passed over."""

from typing import Any

import pytest

from enricher.enrichment import waterfall
from enricher.sites import company_sites
from simulator.town.sites import Behaviour, Robots, Site

DELETE_OLD_TEXTS = "UPDATE crawled_sites SET documents = NULL"
AGE = "UPDATE company_sites SET found_at = found_at - interval '8 days'"


def is_open(site: Site) -> bool:
    return site.robots in (Robots.OPEN, Robots.MISSING, Robots.PRIVATE)


def is_fine(site: Site) -> bool:
    return site.manner is Behaviour.PLAIN and site.robots is Robots.OPEN


def outcomes(done: waterfall.Enrichment) -> dict[str, str]:
    """Returns the outcome of each step; of a step taken twice, the last one."""
    return {step.step: step.outcome for step in done.steps.taken}


async def found_by(town: Any, company: Any) -> company_sites.FoundSite:
    row = await town.owner.fetchrow("SELECT * FROM company_sites WHERE company_id = $1", company.company_id)
    return company_sites.FoundSite(row["domain"], row["guess"], row["confidence"], tuple(row["evidence"]))


async def test_a_site_that_only_a_search_finds_is_used_when_it_proves_itself(town: Any) -> None:
    """One credit; the proof is kept, for everybody: the next tenant searches no more."""
    company, host = await town.unlisted()
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)
        again = await replica.enrich(company, 2)

    site = done.profile.site
    assert (site.outcome, site.found_by, site.guess) == ("visited", "search", None)
    assert host in (site.url or "")
    found = await found_by(town, company)
    assert (found.domain, found.confidence) == (host, site.confidence)
    assert "UEN" in found.evidence
    assert any(host in contact.source_url for contact in done.contacts)
    assert await town.units("tavily") == await town.used("tavily") == 1
    assert await town.used("tavily", 2) == 0
    assert (outcomes(done)["find_site"], outcomes(again)["find_site"]) == ("done", "reused")
    assert again.profile.site == site


async def test_a_found_site_that_proves_nothing_is_a_guess_and_nothing_more(town: Any) -> None:
    """Another company of about that name: recorded, and nothing of it is among facts, contacts or sources."""
    company, host = await town.unlisted(uen="200000001A", address=None, postal_code=None)
    company = company.model_copy(update={"name": company.name.replace(" PTE. LTD.", "") + " ASIA LLP"})
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert (done.profile.site.outcome, done.profile.site.url) == ("no_site_known", None)
    assert host in (done.profile.site.guess or "")
    assert (done.contacts, done.facts, done.profile.sources) == ((), (), [])
    assert any("found but not used" in reason for reason in done.steps.reasons)
    found = await found_by(town, company)
    assert (found.domain, found.guess) == (None, done.profile.site.guess)
    assert await town.charges("lusha") == []


async def test_a_site_that_refuses_us_is_fetched_by_nobody_else(town: Any) -> None:
    """robots.txt says no: no other fetcher is asked either, and no model."""
    company = await town.first(lambda site: site.robots is Robots.CLOSED and site.taste & 1)
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert done.profile.site.outcome == "forbidden"
    assert (done.facts, done.profile.corpus.passages) == ((), ())
    assert await town.charges("tavily") == await town.charges("openai") == []
    assert all(contact.vendor == "lusha" for contact in done.contacts)


async def test_a_site_that_leads_elsewhere_is_followed_by_nobody(town: Any) -> None:
    """To an internal address: what another fetcher would find there is not the company's."""
    company = await town.one()
    await town.spoils(company.website_domain, kind="hostile", manner="inward")
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert (done.profile.site.outcome, done.facts) == ("unreachable", ())
    assert await town.calls("tavily") == {}


@pytest.mark.parametrize("manner", [Behaviour.THIN, Behaviour.FAILING])
async def test_what_we_cannot_read_another_fetcher_may(town: Any, manner: Behaviour) -> None:
    """A page made by scripts, a site that fails: their text is there, and says whose copy it is."""
    company = await town.first(lambda site: site.manner is manner and site.taste & 1, is_open)
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)
        again = await replica.enrich(company, 2)

    assert outcomes(done)["tavily"] == "done"
    assert await town.calls("tavily") == {"extract 200": 1}
    assert "tavily" in {passage.origin for passage in done.profile.corpus.passages}
    lines = [line for passage in done.profile.corpus.passages for line in passage.text.split("\n")]
    assert all(fact.value in lines for fact in done.facts if fact.field == "address")
    assert await town.units("openai") > 0
    assert outcomes(again)["tavily"] == "reused"
    assert again.facts == done.facts
    assert await town.used("openai", 2) == 0


async def test_a_proof_needs_the_pages_also_where_their_texts_are_gone(town: Any) -> None:
    """The site was visited for somebody else, and only its findings are left: it is read again, not disbelieved."""
    company, host = await town.unlisted()
    async with town.waterfall() as replica:
        await replica.enrich(company.model_copy(update={"uen": "202099999Z", "website_domain": host}), 2)
        await town.owner.execute(DELETE_OLD_TEXTS)
        done = await replica.enrich(company, 1)

    assert (done.profile.site.found_by, done.profile.site.outcome) == ("search", "visited")


async def test_a_site_found_long_ago_proves_itself_again_before_anything_is_paid(town: Any) -> None:
    """A search that finds nothing any more, or cannot be made, takes no known site away."""
    company, host = await town.unlisted()
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)
        await town.owner.execute(AGE)
    async with town.waterfall(tavily_api_key=None) as replica:
        again = await replica.enrich(company, 1)
        await town.owner.execute(AGE)
        await town.owner.execute("DELETE FROM crawled_sites")
        await town.spoils(host, kind="fail", status=503)
        away = await replica.enrich(company, 1)

    assert again.profile.site == done.profile.site
    assert (away.profile.site.found_by, away.profile.site.outcome) == ("search", "unreachable")
    assert (await found_by(town, company)).domain == host
    assert await town.units("tavily") == 1
