"""Names and titles read by the layout of those that are sure."""

import pytest

from enricher.extract.persons.people import find_people
from enricher.pages.documents import parse_html

HOME = "http://valves.com.sg/"


def people_on(body: str, path: str = "our-team") -> list[tuple[str, str]]:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia</title>{body}")
    return [(person.name, person.title) for person in find_people(page, "valves.com.sg", "SG")]


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
