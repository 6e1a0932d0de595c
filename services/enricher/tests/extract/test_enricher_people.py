"""People with titles, and the address or number that stands with them; a heading is no person."""

import pytest

from common.contracts import Contact
from enricher.contacts.prospects import with_fit
from enricher.extract.findings import extract
from enricher.extract.persons.names import person_name
from enricher.extract.persons.people import find_people
from enricher.extract.persons.titles import fit_of, function_of, is_job_title, seniority_of
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


@pytest.mark.parametrize(
    "line",
    [
        "Contact Us",
        "Head Office",
        "Our Team",
        "Marine Services",
        "Tuas Avenue",
        "Mei",
        "mei tan",
        "Mei Tan 2",
        "Join Us Now",
        "Year's Eve",
        "Mother’s Day",
    ],
)
def test_other_lines_are_no_names(line: str) -> None:
    """Other lines are no names, nor is one word, or one in small letters."""
    assert person_name(line) is None


@pytest.mark.parametrize(
    ("title", "seniority", "function"),
    [
        ("Chief Financial Officer", "c_level", "finance"),
        ("Co-Founder", "owner", "general_management"),
        ("Vice President, Sales", "vp", "sales"),
        ("HR Manager", "manager", "human_resources"),
        ("Executive Assistant to the CEO", "staff", "administration"),
        ("Senior Mechanical Engineer", "senior", "engineering"),
        ("Head of Procurement", "head", "procurement"),
        ("Technician", "staff", None),
    ],
)
def test_a_title_has_a_seniority_and_a_function(title: str, seniority: str, function: str | None) -> None:
    """In a few words that hold for every company."""
    assert (seniority_of(title), function_of(title)) == (seniority, function)


def test_the_wanted_titles_are_found_in_whole_words_and_other_spellings() -> None:
    """A codirector is no director; a Chief Executive Officer is a CEO."""
    wanted = ("CEO", "Managing Director", "Founder", "Director", "Head of Sales")

    assert [fit_of(it, wanted) for it in ("Chief Executive Officer", "Group Managing Director", "Sales Head")] == [
        0,
        1,
        4,
    ]
    assert [fit_of(it, wanted) for it in ("Codirector", "Engineer", None)] == [None, None, None]
    contact = Contact(kind="email", value="a@valves.sg", source_url=HOME, title="Co-founder")
    assert with_fit(contact, wanted).fit == 2


@pytest.mark.parametrize(
    "line", ["We are looking for a manager", "Manager wanted", "Director's message:", "Manager 2", "Our Director"]
)
def test_sentences_and_advertisements_are_no_titles(line: str) -> None:
    """Only a title by itself is one."""
    assert not is_job_title(line)


TWO = "<h3>Ana Cruz</h3><p>Sales Manager</p><h3>Ben Low</h3><p>Head Baker</p>"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{TWO}<h3>Mei Tan</h3><p>Bath &amp; brush</p>", ("Mei Tan", "Bath & brush")),
        (f"{TWO}<h3>Dutch</h3><p>Foreman</p>", ("Dutch", "Foreman")),
        (f"<h3>Mei Tan</h3><p>Büro</p>{TWO}", ("Mei Tan", "Büro")),
        (
            "<p>Ana Cruz - Sales Manager</p><p>Mei Tan - Bath &amp; brush</p><p>Ben Low - Head Baker</p>",
            ("Mei Tan", "Bath & brush"),
        ),
        (
            "<table><tr><td>Moorings<td>Mei Tan<td>6777 1201<tr><td>Purchasing<td>Ana Cruz<td>6777 1200"
            "<tr><td>Sales<td>Ben Low<td>6777 1202</table>",
            ("Mei Tan", "Moorings"),
        ),
    ],
)
def test_the_layout_of_those_that_are_sure_tells_the_rest(body: str, found: tuple[str, str]) -> None:
    """A title in unknown words, or a name of an unusual shape, among two known ones."""
    assert found in people_on(body)


@pytest.mark.parametrize(
    "more",
    [
        "<h3>Small Classes</h3><p>Never more than six.</p>",
        "<h2>Our clients</h2><h3>Mei Tan</h3><p>Omega Foods</p>",
        "<h2>The dogs</h2><h3>Mochi</h3><p>Clinic dog</p>",
        "<h3>Valves Asia</h3><p>Pumps and valves</p>",
        "<h3>Mei Tan</h3><p>MB BCh BAO (Ireland)</p>",
        "<h3>Mei Tan</h3><p>Chief Clerk (1955 - 1989)</p>",
        "<h3>Biscuit</h3><p>Chief Morale Officer (corgi)</p>",
    ],
)
def test_headings_customers_and_pets_are_no_people_in_any_layout(more: str) -> None:
    """They follow two people in the same layout."""
    assert people_on(f"{TWO}{more}") == [("Ana Cruz", "Sales Manager"), ("Ben Low", "Head Baker")]


def test_a_class_tells_a_title_in_any_words() -> None:
    """Themes and page builders write "member-role", "team-member-name"."""
    body = "".join(
        f'<div class="card"><h4 class="team-member-name">{name}</h4><span class="member-role">{role}</span></div>'
        for name, role in (("Min", "Bath &amp; brush"), ("Ana Cruz", "Kiln whisperer"))
    )

    assert people_on(body) == [("Min", "Bath & brush"), ("Ana Cruz", "Kiln whisperer")]
    assert people_on(body.replace("member-role", "grey").replace("team-member-name", "big")) == []


