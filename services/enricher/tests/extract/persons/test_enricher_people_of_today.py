"""The company's people of today, but for former staff, pets and headings."""

import pytest

from testkit.enrichment.extraction import people_on

TWO = "<h3>Ana Cruz</h3><p>Sales Manager</p><h3>Ben Low</h3><p>Head Baker</p>"
BOTH = [("Ana Cruz", "Sales Manager"), ("Ben Low", "Head Baker")]


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (f"<h2>Our team</h2>{TWO}<h3>Biscuit</h3><p>Chief Barking Officer</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Sir Wagsalot</h3><p>Head of Cuddles</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Kopi Tan</h3><p>Office Cat</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mochi Low</h3><p>Chief Happiness Hound</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Milo Lim</h3><p>Director of Woof</p>", "team", BOTH),
        (
            (
                f"<h2>Our team</h2>{TWO}<h3>Otto</h3><p>Security Manager</p>"
                "<p>Our German shepherd never sleeps on duty.</p>"
            ),
            "team",
            BOTH,
        ),
        (f"<h2>Our team</h2>{TWO}<p>Toffee Low, Chief Treat Taster</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Captain Flow</h3><p>Mascot</p>", "team", BOTH),
    ],
)
def test_pets_and_mascots_are_no_people(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """A team page may give them any title."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (
            (
                "<h2>Unser Team</h2><p>Anke Brandt — Buchhaltung</p><p>Jörg Feld — Einkauf</p>"
                "<p>Uwe Stein — Geschäftsführer</p>"
            ),
            "team",
            [("Anke Brandt", "Buchhaltung"), ("Jörg Feld", "Einkauf"), ("Uwe Stein", "Geschäftsführer")],
        ),
        (
            "<h2>Ansprechpartner</h2><p>Anke Brandt – Vertrieb Innendienst</p><p>Jörg Feld – Technik</p>",
            "kontakt",
            [("Anke Brandt", "Vertrieb Innendienst"), ("Jörg Feld", "Technik")],
        ),
        (
            (
                "<h2>Ihr Team</h2><div><h4>Anke Brandt</h4><p>Lager &amp; Versand</p></div><div><h4>Uwe Stein"
                "</h4><p>Geschäftsführung</p></div><div><h4>Jörg Feld</h4><p>Ausbildung</p></div>"
            ),
            "team",
            [("Anke Brandt", "Lager & Versand"), ("Jörg Feld", "Ausbildung"), ("Uwe Stein", "Geschäftsführung")],
        ),
    ],
)
def test_a_name_with_a_field_is_a_person_on_a_german_page(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """A name with its field on one line, or above it."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Managing Director (until 2019)</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Managing Director until 2019</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Managing Director, 1998–2019</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h2>In memoriam</h2><h3>Mei Tan</h3><p>Founder</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan (1940-2015)</h3><p>Founder</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Chairman Emeritus (retired)</p>", "team", BOTH),
        ("<p>Mei Tan, our managing director until 2019, lives in Perth.</p>", "about", []),
        ("<p>Mei Tan retired as managing director in 2019.</p>", "about", []),
        ("<p>Our managing director Mei Tan retired in 2019.</p>", "about", []),
        ("<p>In 2012 Mei Tan, then managing director, opened the second plant.</p>", "about", []),
        ("<p>Mei Tan was our general manager from 2001 to 2014.</p>", "about", []),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Ex-Director</p>", "team", BOTH),
        (f"<h2>Our people</h2>{TWO}<h2>Past presidents</h2><h3>Mei Tan</h3><p>President 2001-2005</p>", "team", BOTH),
        (f"<h2>Our people</h2>{TWO}<h3>Remembering</h3><h3>Mei Tan</h3><p>Founder</p>", "team", BOTH),
        (f"<h2>Our people</h2>{TWO}<h3>Hall of fame</h3><p>Mei Tan, Workshop Manager, 1980 to 2011</p>", "team", BOTH),
        ("<p>Mei Tan, former managing director, still drops in.</p>", "about", []),
        ("<p>Our late founder Mei Tan opened the shop in 1970.</p>", "about", []),
        ("<p>Mei Tan (Managing Director, 1998-2015) built the plant.</p>", "about", []),
        (
            "<p>Mei Tan handed over to Raj Nair, who became Managing Director in 2019.</p>",
            "about",
            [("Raj Nair", "Managing Director")],
        ),
        (
            "<p>Raj Nair succeeded Mei Tan as Managing Director in 2019.</p>",
            "about",
            [("Raj Nair", "Managing Director")],
        ),
        (f"<h2>Our team</h2>{TWO}<h3>† Mei Tan</h3><p>Founder</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Founder (deceased)</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>The late Mei Tan</h3><p>Founder</p>", "team", BOTH),
        ("<p>Mei Tan founded Valves Asia in 1970 and passed away in 2011.</p>", "about", []),
    ],
)
def test_whoever_has_left_is_no_contact(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Until a year, retired, in memory."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<h3>Precision Casting</h3><p>Engineer to order</p>", "services", []),
        ("<h3>Smart Living</h3><p>Designer homes</p><h3>Urban Calm</h3><p>Architect</p>", "services", []),
        ("<h3>Cold Rooms</h3><p>Installer</p><h3>Heat Pumps</h3><p>Installer</p>", "services", []),
        (f"<h2>Our team</h2>{TWO}<h3>Think Big</h3><p>Be a leader</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Customer First</h3><p>Partner for life</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Marina Bay</h3><p>Showroom Manager</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Finance Team</h3><p>Director</p>", "team", BOTH),
        (
            ("<h2>Contact</h2><p>Sales Team</p><p>Manager</p><p>Tel 6777 1200</p><p>Human Capital</p><p>Director</p>"),
            "contact",
            [],
        ),
        (f"<h2>Our team</h2>{TWO}<h3>Kopi Tiam</h3><p>Marine Parade</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Bachelor of Engineering</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Oil &amp; Gas</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Singapore</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Valves with care</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Read more</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Johor Bahru, Malaysia</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>LinkedIn</p>", "team", BOTH),
        ("<h3>Lean Manufacturing</h3><p>Consultant</p>", "team", []),
        (f"<h2>Our team</h2>{TWO}<h3>Quality Matters</h3><p>Every valve is tested twice.</p>", "team", BOTH),
        ("<h2>Contact</h2><p>Customer Care</p><p>Officer</p>", "contact", []),
        (f"<h2>Our team</h2>{TWO}<h3>Water Treatment</h3><p>Specialist</p>", "team", BOTH),
        ("<h2>Departments</h2><p>Finance &amp; Admin</p><p>Manager</p><p>Human Resource</p><p>Manager</p>", "team", []),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>MSc, University of Leeds</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Joined in 2015</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Favourite valve: gate</p>", "team", BOTH),
        (f"<h2>Our team</h2>{TWO}<h3>Join Us</h3><p>Sales Executive</p>", "team", BOTH),
        (
            ("<h2>Vacancies</h2><p>Sales Executive</p><p>Kallang Way</p><p>Workshop Technician</p><p>Pioneer Loop</p>"),
            "careers",
            [],
        ),
        ("<h3>Golden Lotus</h3><p>Master of flavour</p><h3>Silver Moon</h3><p>Guide to calm</p>", "", []),
        ("<p>Emerald Hill</p><p>Branch Manager: tba</p>", "contact", []),
    ],
)
def test_headings_places_and_degrees_are_no_people(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Not even in the layout of people."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<p>“Good,” said Ana Cruz, President of the Asia Pump Federation.</p>", "news/opening", []),
        ("<p>We thank Ana Cruz, who stepped down as Executive Director in 2022.</p>", "about", []),
        ("<h2>Importers</h2><p>Germany: Haus Omega, Hr. Ben Low, Inhaber, +49 4321 60 02 44</p>", "contact", []),
        ("<p>We hear experts: Prof. Ana Cruz (Dean, Østre School of Trade).</p>", "team", []),
        (f"{TWO}<h3>Mochi</h3><p>Chief Morale Officer</p><p>Corgi. Takes treats.</p>", "team", BOTH),
        ("<h2>Webinar</h2><p>Speaker: Ana Cruz, Chief Engineer</p>", "contact", []),
    ],
)
def test_outsiders_named_with_titles_are_none(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Speakers, importers, experts, pets, and those who left."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (
            "<p>Ana Cruz</p><p>Portfolio Manager</p><p>Ben Low</p><p>Client Director, Japan Desk</p>",
            "team",
            [("Ana Cruz", "Portfolio Manager"), ("Ben Low", "Client Director, Japan Desk")],
        ),
        ("<p>Ana Cruz Director, Banking &amp; Finance</p>", "team", [("Ana Cruz", "Director, Banking & Finance")]),
        (
            "<p>Ana Cruz – Placement Consultant (EA Personnel R1104471) – HP: 8322 4471</p>",
            "contact",
            [("Ana Cruz", "Placement Consultant")],
        ),
        ("<p>Corporate rates: Ana Cruz, Director of Sales.</p>", "contact", [("Ana Cruz", "Director of Sales")]),
        ("<p>Capt. S. Rajan, Marine Superintendent - (65) 9630-6128</p>", "", [("S. Rajan", "Marine Superintendent")]),
        (
            "<p>No. Claire (Florist &amp; Founder) picks them in the morning.</p>",
            "faq",
            [("Claire", "Florist & Founder")],
        ),
        (
            "<p>Ana Cruz, Co-founder &amp; Baker, with Ben Low, Co-founder &amp; Director</p>",
            "our-story",
            [("Ana Cruz", "Co-founder & Baker"), ("Ben Low", "Co-founder & Director")],
        ),
        ("<p>Hyun-woo Park</p><p>Staff Engineer</p>", "team", [("Hyun-woo Park", "Staff Engineer")]),
        ("<p>Sri Wahyuni</p><p>Export Manager</p>", "team", [("Sri Wahyuni", "Export Manager")]),
        ("<p>Directrice de la publication : Ana Cruz, Gérante</p>", "mentions-legales", [("Ana Cruz", "Gérante")]),
        (
            "<p>Johan Holm</p><p>VD</p><p>Lina Ek</p><p>Ekonomiansvarig</p>",
            "om-oss",
            [("Johan Holm", "VD"), ("Lina Ek", "Ekonomiansvarig")],
        ),
        ("<p>取締役 製造部長 山田 浩二</p>", "outline", [("山田 浩二", "取締役 製造部長")]),
        (
            "<p>Ana Cruz, President, Americas</p><p>Ben Low, Chair of Trustees</p>",
            "team",
            [("Ana Cruz", "President, Americas"), ("Ben Low", "Chair of Trustees")],
        ),
        (
            "<p>“It works well every day,” added Ben Low, Senior Vice President, Contract Logistics.</p>",
            "news/opening",
            [("Ben Low", "Senior Vice President, Contract Logistics")],
        ),
        (
            "<p>Classes are planned by Ana Cruz, Vice Principal (Curriculum), each term.</p>",
            "about",
            [("Ana Cruz", "Vice Principal (Curriculum)")],
        ),
        ("<p>Ana Cruz</p><p>President. Her father retired in 2017.</p>", "team", [("Ana Cruz", "President")]),
        (
            "<h2>The partners</h2><p>Ana Cruz</p><p>Ben Low</p>",
            "people",
            [("Ana Cruz", "Partner"), ("Ben Low", "Partner")],
        ),
        (
            "<ul><li>Managing Director – Ana Cruz</li><li>Sales – Ben Low</li></ul>",
            "contact",
            [("Ana Cruz", "Managing Director"), ("Ben Low", "Sales")],
        ),
        ("<p>MD: Ana Cruz</p><p>GM: Ben Low</p>", "about", [("Ana Cruz", "MD"), ("Ben Low", "GM")]),
        ("<p>Our son Ben Low is managing director today.</p>", "about", [("Ben Low", "managing director")]),
    ],
)
def test_titles_with_fields_and_in_other_languages_are_read(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """On one line, in news, in an imprint, by a profile."""
    assert people_on(body, path) == sorted(found)
