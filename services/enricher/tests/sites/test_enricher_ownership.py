"""A page proves whose it is, or it does not: namesakes, directories and good-sounding domains get nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company
from enricher.pages.documents import Document, parse_html
from enricher.sites.company_names import Name, distinctive_words
from enricher.sites.ownership import ACCEPTED, DOUBTED, Proof, prove, prove_site

UEN = "201912345K"
OTHERS = [f"2018{n:05d}A" for n in range(10, 40)]


def a_company(**changes: object) -> Company:
    known: dict[str, object] = {
        "company_id": 1,
        "uen": UEN,
        "name": "ACME LOGISTICS PTE. LTD.",
        "address": "10 ANSON ROAD #12-05 INTERNATIONAL PLAZA",
        "postal_code": "079903",
    }
    return Company.model_validate({**known, **changes})


def a_page(body: str, url: str = "https://somewhere.com.sg/") -> Document:
    return parse_html(url, f"<html><body>{body}</body></html>")


def proof_of(body: str, url: str = "https://somewhere.com.sg/", **changes: object) -> Proof:
    return prove(a_company(**changes), a_page(body, url))


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (f"<footer>Co. Reg. No. {UEN}</footer>", "https://somewhere.com.sg/"),
        ("<footer>UEN: 2019 12345-K</footer>", "https://somewhere.com.sg/"),
        (
            '<script type="application/ld+json">{"@type": "Organization", "taxID": "201912345K"}</script>',
            "https://s.sg/",
        ),
        ("<p>Acme Logistics</p><p>10 Anson Road, Singapore 079903</p>", "https://somewhere.com.sg/"),
        ("<p>© Acme Logistics Private Limited</p><p>10 Anson Rd</p>", "https://somewhere.com.sg/"),
        ("<p>© 2025 Acme Logistics Pte Ltd</p>", "https://www.acme-logistics.com/"),
        ("<p>ACME <b>LOGISTICS</b> (S) PTE LTD</p>", "https://acmelogistics.sg/"),
    ],
)
def test_a_page_that_shows_the_company_is_its_own(body: str, url: str) -> None:
    """The UEN by itself, or two kinds of evidence that do not hang together."""
    assert proof_of(body, url).is_accepted


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ("<p>Acme Foods Pte Ltd, makers of noodles</p>", "https://acme.com.sg/"),
        ("<p>Acme</p>", "https://acmelogistics.sg/"),
        ("<p>Welcome to Acme Logistics</p>", "https://acmelogistics.com/"),
        ("<p>Acme Logistics Sdn Bhd</p>", "https://acmelogistics.com.my/"),
        ("<p>Acme Logistics Pte Ltd is one of our clients</p>", "https://somewhere.com.sg/"),
        ("<p>10 Anson Road, Singapore 079903</p>", "https://somewhere.com.sg/"),
        ("<p>Order 1079903, S$079903.50</p><p>Acme Logistics</p>", "https://somewhere.com.sg/"),
        ("<p>X201912345K 201912345KX</p>", "https://acmelogistics.com/"),
        ("", "https://acmelogistics.com/"),
    ],
)
def test_what_a_namesake_would_show_as_well_proves_nothing(body: str, url: str) -> None:
    """Part of a name, another legal form, an office tower, a domain that sounds right, or a mention."""
    assert not proof_of(body, url).is_accepted


def test_acme_logistics_is_not_acme_foods() -> None:
    """Two companies in the same tower that begin alike."""
    page = a_page("<p>Acme Foods Pte Ltd, UEN 201811111A</p><p>Singapore 079903</p>", "https://acme.com.sg/")

    assert not prove(a_company(), page).is_accepted
    assert prove(a_company(name="ACME FOODS PTE LTD", uen="201811111A"), page).is_accepted


def test_a_list_of_many_companies_is_nobodys_site() -> None:
    """Though it shows name, UEN and address; by the numbers, or by the names alone."""
    rows = "".join(f"<li>Firm{n} Trading Pte Ltd, UEN {uen}</li>" for n, uen in enumerate(OTHERS))
    names = "".join(f"<li>Firm{n} Trading Pte Ltd</li>" for n in range(20))
    shown = f"<li>Acme Logistics Pte Ltd, {UEN}, Singapore 079903</li>"

    for listing in (rows, names):
        proof = proof_of(f"<ul>{listing}{shown}</ul>")
        assert proof.confidence <= DOUBTED
        assert any("other companies" in words for words in proof.evidence)


@pytest.mark.parametrize(
    "url",
    [
        "https://firmfinder.example/company/acme-logistics-pte-ltd",
        "https://firmfinder.example/sg/201912345K",
        "https://firmfinder.example/acme-logistics",
        "https://www.sgpbusiness.com/",
        "https://data.gov.sg/x",
        "https://www.facebook.com/acme",
    ],
)
def test_a_profile_of_the_company_is_not_its_site(url: str) -> None:
    """On a known directory, or on any other site, under the company's name or number."""
    shown = f"Acme Logistics Pte Ltd, UEN {UEN}, 10 Anson Road, Singapore 079903"

    assert proof_of(shown, url).confidence <= DOUBTED
    assert proof_of(shown, "https://acmelogistics.sg/about/acme-logistics").is_accepted


