"""Sentences that give a number of an organisation that is not the page's own."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.others.named import labels_another, names_another
from enricher.pages.documents import parse_html

NAMES = frozenset({"valvesasia"})


@pytest.mark.parametrize(
    "sentence",
    [
        "To book the ferry ask at Blue Lagoon Rides on 6123 4567.",
        "Samples are tested with Omnilab (6123 4567) each month.",
        "We get our steel from Ferrum & Sohn (6123 4567).",
        "You may also raise it with the FWQA (6123 4567).",
        "For the permit please ring Harbour Pilots Guild, tel 6123 4567.",
    ],
)
def test_running_text_that_names_another_gives_its_number(sentence: str) -> None:
    """A name before the number tells, in any words."""
    assert names_another(sentence, NAMES)


@pytest.mark.parametrize(
    "sentence",
    [
        "For parts call Valves Asia on 6123 4567 at any hour.",
        "Please call us at our Harbour Lights showroom on 6123 4567.",
        "Call Mdm Goh Siew Lan about it at 6123 4567.",
        "Ask for Goh Siew Lan, Sales Manager, on 6123 4567.",
        "For details please come to 28 Maxwell Road or call 6123 4567.",
        "Closed over Chinese New Year, ring 6123 4567 for urgent orders.",
        "Harbour Lights: 6123 4567",
    ],
)
def test_the_companys_own_number_stays(sentence: str) -> None:
    """With its name, "us", a person, a street or a feast; a bare label is a branch's."""
    assert not names_another(sentence, NAMES)


def phones_on(body: str) -> list[str]:
    page = parse_html("http://valvesasia.com.sg/contact", f"<title>Valves Asia</title>{body}")
    return [it.value for it in extract([page]).contacts if it.kind == "phone"]


def test_a_number_of_the_pages_data_is_the_companys_whatever_the_text_says() -> None:
    """Without the data, that number is the other's."""
    text = "<p>To book the ferry ask at Blue Lagoon Rides on 6123 4567.</p><p>Tel: 6777 1200</p>"
    organisation = '{"@type": "Organization", "name": "Valves Asia", "telephone": "61234567"}'
    data = f'<script type="application/ld+json">{organisation}</script>'

    assert phones_on(text) == ["+6567771200"]
    assert sorted(phones_on(data + text)) == ["+6561234567", "+6567771200"]


@pytest.mark.parametrize("heading", ["Where to buy them", "Our installers", "Crisis lines", "Retailers in Johor"])
def test_numbers_below_a_heading_about_others_are_theirs(heading: str) -> None:
    """The company's own number stands elsewhere."""
    body = f"<h2>{heading}</h2><p>Greenhill Hardware</p><p>6123 4567</p><h2>Contact us</h2><p>Tel: 6777 1200</p>"

    assert phones_on(body) == ["+6567771200"]


@pytest.mark.parametrize(
    "item",
    [
        "Big State Mutual 1-800-555-0199",
        "FWQA 1800 136 089",
        "Golden Paddy Rice: 1800 744 2261",
        "Vinoteca Distribution 03 9428 1155",
        "Omega Bank 6222 3333 or 6222 3344",
        "Steinhoff Pianos, our tuning partner: 6734 1919",
    ],
)
def test_an_item_with_anothers_name_before_each_number_is_anothers(item: str) -> None:
    """Initials, a number free of charge, a noun of organisations, or "our partner"."""
    assert labels_another(item, NAMES)


@pytest.mark.parametrize(
    "item",
    [
        "Toll Free: 1800 233 4417",
        "San Antonio 830 555 0162",
        "24 HRS: 6593 4417",
        "Valves Asia 1800 136 089",
        "Sales 6777 1200",
        "Omega Bank 6222 3333, our office 6777 1200",
        "Ms Ana Cruz, Sales Manager 6777 1200",
    ],
)
def test_the_companys_lines_and_branches_are_its_own(item: str) -> None:
    """A label without a name, a town, the company's own name, a person."""
    assert not labels_another(item, NAMES)


def test_a_cookies_lifetime_is_no_number() -> None:
    """Any other count with its unit is none, either."""
    assert phones_on("<p>consent</p><p>31536000 s</p><p>63072000 seconds</p><p>65000000 bytes</p>") == []
    assert phones_on("<p>Tel</p><p>61234567</p>") == ["+6561234567"]


def test_both_on_the_line_above_is_a_telephone_and_a_fax() -> None:
    """Its number is the telephone's, too."""
    assert phones_on("<table><tr><td>Tel / Fax<td>: 6368 4417 (6 lines)</table>") == ["+6563684417"]