def test_a_label_before_a_name_with_a_number_stands_for_a_title() -> None:
    """On a page of contacts; a supplier's label is none."""
    desk = "<p>Sales: 6777 1201</p>"

    assert people_on(f"{desk}<p>Moorings: Ana Cruz, 6777 1200</p>", "contact") == [("Ana Cruz", "Moorings")]
    assert people_on(f"{desk}<p>Moorings: Ana Cruz</p>", "contact") == []
    assert people_on(f"{desk}<p>Landlord: Ana Cruz, 6777 1200</p>", "contact") == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("Sam Carpenter", False),
        ("Head Carpenter", True),
        ("Toolmaker", True),
        ("Bäckermeister", True),
        ("Gérante", True),
    ],
)
def test_a_head_that_is_a_family_name_needs_known_words_before_it(line: str, is_one: bool) -> None:
    """ "Sam Carpenter" is a person."""
    assert is_job_title(line) is is_one
    assert (person_name(line) is not None) is (line == "Sam Carpenter")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<a href="/ana">Ana Cruz</a><p>Legal Executive</p><p>0114 249 6621</p>', [("Ana Cruz", "Legal Executive")]),
        ("<p>Ana Cruz Projektleiterin</p>", [("Ana Cruz", "Projektleiterin")]),
        ("<p>Ana Kurz</p><p>Bilanzbuchhalterin</p>", [("Ana Kurz", "Bilanzbuchhalterin")]),
        ("<p>Trainee solicitors</p><p>Ana Cruz · Ben Low</p>",
         [("Ana Cruz", "Trainee solicitor"), ("Ben Low", "Trainee solicitor")]),
        ("<p>Vice-Principal: Ana Cruz</p>", [("Ana Cruz", "Vice-Principal")]),
        ("<p>K2 Form Teacher: Ana Cruz</p>", [("Ana Cruz", "K2 Form Teacher")]),
        ("<p>Language Teacher (Tamil): Ana Cruz</p>", [("Ana Cruz", "Language Teacher (Tamil)")]),
        ("<table><tr><td>ANA CRUZ<td>R1103342<td>SENIOR CONSULTANT</table>", [("Ana Cruz", "SENIOR CONSULTANT")]),
        ('<p>Ana "Annie" Cruz</p><p>Buyer</p>', [("Ana Cruz", "Buyer")]),
        ("<p>Ana Cruz</p><p>Vocal Coach</p>", [("Ana Cruz", "Vocal Coach")]),
        ("<p>Ana Cruz, Team Lead, joined 2012</p>", [("Ana Cruz", "Team Lead")]),
        ("<p>Ana Cruz</p><p>Chief Clerk (1955 - 1989)</p>", []),
        ("<p>Ana Cruz</p><p>Past Chairperson</p>", []),
        ("<p>Biscuit Low, Chief Morale Officer (corgi)</p>", []),
    ],
)  # fmt: skip
def test_people_in_further_layouts(body: str, found: list[tuple[str, str]]) -> None:
    """Names that are links, names and titles with nothing between, several below one title, past ones and pets."""
    assert people_on(body) == found


def test_a_title_above_a_name_that_was_not_read_is_not_the_next_ones() -> None:
    """Its name stood above it, as the others' names do."""
    two = "<p>Ana Cruz</p><p>Head Nurse</p><p>x.</p><p>Ben Low</p><p>Buyer</p><p>y.</p>"

    assert ("Mei Tan", "Technician") not in people_on(f"{two}<p>no name.</p><p>Technician</p><p>Mei Tan</p><p>z.</p>")


@pytest.mark.parametrize(
    "degree",
    ["BVSc, Melbourne", "DVM (Universiti Utara)", "MRCVS", "Cert III Animal Care", "Diploma in Nursing", "B.Com"],
)
def test_a_degree_between_a_name_and_its_title_is_neither(degree: str) -> None:
    body = f"<h2>Our team</h2><h4>Ana Cruz</h4><p><i>{degree}</i></p><p>Senior Nurse</p>"
    body += f"<h4>Ben Low</h4><p><i>{degree}</i></p><p>Head of Surgery</p>"
    assert people_on(body) == [("Ana Cruz", "Senior Nurse"), ("Ben Low", "Head of Surgery")]


@pytest.mark.parametrize("line", ["CA Ana Cruz", "CS Ana Cruz", "Adv. Ana Cruz"])
def test_a_membership_before_a_name_is_no_part_of_it(line: str) -> None:
    assert person_name(line) == "Ana Cruz"


@pytest.mark.parametrize("name", ["Ana Harding", "Ben Eilers", "Jeremiah Gunting"])
def test_a_family_name_may_end_like_a_heading(name: str) -> None:
    """Only known words in -ing and -ers are no names."""
    assert person_name(name) == name
    assert person_name("Steel Welding") is None
    assert person_name("Omega Managers") is None


def test_people_below_a_heading_about_customers_or_former_staff_are_not_read_from_sentences() -> None:
    """Above it they are."""
    said = "<p>Ana Cruz (HR Manager)</p>"

    assert people_on(f"<h2>Reviews</h2>{said}", "shop") == []
    assert people_on(f"<h2>Alumni we like</h2>{said}", "shop") == []
    assert people_on(f"<h2>Hello</h2>{said}", "shop") == [("Ana Cruz", "HR Manager")]
