"""The simulator's traits of real pages: the same contacts come out of each, and nothing of anybody else."""

from typing import Any

import pytest

from simulator.register.registry import company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.real_pages import Trait
from simulator.town.sites import Robots, Site
from simulator.town.town import Town

SETTINGS = Settings(slow_ms=1, real_share=1.0)


def sites_with(town: Town, trait: Trait, most: int = 3) -> list[Site]:
    hosts = (found.website for n in range(3_000) if (found := company(n, town.seed)).website)
    sites = (site for host in hosts if (site := town.site(host)))
    fine = (site for site in sites if site.robots in (Robots.OPEN, Robots.MISSING) and town.trait(site) is trait)
    return [site for site, _ in zip(fine, range(most), strict=False)]


@pytest.mark.slow
async def test_every_trait_is_read_as_the_plain_site_would_be(web: Any) -> None:
    """All addresses and the number of the site; no fax, no planted figure, no broker; the people by name."""
    town = Town(SETTINGS.seed, SETTINGS.real_share)
    async with running(SETTINGS) as proxy, web.visitor(proxy=proxy, pages=6, max_delay_s=0) as visitor:
        for trait in Trait:
            sites = sites_with(town, trait)
            assert sites, trait
            for site in sites:
                seen = await visitor.visit(site.host)
                values = {contact.value for contact in seen.contacts}
                if trait is Trait.PARKED:
                    assert (seen.site.placeholder, values) == ("for_sale", set())
                    continue
                assert values == {*site.emails, site.phone}, (trait, site.host)
                facts = {fact.field: fact.value for fact in seen.facts}
                assert facts.get("employees") != "90000", (trait, site.host)
                assert facts.get("founded_year") != "1801", (trait, site.host)
                if trait is Trait.TEAM:
                    assert {(it.full_name, it.title) for it in town.people(site)} == {
                        (person.name, person.title) for person in seen.people
                    }, site.host
