"""The steps of an enrichment in order, on the simulator's town with all its vendors and the real PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from enricher.enrichment import waterfall
from enricher.extract.facts import FIELDS
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


def emails_of(done: waterfall.Enrichment) -> list[str]:
    return [contact.value for contact in done.contacts if contact.kind == "email"]


async def found_by(town: Any, company: Any) -> company_sites.FoundSite:
    row = await town.owner.fetchrow("SELECT * FROM company_sites WHERE company_id = $1", company.company_id)
    return company_sites.FoundSite(row["domain"], row["guess"], row["confidence"], tuple(row["evidence"]))


async def first(town: Any, *are: Any, **other: Any) -> Any:
    """The register's first company with such a site."""
    async for it in town.all_with(*are):
        return await town.enlist(it, **other)
    raise AssertionError("no such company")


async def unlisted(town: Any, **other: Any) -> Any:
    """A company whose site only a search finds, and that shows its own number."""
    async for it in town.all_with(is_fine, lambda site: site.shows_uen, listed=False):
        company = await town.enlist(it, **other)
        return company, it.unlisted_website
    raise AssertionError("no such company")


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
    listed, (unlisted_one, _) = await town.one(), await unlisted(town)
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


async def test_a_site_that_only_a_search_finds_is_used_when_it_proves_itself(town: Any) -> None:
    """One credit; the proof is kept, for everybody: the next tenant searches no more."""
    company, host = await unlisted(town)
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
    company, host = await unlisted(town, uen="200000001A", address=None, postal_code=None)
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
    company = await first(town, lambda site: site.robots is Robots.CLOSED and site.taste & 1)
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
    company = await first(town, lambda site: site.manner is manner and site.taste & 1, is_open)
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


async def test_nobody_is_bought_where_the_site_names_a_person(town: Any) -> None:
    """Its own word is enough."""
    named = (lambda site: site.contact_person is not None, lambda site: not site.obfuscates)
    company = await first(town, is_fine, *named)
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert outcomes(done)["lusha"] == "not_needed"
    assert await town.calls("lusha") == {}
    assert any(contact.kind == "email" and not contact.is_role for contact in done.contacts)


async def test_people_are_bought_once_and_by_their_addresses_only(town: Any) -> None:
    """The vendor's ids are kept: the second enrichment costs nothing, but another tenant has to buy for itself."""
    company = await town.one()
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)
        bought = await town.charges("lusha")
        again = await replica.enrich(company, 1)
        assert await town.charges("lusha") == bought
        await replica.enrich(company, 2)

    assert {item.split()[1] for charge in bought if charge["operation"] == "enrich" for item in charge["items"]} == {
        "emails"
    }
    assert {it.vendor_id for it in done.prospects} == {it.vendor_id for it in again.prospects}
    assert all(it.vendor_id for it in done.prospects)
    assert outcomes(again)["lusha"] == outcomes(again)["understand"] == outcomes(again)["crawl"] == "reused"
    assert again.contacts == done.contacts
    assert await town.used("lusha", 2) > 0


async def test_whom_we_want_most_is_bought_first(town: Any) -> None:
    """The titles' order is ours, not the vendor's."""
    company = await town.one()
    people = (await town.state(f"sites/{company.website_domain}"))["people"]
    titles = [person["title"] for person in people if person["email"] and person["type"] == "work"]
    last, first_ = sorted(set(titles))[-1], sorted(set(titles))[0]
    async with town.waterfall(lusha_preferred_titles=(last, first_)) as replica:
        done = await replica.enrich(company, 1)

    assert [it.contact.title for it in done.prospects][:1] == [last]


