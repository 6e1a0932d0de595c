"""The company's people in whatever layout."""

import pytest

from testkit.enrichment.extraction import people_on


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (
            (
                "<h2>Who we are</h2><div><div><div>Mei Tan</div><div>Managing Director</div></div><div>"
                "<div>Raj Nair</div><div>Sales Manager</div></div></div>"
            ),
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            (
                "<h2>The crew</h2><div><div>Mei Tan</div><div>Managing Director</div>"
                "<div>Twenty years in valves, started on the bench.</div></div><div><div>Raj Nair</div>"
                "<div>Sales Manager</div><div>Knows every plant in Tuas and its gate guard.</div></div>"
            ),
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            (
                "<table><tr><th>Name</th><th>Designation</th><th>Tel</th></tr><tr><td>Mei Tan</td>"
                "<td>Managing Director</td><td>6777 1200</td></tr><tr><td>Raj Nair</td><td>Accounts &amp; HR"
                "</td><td>6777 1201</td></tr></table>"
            ),
            "contact",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Accounts & HR")],
        ),
        (
            (
                "<table><tr><th>Designation</th><th>Name</th></tr><tr><td>Managing Director</td><td>Mei Tan"
                "</td></tr><tr><td>Sales Manager</td><td>Raj Nair</td></tr></table>"
            ),
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            "<p>Mei Tan, Managing Director</p><p>Raj Nair, Sales Manager</p>",
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            "<p>Managing Director: Mei Tan</p><p>Sales Manager: Raj Nair</p>",
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            "<dl><dt>Managing Director</dt><dd>Mei Tan</dd><dt>Sales Manager</dt><dd>Raj Nair</dd></dl>",
            "",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            "<dl><dt>Mei Tan</dt><dd>Managing Director</dd><dt>Raj Nair</dt><dd>Sales Manager</dd></dl>",
            "about",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Manager")],
        ),
        (
            "<p>Valves Asia was founded by Mei Tan, our managing director, in 1998.</p>",
            "about",
            [("Mei Tan", "managing director")],
        ),
        (
            "<p>Founded in 1998 by engineer Mei Tan, the company now has 40 staff.</p>",
            "about",
            [("Mei Tan", "Founder")],
        ),
        (
            "<p>The company is run by Mei Tan (Managing Director) and Raj Nair (Sales Director).</p>",
            "about",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Sales Director")],
        ),
        ("<p>Mei Tan, Managing Director, leads a team of forty.</p>", "about", [("Mei Tan", "Managing Director")]),
        ("<p>Managing Director Mei Tan leads a team of forty.</p>", "about", [("Mei Tan", "Managing Director")]),
        ("<p>Contact Person: Mei Tan (Sales Manager)</p>", "", [("Mei Tan", "Sales Manager")]),
        (
            "<p>Person in charge</p><p>Mei Tan</p><p>Operations Manager</p><p>6777 1200</p>",
            "",
            [("Mei Tan", "Operations Manager")],
        ),
        ("<p>Today the business is led by second-generation owner Mei Tan.</p>", "about", [("Mei Tan", "owner")]),
        (
            (
                "<h2>Leadership</h2><div>Mei Tan</div><div>Group CEO</div><div>Raj Nair</div>"
                "<div>Chief Financial Officer</div>"
            ),
            "",
            [("Mei Tan", "Group CEO"), ("Raj Nair", "Chief Financial Officer")],
        ),
        ("<p>Yours sincerely,</p><p>Mei Tan</p><p>Managing Director</p>", "about", [("Mei Tan", "Managing Director")]),
        ("<p>Mei Tan<br>Managing Director<br>Valves Asia</p>", "about", [("Mei Tan", "Managing Director")]),
        (
            "<h2>Message from our CEO</h2><p>We care for every valve.</p><p>Mei Tan</p><p>CEO, Valves Asia</p>",
            "about",
            [("Mei Tan", "CEO")],
        ),
        (
            "<div><div><p>Mei Tan</p></div><div><p>Managing Director</p><p>mei@valves.com.sg</p></div></div>",
            "",
            [("Mei Tan", "Managing Director")],
        ),
        (
            (
                "<table><tr><td>Mei Tan</td><td>Managing Director</td><td>6777 1200</td><td>mei@valves.com.sg"
                "</td></tr><tr><td>Raj Nair</td><td>Stores</td><td>6777 1201</td><td>raj@valves.com.sg</td>"
                "</tr></table>"
            ),
            "contact",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Stores")],
        ),
        (
            (
                "<ul><li><strong>Mei Tan</strong> – Managing Director</li><li><strong>Raj Nair"
                "</strong> – Works Manager</li></ul>"
            ),
            "about",
            [("Mei Tan", "Managing Director"), ("Raj Nair", "Works Manager")],
        ),
        ("<p>Workshop Manager: Raj Nair, tel 6777 1201</p>", "contact", [("Raj Nair", "Workshop Manager")]),
        ("<p>Raj Nair, our workshop manager, will call you back.</p>", "", [("Raj Nair", "workshop manager")]),
        (
            "<p>Since 2019 Raj Nair has led the company as Managing Director.</p>",
            "about",
            [("Raj Nair", "Managing Director")],
        ),
        ("<p>Mei Tan started Valves Asia in 1998 in a shophouse.</p>", "about", [("Mei Tan", "Founder")]),
        (
            "<p>Founder and Managing Director Mei Tan still checks each valve.</p>",
            "",
            [("Mei Tan", "Founder and Managing Director")],
        ),
        ("<p>Mei Tan | Founder &amp; CEO</p>", "about", [("Mei Tan", "Founder & CEO")]),
        (
            "<h2>Contact persons</h2><p>Mei Tan</p><p>(Sales Manager)</p><p>Raj Nair</p><p>(Works Manager)</p>",
            "contact",
            [("Mei Tan", "Sales Manager"), ("Raj Nair", "Works Manager")],
        ),
        (
            (
                "<h2>Team</h2>"
                "<p>Mei Tan (Sales Manager) | Raj Nair (Works Manager) | Siti Aminah (Accounts Executive)</p>"
            ),
            "team",
            [("Mei Tan", "Sales Manager"), ("Raj Nair", "Works Manager"), ("Siti Aminah", "Accounts Executive")],
        ),
        (
            "<dl><dt>Name</dt><dd>Mei Tan</dd><dt>Title</dt><dd>Sales Manager</dd></dl>",
            "contact",
            [("Mei Tan", "Sales Manager")],
        ),
        (
            ("<h2>Team</h2><p>Mei Tan, Sales Manager; Raj Nair, Works Manager; Siti Aminah, Accounts Executive.</p>"),
            "team",
            [("Mei Tan", "Sales Manager"), ("Raj Nair", "Works Manager"), ("Siti Aminah", "Accounts Executive")],
        ),
        (
            "<h2>Who’s who</h2><p>Mei Tan</p><p>Sales Manager</p><p>Raj Nair</p><p>Works Manager</p>",
            "",
            [("Mei Tan", "Sales Manager"), ("Raj Nair", "Works Manager")],
        ),
        ("<p>Hello, I’m Mei Tan, owner of Valves Asia.</p>", "", [("Mei Tan", "owner")]),
        ("<p>My name is Mei Tan and I am the founder.</p>", "about", [("Mei Tan", "founder")]),
        (
            "<p>Sales manager Raj Nair and works manager Mei Tan look forward to your visit.</p>",
            "",
            [("Raj Nair", "Sales manager"), ("Mei Tan", "works manager")],
        ),
        (
            (
                "<table><tr><td>General Manager</td><td>:</td><td>Mei Tan</td></tr><tr><td>Works Manager</td>"
                "<td>:</td><td>Raj Nair</td></tr></table>"
            ),
            "contact",
            [("Mei Tan", "General Manager"), ("Raj Nair", "Works Manager")],
        ),
        (
            ("<h2>Team</h2><p>Mei Tan</p><p>MANAGING DIRECTOR</p><p>Raj Nair</p><p>HEAD OF SALES &amp; MARKETING</p>"),
            "team",
            [("Mei Tan", "MANAGING DIRECTOR"), ("Raj Nair", "HEAD OF SALES & MARKETING")],
        ),
        (
            (
                "<h2>Team</h2><p>Mei Tan</p><p>Managing Director &amp; Co-Founder</p><p>Raj Nair</p>"
                "<p>Key Account Executive (Marine)</p>"
            ),
            "team",
            [("Mei Tan", "Managing Director & Co-Founder"), ("Raj Nair", "Key Account Executive (Marine)")],
        ),
    ],
)
def test_people_in_further_layouts_are_found(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Tables, lists, labels, signatures and sentences."""
    assert people_on(body, path) == sorted(found)
