"""Job titles: their seniority, their function, and lines that are none."""

import pytest

from common.contracts import Contact
from enricher.contacts.prospects import with_fit
from enricher.extract.persons.names import person_name
from enricher.extract.persons.people import find_people
from enricher.extract.persons.titles import fit_of, function_of, is_job_title, seniority_of
from enricher.pages.documents import parse_html

HOME = "http://valves.com.sg/"


def people_on(body: str, path: str = "our-team") -> list[tuple[str, str]]:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia</title>{body}")
    return [(person.name, person.title) for person in find_people(page, "valves.com.sg", "SG")]


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
    "degree",
    ["BVSc, Melbourne", "DVM (Universiti Utara)", "MRCVS", "Cert III Animal Care", "Diploma in Nursing", "B.Com"],
)
def test_a_degree_between_a_name_and_its_title_is_neither(degree: str) -> None:
    body = f"<h2>Our team</h2><h4>Ana Cruz</h4><p><i>{degree}</i></p><p>Senior Nurse</p>"
    body += f"<h4>Ben Low</h4><p><i>{degree}</i></p><p>Head of Surgery</p>"
    assert people_on(body) == [("Ana Cruz", "Senior Nurse"), ("Ben Low", "Head of Surgery")]
