"""Postal addresses: Singapore's in every writing, and those of other countries."""

import pytest

from enricher.extract.addresses_abroad import find_address_abroad
from enricher.extract.findings import extract
from enricher.extract.postal_addresses import find_addresses
from enricher.pages.documents import parse_html


def address_on(body: str, url: str = "http://valves.com.sg/contact") -> str | None:
    page = parse_html(url, f"<title>Valves Asia</title>{body}")
    return next((it.value for it in extract([page]).facts if it.field == "address"), None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("No. 14 Tuas Avenue 18A S(638865)", "638865"),
        ("Blk 3017A Ubi Road 1, #02-11, Singapura 408714", "408714"),
        ("23 Woodlands Industrial Park E5\n#01-08\n757322", "757322"),
        ("37B Keong Saik Road\nThird storey\n089142", "089142"),
        ("2 Kallang Avenue, CT Hub #01-22, S 339407 • Pool: Jalan Besar", "339407"),
        ("Katong: The Odeon, second floor (11 East Coast Road, 428722)", "428722"),
        ("地址：新加坡桥南路 231 号，邮区 058764", "058764"),
        ("Blk 681 Punggol Drive #01-14 (820681)", "820681"),
    ],
)
def test_an_address_of_singapore_is_read(text: str, code: str) -> None:
    """With the country in any form, or with none behind a street or a unit."""
    assert [it.replace(" ", "")[-8:].strip("()")[-6:] for it in find_addresses(text)] == [code]


@pytest.mark.parametrize("text", ["Order 757322", "Visitors\n757322", "We sold 12 pumps, 757322", "Ref. no.\n408714"])
def test_six_digits_by_themselves_are_no_postal_code(text: str) -> None:
    assert find_addresses(text) == []


@pytest.mark.parametrize(
    ("text", "country", "address"),
    [
        (
            "Unit 4, The Mill\n27 Narrow Quay\nBristol BS1 4QA",
            "GB",
            "Unit 4, The Mill, 27 Narrow Quay, Bristol BS1 4QA",
        ),
        ("Visit\n218 Plenty Road\nPreston VIC 3072", "AU", "218 Plenty Road, Preston VIC 3072"),
        ("88 Jalan Bakri, 84000 Muar", "MY", "88 Jalan Bakri, 84000 Muar"),
        ("Mill Ltd\nMühlweg 4\n78056 Villingen-Schwenningen", "DE", "Mühlweg 4, 78056 Villingen-Schwenningen"),
        ("1420 NW Oak St, Suite 210, Portland, OR 97209", "US", "1420 NW Oak St, Suite 210, Portland, OR 97209"),
        ("〒394-0081 長野県岡谷市長地権現町4-8-12", "JP", "〒394-0081 長野県岡谷市長地権現町4-8-12"),
        ("Suite 28, 88 Queen's Road, Kowloon, Hong Kong", "HK", "Suite 28, 88 Queen's Road, Kowloon, Hong Kong"),
        ("We fitted the roof of 12 Oak Street, Leeds LS1 4AB", "GB", None),
        ("Postfach 11 65, 78549 Spaichingen", "DE", None),
        ("12 Rue du Bac, 75007 Paris", "FR", None),
    ],
)
def test_an_address_abroad_is_read_in_its_countrys_form(text: str, country: str, address: str | None) -> None:
    """From its street on; none in a sentence about something else, or in a form that is not known."""
    assert find_address_abroad(text, country) == address


def test_the_branch_in_singapore_is_not_the_address_of_a_company_elsewhere() -> None:
    branch = "<p>Valves Asia, 3 Gul Street 1, Singapore 629319</p>"

    assert address_on(branch + "<p>Mill Lane, Leeds LS1 4AB</p>", "http://valves.co.uk/") == "Mill Lane, Leeds LS1 4AB"
    assert address_on(branch, "http://valves.co.uk/") is None


def test_the_address_of_a_stranger_is_left_out() -> None:
    """A public body's, a partner's, whoever serves the company."""
    own = "<p>23 Tuas Road, Singapore 638865</p>"

    for said in (
        "Law Society of Singapore, 28 Maxwell Road #01-03, Singapore 069120",
        "Pumps serviced by Easy Engineering, 6 Soon Lee St #04-51, S627607",
        "Courses are run by Argus Academy, 10 Eunos Road 8 #05-33, Singapore 408600",
    ):
        assert address_on(f"<p>{said}, 6888 1234</p>{own}") == "23 Tuas Road, Singapore 638865"
