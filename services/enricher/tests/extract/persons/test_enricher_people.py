"""People with titles, and the address or number that stands with them; a heading is no person."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.persons.people import find_people
from enricher.pages.documents import parse_html

HOME = "http://valves.com.sg/"


def people_on(body: str, path: str = "our-team") -> list[tuple[str, str]]:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia</title>{body}")
    return [(person.name, person.title) for person in find_people(page, "valves.com.sg", "SG")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<h3>Goh Siew Lan</h3><p>Finance Manager</p>", [("Goh Siew Lan", "Finance Manager")]),
        ("<p>Mr. Arjun s/o Pillai, Head of Engineering</p>", [("Arjun s/o Pillai", "Head of Engineering")]),
        ("<p>CEO: Nurul binte Hassan</p>", [("Nurul binte Hassan", "CEO")]),
        ("<p>KOH WEI JIE – Senior Sales Executive</p>", [("Koh Wei Jie", "Senior Sales Executive")]),
        ("<p>Teo Soo Ling, Sharon (Executive Director)</p>", [("Teo Soo Ling, Sharon", "Executive Director")]),
        ("<p>NSW & ACT: Ben Low, Sales Manager, 6777 1200</p>", [("Ben Low", "Sales Manager")]),
        ("<p>Ana Cruz</p><p>Purchase Ledger</p><p>6777 1200</p>", [("Ana Cruz", "Purchase Ledger")]),
        (
            "<p>Directors</p><p>Ana Cruz</p><p>Ben Low</p><p>Studio manager</p><p>Mei Tan</p>",
            [("Ana Cruz", "Director"), ("Ben Low", "Director"), ("Mei Tan", "Studio manager")],
        ),
        (
            "<p>Founder</p><p>Ana Cruz</p><p>Sales Manager</p><p>Ben Low</p>",
            [("Ana Cruz", "Founder"), ("Ben Low", "Sales Manager")],
        ),
        ("<p>Prof. Peter O'Neil, PhD</p><p>Technical Advisor</p>", [("Peter O'Neil", "Technical Advisor")]),
        ("<p>林美玲</p><p>总经理</p>", [("林美玲", "总经理")]),
        ("<p>Name: Ben Low</p><p>Designation: Sales Manager</p>", [("Ben Low", "Sales Manager")]),
        ("<p>Dr Ana Cruz</p><p>MBBS (Singapore), MRCP (UK)</p><p>Consultant</p>", [("Ana Cruz", "Consultant")]),
        ("<p>Er. Goh Siew Lan BEng (Hons) - Practice Owner</p>", [("Goh Siew Lan", "Practice Owner")]),
        ("<p>GOH SIEW LAN | Creative Director | 9777 1180</p>", [("Goh Siew Lan", "Creative Director")]),
        ("<p>吳小姐 Ms. Clarice Goh, 採購 Buyer, clarice@valves.com.sg</p>", [("Clarice Goh", "Buyer")]),
        ("<p>Tn. Hj. Razali bin Omar - Pengarah Urusan</p>", [("Razali bin Omar", "Pengarah Urusan")]),
        ("<p>Ben Low</p><p>Senior Adviser; formerly Chairman, Omega</p>", [("Ben Low", "Senior Adviser")]),
        ("<p>Ben Low , chief executive. Formerly at Omega.</p>", [("Ben Low", "Chief executive")]),
        ("<p>林美玲 Goh Siew Lan ，院長 Chief Physician</p>", [("Goh Siew Lan", "Chief Physician")]),
        ("<p>Ana Cruz</p><p>Horticulturist</p>", [("Ana Cruz", "Horticulturist")]),
        ("<p>Ana Cruz, Director of Installation</p>", [("Ana Cruz", "Director of Installation")]),
        ("<p>Ana Cruz, Logistics Director, Halvorsen Energy</p>", []),
        ("<table><tr><td>Purchasing<td>Ana Cruz<td>6777 1200</tr></table>", [("Ana Cruz", "Purchasing")]),
        ("<p>Ben Low, Operations (and cousin)</p>", [("Ben Low", "Operations")]),
        (
            "<h4>Partners</h4><p>GOH SIEW LAN, FCA (Singapore) — siewlan@valves.com.sg</p>",
            [("Goh Siew Lan", "Partner")],
        ),
        ("<p>Mdm Florence Goh</p><p>Head of Music</p>", [("Florence Goh", "Head of Music")]),
        (
            "<nav><a href=/>Home</a><a href=/contact>Contact</a><a href=/clients>Customers</a></nav>"
            "<p>Ben Low, Client Manager</p>",
            [("Ben Low", "Client Manager")],
        ),
        (
            "<h4>Partners</h4><p>Ana Cruz</p><p>Senior Partner, Probate</p><h4>Recent cases</h4>"
            "<p>Ben Low, Director</p>"
            "<h4>Associates & Consultants</h4><p>Goh Siew Lan</p><p>Associate</p>",
            [("Ana Cruz", "Senior Partner, Probate"), ("Goh Siew Lan", "Associate")],
        ),
        (
            '<script type="application/ld+json">{"@type": "Organization", "employee": [{"@type": "Person", '
            '"name": "Ana Cruz", "jobTitle": "Buyer"}]}</script>',
            [("Ana Cruz", "Buyer")],
        ),
        (
            "<div itemscope itemtype='http://schema.org/Person'><b itemprop=name>Ana Cruz</b>"
            "<i itemprop=jobTitle>Export Manager</i></div>",
            [("Ana Cruz", "Export Manager")],
        ),
        (
            "<div vocab='http://schema.org/' typeof='Person'><b property=name>Ana Cruz</b>"
            "<i property=jobTitle>Export Manager</i></div>",
            [("Ana Cruz", "Export Manager")],
        ),
    ],
)
def test_a_name_beside_a_title_is_a_person(body: str, found: list[tuple[str, str]]) -> None:
    """On one line or two, in either order, in text or in the data."""
    assert people_on(body) == found


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("<h2>Sales Enquiries</h2><p>Manager</p>", "contact"),
        ("<h2>Quality Assurance</h2><p>Director</p>", "team"),
        ("<h2>Precision Machining</h2><p>Supervisor</p>", "team"),
        ("<h2>Our Valves</h2><p>Chief Executive Officer</p>", "team"),
        ("<p>Mary Lim</p><p>We thank our director for this.</p>", "team"),
        ("<p>Mary Lim</p><p>Director of Omega Foods</p>", "team"),
        ("<p>Mary Lim</p><p>CEO, Omega Pte Ltd</p>", "about"),
        ("<h2>Testimonials</h2><p>Mary Lim</p><p>Director</p>", ""),
        ("<p>Mary Lim</p><p>Director</p>", "clients"),
        ("<p>Sales Executive</p><p>Mary Lim</p>", "careers"),
        (
            '<script type="application/ld+json">{"@type": "Person", "name": "Mary Lim", "jobTitle": "CEO", '
            '"worksFor": {"name": "Omega Foods"}}</script>',
            "team",
        ),
        (
            '<script type="application/ld+json">{"@type": "Review", "author": {"@type": "Person", '
            '"name": "Mary Lim", "jobTitle": "CEO"}}</script>',
            "team",
        ),
    ],
)
def test_headings_and_other_companies_people_are_none(body: str, path: str) -> None:
    """Nothing is better than somebody who does not work there."""
    assert people_on(body, path) == []


@pytest.mark.parametrize("path", ["our-dentists", "tutors", "attorneys", "say-hello"])
def test_a_page_about_professionals_is_about_people(path: str) -> None:
    assert people_on("<p>Ana Cruz</p><p>Orthodontist</p>", path) == [("Ana Cruz", "Orthodontist")]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("We were founded in 2004 by sisters Ana Cruz and Clarice Goh.", ["Ana Cruz", "Clarice Goh"]),
        ("Valves Asia was started by Razali bin Omar, a plumber.", ["Razali bin Omar"]),
        ("Our principal, Omega Foods, was founded by Ben Low.", []),
        ("The firm was established by Royal Charter.", []),
        ("Founded by Mr. Ben Low", ["Ben Low"]),
        ("We were founded in 1956 by the late Mr Ben Low.", []),
        (
            '<script type="application/ld+json">{"@type": "Organization", "name": "Valves Asia", '
            '"founder": {"@type": "Person", "name": "Ana Cruz"}}</script>',
            ["Ana Cruz"],
        ),
    ],
)
def test_a_founder_is_named_in_a_sentence_or_the_data(body: str, names: list[str]) -> None:
    assert people_on(f"<p>{body}</p>", "about") == [(name, "Founder") for name in names]


def test_a_block_of_people_needs_no_heading_on_a_page_about_the_company() -> None:
    """Founders in a row; a single testimonial, or chiefs of companies with names, are none."""
    block = "<p>Ana Cruz</p><p>Founder, CEO</p><p>Ben Low</p><p>Founder, Head of Blue Team</p>"

    assert [name for name, _ in people_on(block, "about")] == ["Ana Cruz", "Ben Low"]
    assert people_on("<p>Great!</p><p>Ana Cruz</p><p>CEO</p>", "about") == []
    assert people_on("<p>Ana Cruz, CEO, Omega Foods</p><p>Ben Low, Founder, ChopPay</p>", "about") == []


def test_people_of_a_homepage_stand_below_their_heading() -> None:
    """People of a homepage stand below their heading, and above the next."""
    body = (
        "<h2>Meet the team</h2><p>Ana Cruz</p><p>Buyer, Founder</p><h2>Our clients</h2><p>Mary Lim</p><p>Director</p>"
    )

    assert people_on(body, "") == [("Ana Cruz", "Buyer, Founder")]


def test_what_stands_with_a_person_is_the_persons() -> None:
    """An address below, a number below, or an address made of the name; a desk's is nobody's."""
    body = (
        "<p>Goh Siew Lan</p><p>Director</p><p>Tel: 6222 3333</p><p>info@valves.com.sg</p>"
        "<p>Ben Low</p><p>Sales Manager</p><p>ben@valves.com.sg</p><p>Mobile 9222 3333</p>"
        "<p>Ana Cruz</p><p>Buyer and Founder</p><a href='mailto:ana.cruz@valves.com.sg'>E-mail</a>"
    )
    page = parse_html(f"{HOME}team", body)

    found = extract([page])

    assert [(it.name, it.email, it.phone) for it in found.people] == [
        ("Ana Cruz", "ana.cruz@valves.com.sg", None),
        ("Goh Siew Lan", None, "+6562223333"),
        ("Ben Low", "ben@valves.com.sg", "+6592223333"),
    ]
    assert [(it.value, it.name, it.title, it.seniority, it.function) for it in found.contacts][:3] == [
        ("ana.cruz@valves.com.sg", "Ana Cruz", "Buyer and Founder", "owner", "procurement"),
        ("ben@valves.com.sg", "Ben Low", "Sales Manager", "manager", "sales"),
        ("info@valves.com.sg", None, None, None, None),
    ]


def test_a_label_before_a_name_with_a_number_stands_for_a_title() -> None:
    """On a page of contacts; a supplier's label is none."""
    desk = "<p>Sales: 6777 1201</p>"

    assert people_on(f"{desk}<p>Moorings: Ana Cruz, 6777 1200</p>", "contact") == [("Ana Cruz", "Moorings")]
    assert people_on(f"{desk}<p>Moorings: Ana Cruz</p>", "contact") == []
    assert people_on(f"{desk}<p>Landlord: Ana Cruz, 6777 1200</p>", "contact") == []


def test_people_below_a_heading_about_customers_or_former_staff_are_not_read_from_sentences() -> None:
    """Above it they are."""
    said = "<p>Ana Cruz (HR Manager)</p>"

    assert people_on(f"<h2>Reviews</h2>{said}", "shop") == []
    assert people_on(f"<h2>Alumni we like</h2>{said}", "shop") == []
    assert people_on(f"<h2>Hello</h2>{said}", "shop") == [("Ana Cruz", "HR Manager")]