async def test_addresses_of_several_companies_are_verified_together_and_once(town: Any) -> None:
    """One batch; in the following thirty days nobody pays for them again, whatever ZeroBounce said of them."""
    companies = [await town.enlist(it) async for it in town.all_with(is_fine)][:5]
    nothing_else = {"openai_api_key": None, "lusha_api_key": None}
    async with town.waterfall(**nothing_else, zerobounce_api_key=None) as replica:  # the sites are known after that
        await asyncio.gather(*(replica.enrich(company, 1) for company in companies))
    async with town.waterfall(**nothing_else) as replica:
        done = await asyncio.gather(*(replica.enrich(company, 1) for company in companies))
        await asyncio.gather(*(replica.enrich(company, 1) for company in companies))
    async with town.waterfall(**nothing_else) as another:
        again = await asyncio.gather(*(another.enrich(company, 1) for company in companies))

    emails = {email for it in done for email in emails_of(it)}
    assert await town.calls("zerobounce") == {"validatebatch 200": 1}
    assert len(emails) > 5
    rows = await town.owner.fetch("SELECT email, status, sub_status FROM email_verifications")
    said = {row["email"]: (row["status"], row["sub_status"]) for row in rows}
    assert set(said) == emails
    for contact in (contact for it in done for contact in it.contacts if contact.kind == "email"):
        assert (contact.status, contact.sub_status) == said[contact.value]
    assert [it.contacts for it in again] == [it.contacts for it in done]
    assert {outcomes(it)["zerobounce"] for it in again} == {"reused"}
    units = sum(step.units for it in done for step in it.steps.taken if step.step == "zerobounce")
    assert units == await town.units("zerobounce") == await town.used("zerobounce")


async def test_the_mailboxes_of_desks_are_marked_and_kept(town: Any) -> None:
    """ZeroBounce calls them do_not_mail; they are how one writes to a company."""
    company = await town.one()
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    desks = [contact for contact in done.contacts if contact.status == "do_not_mail"]
    assert desks
    assert all(contact.is_role and contact.sub_status in ("role_based", "role_based_catch_all") for contact in desks)
    ranks = [(contact.kind == "phone", contact.is_role) for contact in done.contacts]
    assert ranks == sorted(ranks)


async def test_a_proof_needs_the_pages_also_where_their_texts_are_gone(town: Any) -> None:
    """The site was visited for somebody else, and only its findings are left: it is read again, not disbelieved."""
    company, host = await unlisted(town)
    async with town.waterfall() as replica:
        await replica.enrich(company.model_copy(update={"uen": "202099999Z", "website_domain": host}), 2)
        await town.owner.execute(DELETE_OLD_TEXTS)
        done = await replica.enrich(company, 1)

    assert (done.profile.site.found_by, done.profile.site.outcome) == ("search", "visited")


async def test_a_site_found_long_ago_proves_itself_again_before_anything_is_paid(town: Any) -> None:
    """A search that finds nothing any more, or cannot be made, takes no known site away."""
    company, host = await unlisted(town)
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
    company = await first(town, lambda site: site.manner is Behaviour.THIN and site.taste & 1, is_open)
    async with town.waterfall() as replica:
        await replica.enrich(company, 1)
        before = await town.units("openai")
        await town.owner.execute(DELETE_OLD_TEXTS)
        again = await replica.enrich(company, 2)

    assert outcomes(again)["understand"] == "reused"
    assert await town.units("openai") == before


async def test_nobody_is_bought_from_a_social_network(town: Any) -> None:
    """A company's page there is not its site: the own one is searched for, and there is nobody to buy without one."""
    company = await town.one(website_domain="www.facebook.com/acme")
    async with town.waterfall(tavily_api_key=None) as replica:
        done = await replica.enrich(company, 1)

    assert done.profile.site.profile == "https://www.facebook.com/acme"
    assert "lusha: the company's website is not known" in done.steps.reasons
    assert await town.calls("lusha") == {}

    async with town.waterfall() as replica:
        found = await replica.enrich(company, 1)

    assert (found.profile.site.found_by, found.profile.site.profile) == ("search", "https://www.facebook.com/acme")
