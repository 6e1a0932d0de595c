"""Search results that may be a company's own site, best first, and those that never are."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company
from enricher.pages.directories import is_directory
from enricher.sites.candidates import MAX_CANDIDATES, candidates
from enricher.sites.company_names import Name

ACME = Company(company_id=1, uen="201912345K", name="ACME LOGISTICS PTE. LTD.")


@dataclass(frozen=True)
class Found:
    url: str
    title: str = ""
    content: str = ""
    score: float = 0.5


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/acmelogistics",
        "https://sg.linkedin.com/company/acme-logistics",
        "https://www.sgpbusiness.com/company/Acme-Logistics-Pte-Ltd",
        "https://recordowl.com/company/acme-logistics",
        "https://www.bizfile.gov.sg/acme",
        "https://data.gov.sg/dataset/acme",
        "https://find-and-update.company-information.service.gov.uk/company/1",
        "https://www.amazon.sg/acme",
        "https://www.amazon.co.uk/acme",
        "https://shopee.sg/acmelogistics",
        "https://www.yellowpages.com.sg/acme",
        "https://sg.jobstreet.com/acme",
        "https://en.wikipedia.org/wiki/Acme",
        "https://www.straitstimes.com/acme",
    ],
)
def test_directories_marketplaces_social_sites_and_states_are_no_candidates(url: str) -> None:
    """Directories, marketplaces, social sites and states are no candidates, however well they fit; under any country's
    suffix.
    """
    assert candidates(ACME, [Found(url, "Acme Logistics Pte Ltd", score=1)]) == []


def test_sites_of_many_owners_are_known_by_their_own_name() -> None:
    """acme.wixsite.com is Acme's, and a company may be called Amazonia."""
    assert not is_directory("acme.github.io")
    assert not is_directory("amazonia.com.sg")
    assert not is_directory("governance.com.sg")


def test_the_likest_domain_comes_first_as_a_home_page() -> None:
    """One per site, whatever page was found; another's domain only if the page names the company; nonsense never."""
    results = [
        Found("https://news.example.com/story", "Trade news", "Acme Logistics Pte Ltd opens a warehouse", 0.99),
        Found("https://www.acme-logistics.com.sg/about?x=1", "About", "", 0.3),
        Found("https://www.acme-logistics.com.sg/contact", "Contact", "", 0.2),
        Found("https://acmefoods.com/", "Acme Foods", "", 0.9),
        Found("https://somebody.com/", "Somebody", "nothing of the kind", 0.9),
        Found("ftp://acmelogistics.com/"),
        Found("no url"),
        Found("https://10.0.0.1/"),
    ]

    assert candidates(ACME, results) == ["https://www.acme-logistics.com.sg/", "https://news.example.com/"]


@pytest.mark.parametrize(
    ("host", "least", "most"),
    [
        ("www.acmelogistics.com.sg", 1, 1),
        ("acme-logistics.sg", 1, 1),
        ("acmelogisticssg.com", 1, 1),
        ("acme.sg", 0.4, 0.6),
        ("acmefoods.com", 0, 0.45),
        ("other.com", 0, 0),
        ("xn--80ak6aa92e.com", 0, 0),
    ],
)
def test_likeness_is_how_much_of_the_letters_both_share(host: str, least: float, most: float) -> None:
    """1 where the site's name is the company's, with or without the country."""
    assert least <= Name.of(ACME.name).likeness(host) <= most


def test_initials_are_a_name() -> None:
    """Initials are a name, of three letters and more."""
    assert Name.of("YONG MING CONSTRUCTION INDUSTRIES PTE LTD").likeness("ymci.com.sg") == 0.7
    assert Name.of("YONG MING PTE LTD").likeness("ym.com.sg") == 0


HOSTS = st.sampled_from(
    ["acme.sg", "acmelogistics.com", "x.com", "b.sg", "acme.com.sg", "logistics.sg", "[::1", "é.sg"]
)
RESULTS = st.lists(
    st.builds(
        Found,
        url=HOSTS.map(lambda host: f"https://{host}/p"),
        title=st.sampled_from(["Acme Logistics", "", "Other"]),
        score=st.sampled_from([0.1, 0.9, 7, -1, float("inf")]),
    ),
    max_size=8,
)


@given(RESULTS, st.randoms(use_true_random=False))
def test_the_order_of_results_does_not_matter(results: list[Found], chance: random.Random) -> None:
    """The order of results does not matter: the same results, the same few home pages."""
    found = candidates(ACME, results)
    shuffled = results[:]
    chance.shuffle(shuffled)

    assert candidates(ACME, shuffled) == found
    assert len(found) == len(set(found)) <= MAX_CANDIDATES
    assert all(home.endswith("/") for home in found)
