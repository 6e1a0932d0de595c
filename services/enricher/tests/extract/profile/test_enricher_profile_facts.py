"""Employees, open roles, customers and prices that a site states."""

import pytest

from enricher.extract.facts import Fact, merge
from enricher.extract.findings import extract
from enricher.pages.documents import Document, parse_html

HOME = "http://acme.com.sg/"


def a_page(body: str = "", *, head: str = "", url: str = HOME) -> Document:
    return parse_html(url, f"<html><head>{head}</head><body>{body}</body></html>")


def facts_on(*pages: Document) -> dict[str, Fact]:
    return dict(merge(extract(pages).facts))


def value_on(field: str, body: str, url: str = HOME) -> str | None:
    fact = facts_on(a_page(), a_page(body, url=url)).get(field)
    return fact.value if fact else None


@pytest.mark.parametrize(
    ("body", "employees"),
    [
        ("We employ more than 1,200 staff", "1200"),
        ("a team of over 35 engineers", "35"),
        ("120+ employees", "120"),
        ("our 80-strong team; 80 dedicated staff", "80"),
        ("We have served 5000 people since 1999", None),
        ("Mit 38 Mitarbeiterinnen und Mitarbeitern sind wir unterwegs.", "38"),
        ("Dengan 320 karyawan dan tiga lini, kami memasok kemasan.", "320"),
        ("公司现有员工35人", "35"),
        ("従業員数<br>56名", "56"),
        ("Für Kunden mit 500 Mitarbeitern", None),
        ("培训员工3500人", None),
        ("0 employees", None),
        ("3.5 employees per desk, ISO 9001 employees", None),
    ],
)
def test_how_many_work_there(body: str, employees: str | None) -> None:
    """Numbers beside words for staff."""
    assert value_on("employees", body) == employees


CAREERS = f"{HOME}careers"


@pytest.mark.parametrize(
    ("body", "hiring"),
    [
        ("<li>Sales Executive (full time)</li><li>CNC Machinist</li>", "2 open roles: Sales Executive, CNC Machinist"),
        ("<p>We are looking for an engineer.</p><p>Our manager is Tan</p>", "has a careers page"),
        ("<p>There are no openings at the moment.</p>", "no open roles"),
        (
            '<script type="application/ld+json">[{"@type": "JobPosting", "title": "Cook"}]</script>',
            "1 open role: Cook",
        ),
    ],
)
def test_roles_on_the_careers_page_are_counted(body: str, hiring: str) -> None:
    """Titles, not sentences about people; postings for machines are surer."""
    assert value_on("hiring", body, CAREERS) == hiring
    assert value_on("hiring", body.replace("JobPosting", "x"), f"{HOME}team") is None


@pytest.mark.parametrize(
    ("body", "customers"),
    [
        ("Our customers include Alpha Foods, Beta and Gamma Pte Ltd. We", "Alpha Foods; Beta; Gamma Pte Ltd"),
        ("Trusted by Alpha, Beta and many others", "Alpha; Beta"),
        ("<h2>Our clients</h2><p>Alpha logo</p><p>Beta Foods.png</p><p>Read more</p>", "Alpha; Beta Foods"),
        ("<h2>Trusted by</h2><p>Alpha</p>", None),
        ("<h2>Our clients</h2><a href='/x'>Alpha</a><a href='/y'>Beta</a>", None),
        ("Our customers include everyone who likes us", None),
    ],
)
def test_customers_are_names_in_a_sentence_or_under_a_heading(body: str, customers: str | None) -> None:
    """Not whatever follows, nor the menu."""
    assert value_on("customers", body) == customers


def test_prices_are_those_of_the_pricing_page() -> None:
    """Elsewhere a price is one thing's; a link to the page is better than nothing."""
    prices = "<p>Basic from S$29 per month</p><p>Pro S$ 1,299.00/user/year</p><p>S$29</p>"

    assert value_on("pricing", prices, f"{HOME}pricing") == "from S$29 per month; S$ 1,299.00/user/year; S$29"
    assert value_on("pricing", prices) is None
    assert value_on("pricing", '<a href="/pricing">x</a>') == "has a pricing page"