def test_a_groups_footer_may_name_a_sister_or_two() -> None:
    """Two other numbers are no directory; another's number without this one's is another's site."""
    both = f"Acme Logistics Pte Ltd {UEN}. Acme Air Pte Ltd {OTHERS[0]}. Acme Sea Pte Ltd {OTHERS[1]}"

    assert proof_of(both).is_accepted
    assert not proof_of(f"Acme Logistics Pte Ltd, Singapore 079903, UEN {OTHERS[0]}").is_accepted


def test_pages_of_a_site_prove_together() -> None:
    """The name on one, the address on another, a known telephone number on a third."""
    name, address = a_page("Acme Logistics"), a_page("Singapore 079903", "https://somewhere.com.sg/contact")
    phone = a_page("<a href='tel:+6561234567'>Call</a>")

    assert not prove(a_company(), name).is_accepted
    assert prove_site(a_company(), [name, address]).is_accepted
    assert prove_site(a_company(), [name, phone], phones=["+6561234567"]).is_accepted
    assert not prove_site(a_company(), [name, phone], phones=["+6569999999"]).is_accepted
    assert prove_site(a_company(), []) == Proof(0.0, ())


def test_a_name_of_one_word_weighs_little() -> None:
    """Zenith may be anybody; Zenith Pte Ltd at its postal code is not."""
    url = "https://zenith.sg/"

    assert not proof_of("Zenith", url, name="ZENITH PTE LTD").is_accepted
    assert not proof_of("Zenith, Singapore 079903", name="ZENITH PTE LTD").is_accepted
    assert proof_of("Zenith Pte Ltd, Singapore 079903", name="ZENITH PTE LTD").is_accepted


TEXTS = st.text(alphabet=st.sampled_from("acmelogistic PTELTD()&.079903K\n<>/é"), max_size=80)


@given(st.lists(TEXTS, max_size=3), TEXTS)
def test_confidence_is_a_number_from_0_to_1_and_grows_with_evidence(bodies: list[str], name: str) -> None:
    """Confidence is a number from 0 to 1 and grows with evidence.

    Whatever the pages and the name: never an error; the UEN on one more page never makes it less sure.
    """
    company = a_company(name=name or "X")
    pages = [a_page(body) for body in bodies]
    proof = prove_site(company, pages)
    with_uen = prove_site(company, [*pages, a_page(f"UEN {UEN}")])

    assert 0 <= proof.confidence <= 1
    assert proof == prove_site(company, pages)
    assert with_uen.confidence >= min(proof.confidence, ACCEPTED)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("ACME TOOLS (S) PTE. LTD.", ("acme", "tools")),
        ("The Acme Company (Private) Limited", ("acme",)),
        ("ZODIAC INTERNATIONAL CO", ("zodiac", "international")),
        ("PEOPLE'S PARK & CO. PTE LTD", ("peoples", "park")),
        ("NORTH SEA B.V.", ("north", "sea")),
        ("SINGAPORE PTE LTD", ("singapore", "pte", "ltd")),
    ],
)
def test_a_name_is_its_telling_words(name: str, core: tuple[str, ...]) -> None:
    """Without form, country and fillers; all of it where nothing else is left."""
    assert Name.of(name).core == core


def test_most_of_a_long_name_counts_in_part() -> None:
    """A sign over the door is shorter than the register's entry; of short names each word counts."""
    page = distinctive_words("Welcome to Golden Harvest Precision")

    assert Name.of("GOLDEN HARVEST PRECISION ENGINEERING PTE LTD").part_in(page) == 0.75
    assert Name.of("GOLDEN HARVEST ENGINEERING PTE LTD").part_in(page) == 0
