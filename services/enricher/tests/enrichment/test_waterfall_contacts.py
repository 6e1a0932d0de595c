"""Buying and verifying contacts, on the simulator's town: whom, when, and once."""

import asyncio
from typing import Any

from enricher.enrichment import waterfall
from simulator.town.sites import Behaviour, Robots, Site


def is_fine(site: Site) -> bool:
    return site.manner is Behaviour.PLAIN and site.robots is Robots.OPEN


def outcomes(done: waterfall.Enrichment) -> dict[str, str]:
    """Returns the outcome of each step; of a step taken twice, the last one."""
    return {step.step: step.outcome for step in done.steps.taken}


def emails_of(done: waterfall.Enrichment) -> list[str]:
    return [contact.value for contact in done.contacts if contact.kind == "email"]


async def test_nobody_is_bought_where_the_site_names_a_person(town: Any) -> None:
    """Its own word is enough."""
    named = (lambda site: site.contact_person is not None, lambda site: not site.obfuscates)
    company = await town.first(is_fine, *named)
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
