"""People of other firms, who are none of the company's: agencies, authors, advisers."""

import pytest

from testkit.enrichment.extraction import people_on

TWO = "<h3>Ana Cruz</h3><p>Sales Manager</p><h3>Ben Low</h3><p>Head Baker</p>"
BOTH = [("Ana Cruz", "Sales Manager"), ("Ben Low", "Head Baker")]


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<p>Mei Tan, CEO, Kedaiku</p>", "about", []),
        ("<p>Our portal was built with Tallybook. “They know valves” says Mei Tan (founder, Tallybook).</p>", "", []),
        ("<p>Mei Tan</p><p>CEO, Kedaiku</p>", "", []),
        (f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>CEO, Kedaiku</p>", "team", BOTH),
        ("<p>Before that, Mei Tan was Managing Director of Omega Pumps, which was sold in 2018.</p>", "about", []),
        (
            ("<p>In 2016 we bought Omega Pumps. Ben Low, Managing Director of Omega Pumps, stayed for a year.</p>"),
            "about",
            [],
        ),
        ("<p>Mei Tan, Operations Manager, Harbour Cafe</p><p>Raj Nair, Owner, Spice Lane</p>", "", []),
        ("<p>Mei Tan (founder, Tallybook)</p><p>Ben Low (head of finance, Kirin Mart)</p>", "", []),
        ("<p>Mei Tan — Purchasing Manager @ Kirin Mart</p>", "", []),
        ("<p>Mei Tan, Director of Operations at Omega Foods, chose our valves.</p>", "", []),
        ("<p>Mei Tan</p><p>Facilities Manager | Omega Foods</p>", "", []),
        ("<p>Mei Tan</p><p>Facilities Manager - Omega Foods</p>", "about", []),
        ("<p>Mei Tan, Omega Foods CEO</p>", "about", []),
        ("<p>Mei Tan</p><p>CEO</p><p>Omega Foods</p><p>Ben Low</p><p>Owner</p><p>Kirin Mart</p>", "", []),
        ("<p>Guest speaker: Mei Tan, Chief Engineer, Omega Marine</p>", "", []),
        ("<p>Kedaiku’s managing director Mei Tan says the pumps run day and night.</p>", "", []),
        ("<p>Installed for Hotel Merak; contact there was Mei Tan, chief engineer.</p>", "projects", []),
        ("<p>Mei Tan, CEO, Valves Asia</p>", "", [("Mei Tan", "CEO")]),
        (
            f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Plant Manager, Johor</p>",
            "team",
            [*BOTH, ("Mei Tan", "Plant Manager, Johor")],
        ),
        (
            f"<h2>Our team</h2>{TWO}<h3>Mei Tan</h3><p>Director, Valves &amp; Pipes</p>",
            "team",
            [*BOTH, ("Mei Tan", "Director, Valves & Pipes")],
        ),
        ("<p>Mei Tan is the managing director at Omega Foods.</p>", "about", []),
        ("<p>Our consultant Mei Tan, Partner of Rook &amp; Co, helped us.</p>", "about", []),
        ("<p>Mei Tan (Director, Omega Foods) sits on our board.</p>", "about", []),
        ("<p>Mei Tan joined from Omega Foods, where she was CFO.</p>", "about", []),
        (
            "<p>Mei Tan (CEO of Omega Foods) and Raj Nair (our works manager) shook hands.</p>",
            "about",
            [("Raj Nair", "works manager")],
        ),
        ("<p>Thank you to Mei Tan, General Manager of the Grand Merak Hotel.</p>", "", []),
        ("<p>The order came from Mei Tan, purchasing manager at Kirin Mart.</p>", "", []),
        ("<p>Omega Foods’ operations director Mei Tan signed the contract.</p>", "", []),
        ("<p>Mei Tan, Head of Operations at Valves Asia, explains.</p>", "blog/x", [("Mei Tan", "Head of Operations")]),
        ("<p>Omega Pumps was sold in 2018; its managing director, Mei Tan, now farms.</p>", "about", []),
    ],
)
def test_a_title_at_another_organisation_is_none(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """The company's own name behind a title is left out."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<h3>Media contact</h3><p>Mei Tan, Account Director, Finch PR</p><p>mei@finchpr.com</p>", "contact", []),
        (
            (
                "<h3>Press</h3><p>Mei Tan</p><p>Senior Account Manager</p><p>Finch Communications</p>"
                "<p>mei.tan@finchpr.com</p>"
            ),
            "contact",
            [],
        ),
        ("<p>For press enquiries: Mei Tan, Account Manager at Finch PR (mei@finchpr.com)</p>", "about", []),
        (
            "<h3>Press office</h3><p>Mei Tan</p><p>Communications Manager</p><p>mei.tan@valves.com.sg</p>",
            "contact",
            [("Mei Tan", "Communications Manager")],
        ),
        (
            ("<p>Press contact</p><p>Mei Tan, PR Manager</p><p>Finch PR</p><p>6222 3333</p><p>mei@finchpr.com</p>"),
            "news/x",
            [],
        ),
        ("<p>Press contact: Mei Tan, Finch PR, mei@finchpr.com</p>", "contact", []),
        (
            (
                "<h3>Media enquiries</h3><p>Mei Tan</p><p>Account Director</p><p>Finch PR Pte Ltd</p>"
                "<p>T 6222 3333</p><p>mei@finchpr.com</p>"
            ),
            "contact",
            [],
        ),
        ("<h3>Website by</h3><p>Mei Tan</p><p>Web Designer</p>", "contact", []),
        ("<p>Data protection officer: Mei Tan (external, Omega Privacy GmbH)</p>", "impressum", []),
        ("<p>Our auditor: Mei Tan, Partner, Rook LLP</p>", "about", []),
    ],
)
def test_contacts_of_agencies_and_external_officers_are_none(
    body: str, path: str, found: list[tuple[str, str]]
) -> None:
    """Their address or firm is another's."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<p>Recommended reading: “The Lean Leader” by Mei Tan, Professor of Management</p>", "blog/lean", []),
        ("<p>As Mei Tan, author and consultant, writes in her book “Flow”.</p>", "about", []),
        ("<p>From the book “Pipe Dreams” by Mei Tan, Managing Director of Omega.</p>", "blog", []),
        ("<p>Guest post by Mei Tan, Marketing Manager, Finch PR</p>", "blog/x", []),
        ("<p>Text: Mei Tan, editor</p><p>Photos: Raj Nair, photographer</p>", "about", []),
    ],
)
def test_authors_and_makers_are_none(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Names beside books, texts and pictures are no contacts of the company."""
    assert people_on(body, path) == sorted(found)


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("<h2>Advisers</h2><h3>Mei Tan</h3><p>Partner, Omega Ventures</p>", "team", []),
        (
            (
                "<h2>Advisory board</h2><p>Mei Tan, Managing Partner, Omega Ventures</p>"
                "<p>Ben Low, Chief Scientist, Kirin Labs</p>"
            ),
            "about",
            [],
        ),
        (
            "<h2>Board</h2><p>Mei Tan</p><p>Non-executive Director</p><p>CFO, Omega Foods</p>",
            "team",
            [("Mei Tan", "Non-executive Director")],
        ),
        (
            (f"<h2>Our team</h2>{TWO}<h2>Our investors</h2><h3>Mei Tan</h3><p>General Partner, Omega Ventures</p>"),
            "team",
            BOTH,
        ),
        (
            (
                f"<h2>Our team</h2>{TWO}<h2>Advisors</h2><h3>Mei Tan</h3><p>Former CEO of Omega</p><h3>Raj Nair"
                "</h3><p>Professor, NUS</p>"
            ),
            "team",
            BOTH,
        ),
    ],
)
def test_advisers_from_other_firms_are_none(body: str, path: str, found: list[tuple[str, str]]) -> None:
    """Their title names the firm."""
    assert people_on(body, path) == sorted(found)
