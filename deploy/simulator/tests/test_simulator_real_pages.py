"""A share of the well-behaved sites have a trait of real pages, and a page still says the same."""

from collections import Counter

from simulator.main import settings_from
from simulator.register.registry import company
from simulator.town.real_pages import Trait, trait_of
from simulator.town.sites import Behaviour, Site
from simulator.town.town import Town

SEED = 65


def _sites(town: Town, count: int) -> list[Site]:
    hosts = (found.website for n in range(count) if (found := company(n, town.seed)).website)
    return [site for host in hosts if (site := town.site(host))]


def test_the_share_of_sites_with_a_trait_is_as_set() -> None:
    """Every trait occurs; without a share nobody has one, and sites that misbehave never do."""
    sites = _sites(Town(SEED), 6_000)
    plain = [site for site in sites if site.manner is Behaviour.PLAIN]
    traits = Counter(trait_of(site, SEED, 0.3) for site in plain)

    assert 0.25 < 1 - traits[None] / len(plain) < 0.35
    assert set(traits) == {None, *Trait}
    assert {trait_of(site, SEED, 0.0) for site in plain} == {None}
    assert {trait_of(site, SEED, 1.0) for site in sites if site.manner is not Behaviour.PLAIN} == {None}
    assert settings_from({"SIMULATOR_REAL_SHARE": "0.3"}).real_share == 0.3


def test_a_trait_is_the_same_whenever_it_is_asked_for() -> None:
    """Both the page and what stands behind it."""
    once, again = Town(SEED, 1.0), Town(SEED, 1.0)

    for site in _sites(once, 300):
        assert once.answer(site.host, "/") == again.answer(site.host, "/")
        assert once.answer(site.host, "/start.html") == again.answer(site.host, "/start.html")
