"""Links to jobs: in other words than "careers", and at hosts of job boards."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import Link, parse_html
from enricher.pages.kinds import Kind, kind_of


@pytest.mark.parametrize(
    "words",
    [
        "Apprenticeships",
        "Training contracts",
        "Staff openings",
        "Warm hearts wanted",
        "Instructors wanted",
        "Join the force",
        "Join our crew",
        "Draw with us",
        "Come and work here",
        "Karriere & Ausbildung",
        "Vacancies (3)",
        "We're hiring 4",
        "Become an adviser",
        "Be a guide",
        "Careers & internships",
        "People & openings",
        "Opportunities",
        "求人情報",
    ],
)
def test_words_for_jobs_are_known(words: str) -> None:
    assert kind_of(Link("http://acme.sg/p1", words)) is Kind.CAREERS


@pytest.mark.parametrize(
    "words",
    [
        "Suppliers wanted",
        "Old cars wanted",
        "Join our newsletter",
        "Join the waitlist",
        "Join us for lunch",
        "Become a member",
        "Become a dealer",
        "Shop with us",
        "Recruitment services",
        "Career coaching",
        "Business opportunities",
        "Jobs done",
        "Work in progress",
    ],
)
def test_words_that_only_look_like_it_are_none(words: str) -> None:
    assert kind_of(Link("http://acme.sg/p1", words)) is not Kind.CAREERS


@pytest.mark.parametrize(
    ("url", "is_careers"),
    [
        ("https://jobs.lever.co/acme", True),
        ("https://boards.greenhouse.io/acme", True),
        ("https://apply.workable.com/acme/", True),
        ("https://acme.bamboohr.com/careers", True),
        ("https://acme.recruitee.com/", True),
        ("https://acme.teamtailor.com/jobs", True),
        ("https://sg.jobstreet.com/companies/acme-168554", True),
        ("https://www.mycareersfuture.gov.sg/companies/acme", True),
        ("https://www.linkedin.com/company/acme/jobs/", True),
        ("https://www.jobstreet.com.sg/", False),
        ("https://www.linkedin.com/company/acme", False),
        ("https://workable.com.evil.com/acme", False),
    ],
)
def test_a_job_board_is_told_by_its_host(url: str, is_careers: bool) -> None:
    """A market for everybody's jobs counts only with the employer's page."""
    assert (kind_of(Link(url, "Open page")) is Kind.CAREERS) is is_careers


def test_a_page_of_another_kind_may_have_the_jobs() -> None:
    """Its link says so: "Contact & Jobs" leads to the contact page."""
    page = parse_html("http://acme.sg/", "<a href='/contact'>Contact &amp; Jobs</a>")

    assert extract([page]).has_careers
    assert kind_of(page.links[0]) is Kind.CONTACT
