"""Postal addresses of Singapore in every writing, and the main one of a site."""

import pytest

from enricher.extract.addresses.abroad import find_address_abroad
from enricher.extract.addresses.postal import find_addresses
from enricher.extract.findings import extract
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
    ("text", "address"),
    [
        ("MAS Building, 10 Shenton Way, Singapore 079117", "MAS Building, 10 Shenton Way, Singapore 079117"),
        ("ICO Solutions Pte Ltd, 10 Anson Road #10-01, Singapore 079903", "10 Anson Road #10-01, Singapore 079903"),
        ("Ministry of Coffee, 10 Anson Road, Singapore 079903", "10 Anson Road, Singapore 079903"),
        ("1 CPF Road, Singapore 079117", "1 CPF Road, Singapore 079117"),
        ("Licensed by MAS, 10 Anson Road, Singapore 079903", "10 Anson Road, Singapore 079903"),
        ("MAS, 10 Shenton Way, Singapore 079117", None),
        ("Complain to the PDPC at 10 Pasir Panjang Road, Singapore 117438", None),
        ("Ministry of Manpower, Services Centre, 1500 Bendemeer Road, Singapore 339946", None),
        ("Consumers Association of Singapore (CASE), 170 Ghim Moh Road, Singapore 279621", None),
    ],
)
def test_an_authority_is_told_from_a_place_and_a_company(text: str, address: str | None) -> None:
    """The label before an address is the authority, not a name with its initials in it."""
    assert next(iter(find_addresses(text)), None) == address


def test_the_company_itself_is_no_stranger_by_its_name() -> None:
    text = "Ombudsman Advisers, 12 Mill Lane, Leeds LS1 4AB"

    assert find_address_abroad(text, "GB", ["ombudsmanadvisers"]) == "12 Mill Lane, Leeds LS1 4AB"
    assert find_address_abroad(text, "GB") is None


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


HEAD = "10 Anson Road, #10-01, Singapore 079903"


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("<p>© 2024 Valves Asia Pte Ltd · EA Licence 19C9961 · 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Sure, Mon–Sat 10–6. 10 Anson Road, #10-01, Singapore 079903. Text first.</p>", HEAD),
        ("<p>Come see us. 10 Anson Road, #10-01, Singapore 079903.</p>", HEAD),
        ("<p>We have moved! New address: 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Our clinic is at 10 Anson Road, #10-01, Singapore 079903.</p>", HEAD),
        ("<p>The shop is in town (10 Anson Road, #10-01, Singapore 079903)</p>", f"{HEAD})"),
        ("<p>Tel 6222 3333, 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Valves Asia, 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Valves Asia (S) Pte. Ltd., 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Showroom (Anson): 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>地址:新加坡宜美道 61 号 #02-08,邮编 408930</p>", "新加坡宜美道 61 号 #02-08,邮编 408930"),
        (
            "<div><span>10 Anson Road</span>, <span>#10-01</span>, <span>Singapore</span> <span>079903</span></div>",
            HEAD,
        ),
        (
            "<p>10 Anson Road<br>International Plaza<br>#10-01<br>Singapore 079903</p>",
            "10 Anson Road, International Plaza, #10-01, Singapore 079903",
        ),
        (f"<p>Warehouse</p><p>3 Tuas Link 1, Singapore 638584</p><p>Head office</p><p>{HEAD}</p>", HEAD),
        (f"<p>3 Tuas Link 1, Singapore 638584</p><p>HQ: {HEAD}</p>", HEAD),
        ("<p>Tel: 6222 3333 Fax: 6222 3334 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Call 6222 3333 or visit 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>info@valves.com.sg 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Opening hours: 9am – 6pm, 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Location 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>© 2024 Valves Asia 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Copyright 2024 Valves Asia. All Rights Reserved. 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Valves Asia Pte Ltd (Co. Reg. No. 201012345K) 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>Our one and only shop: 10 Anson Road, #10-01, Singapore 079903</p>", HEAD),
        ("<p>We work from a shophouse at 10 Anson Road, #10-01, Singapore 079903.</p>", HEAD),
        ("<p>Find our kitchen at 10 Anson Road, #10-01, Singapore 079903 (no walk-ins)</p>", HEAD),
        (
            "<p>Come and find us: second floor, 10 Anson Road, Singapore 079903</p>",
            "second floor, 10 Anson Road, Singapore 079903",
        ),
        (
            "<p>Suntec City Mall, 3 Temasek Boulevard, Singapore 038983</p>",
            "Suntec City Mall, 3 Temasek Boulevard, Singapore 038983",
        ),
        ("<p>The seminar takes place at Suntec, 1 Raffles Boulevard, Singapore 039593</p>", None),
        ("<p>Complaints: PDPC, 10 Pasir Panjang Road, #03-01, Singapore 117438</p>", None),
        ("<p>Event venue: Marina Hall, 10 Bayfront Avenue, Singapore 018956</p>", None),
        ("<p>We renovated the shop at 14 Ubi Crescent, Singapore 408564 last year.</p>", None),
    ],
)
def test_the_main_address_is_given_without_what_stands_beside_it(body: str, address: str | None) -> None:
    """No label, sentence, name, licence or telephone; the head office before a warehouse; none of an authority."""
    assert address_on(body) == address
