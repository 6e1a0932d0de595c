"""The only number of a site: the company's, though its words are also those of others' numbers."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def phones_on(*bodies: str) -> list[str]:
    """The telephones of a site that has its name from its domain alone."""
    pages = [parse_html(f"http://acme.com.sg/{nth or ''}", body) for nth, body in enumerate(bodies)]
    return [it.value for it in extract(pages).contacts if it.kind == "phone"]


@pytest.mark.parametrize(
    "sentence",
    [
        "SAC Capital: 6512 3456",
        "DAN Engineering, tel 6512 3456",
        "MAS Interiors: 6512 3456",
        "ESG Plumbing, call 6512 3456",
        "CASE-trusted movers, ring 6512 3456",
        "HDB-approved. Call 6512 3456",
        "HDB endorsed renovator, tel 6512 3456",
        "BCA graded contractor, call 6512 3456",
        "NEA award winner 2019, tel 6512 3456",
        "PSG grants available, call 6512 3456",
        "HDB, condo and landed: call 6512 3456",
        "Renovation for HDB and condo homes, tel 6512 3456",
        "MOE syllabus tuition, call 6512 3456",
        "Ex-MOE teachers, call 6512 3456",
        "CPF, payroll and tax filing: 6512 3456",
        "MOM work pass applications: 6512 3456",
        "BCA L6 contractor, tel 6512 3456",
        "SCDF fire safety works, call 6512 3456",
        "IN CASE OF LEAKS, CALL 6512 3456",
        "Police-approved locksmiths, call 6512 3456",
        "Call Acme Hospital Beds on 6512 3456",
        "To book at The Acme Hotel call 6512 3456",
        "Acme Insurance Brokers, tel 6512 3456",
    ],
)
def test_a_firm_like_an_organisation_keeps_its_number(sentence: str) -> None:
    """A firm's name may begin with a body's initials, and end with a noun of organisations."""
    assert phones_on(f"<p>{sentence}</p>") == ["+6565123456"]


@pytest.mark.parametrize(
    "sentence",
    [
        "CASE: 6512 3456",
        "Contact CASE at 6512 3456",
        "Consumers may turn to CASE Hotline 6512 3456",
        "SOS 24-hour hotline 6512 3456",
        "Samaritans of Singapore (SOS): 6512 3456",
        "DAN (Divers Alert Network) 6512 3456",
        "SAC accreditation council, 6512 3456",
        "Grants: Enterprise Singapore (ESG), 6512 3456",
        "HDB Branch Office, 6512 3456",
        "Call MOM at 6512 3456",
        "NEA dengue feedback line 6512 3456",
        "MOM work pass call centre: 6512 3456",
        "Please write to IRAS or call 6512 3456",
        "LTA, tel 6512 3456",
        "To book at The Omega Hotel call 6512 3456",
        "Call Omega Hospital Beds on 6512 3456",
    ],
)
def test_a_bodys_number_is_not_the_companys_even_if_it_is_the_only_one(sentence: str) -> None:
    """Better none than another's."""
    assert phones_on(f"<p>{sentence}</p>") == []


@pytest.mark.parametrize(
    "body",
    [
        "<h2>Suppliers</h2><p>Interested to supply? Tel 6512 3456</p>",
        "<h2>Our customers</h2><p>Tel: 6512 3456</p>",
        "<h2>Tenants</h2><p>Space to let: 6512 3456</p>",
        "<h2>Distributors</h2><p>Want to sell our goods? Tel 6512 3456</p>",
    ],
)
def test_an_only_number_below_a_heading_that_speaks_to_others_is_the_companys(body: str) -> None:
    """It stands with nobody's name. Beside a number of the company's own it stays out."""
    assert phones_on(body) == ["+6565123456"]
    assert phones_on("<p>Tel: 6777 1200</p>", body) == ["+6567771200"]


@pytest.mark.parametrize(
    "body",
    [
        "<h2>Our customers</h2><p>Omega Foods</p><p>Tel: 6512 3456</p>",
        "<h2>Our suppliers</h2><p>Omega Foods, tel 6512 3456</p>",
        "<h2>Our distributors</h2><p>Johor office: 6512 3456</p>",
        "<h2>Our distributors</h2><p>omega.my 6512 3456</p>",
        "<h2>Our dealers</h2><p>Tel: 6512 3456</p><h2>Our clients</h2><p>Tel: 6512 4444</p>",
        "<h2>Our landlord</h2><p>Tel: 6512 3456</p>",
        "<h2>Useful numbers</h2><p>Tel: 6512 3456</p>",
        "<h2>Suppliers</h2><p>Fax: 6512 3456</p>",
    ],
)
def test_a_number_below_a_heading_about_others_is_theirs(body: str) -> None:
    """With a name, a place or an address of theirs, with another number, or below a heading that speaks to nobody."""
    assert phones_on(body) == []
