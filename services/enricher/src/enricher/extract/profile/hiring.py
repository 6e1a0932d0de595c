"""Finds open roles: from a careers page, or from job postings in JSON-LD."""

import re
from collections.abc import Iterator, Set

from enricher.extract.facts import CERTAIN, FAIR, LIKELY, Fact
from enricher.pages.documents import Document, Link, clean
from enricher.pages.kinds import Kind, kind_of
from enricher.pages.schema_org.json_ld import nodes_of, texts_of

_MOST_ROLES = 50
_NAMED = 3
_MOST_WORDS = 12
_LONGEST = 90
_PEOPLE = """
    accountant administrator analyst apprentice architect assistant barista buyer cashier chef clerk cleaner consultant
    controller cook coordinator counsel crew designer developer director draftsman draughtsman driver electrician
    engineer executive foreman inspector instructor intern machinist manager mechanic merchandiser nurse officer
    operator planner plumber programmer receptionist recruiter representative researcher scientist secretary specialist
    storekeeper supervisor surveyor teacher technician technologist trainee tutor waiter waitress welder writer
"""
_ROLES = frozenset(_PEOPLE.split())
_WORD = re.compile(r"[a-z]+")
#: Words that a job title does not contain.
_PROSE = frozenset({"we", "you", "your", "our", "us", "i", "my", "is", "are", "was", "will", "please", "he", "she"})
_NONE = re.compile(
    r"\b(?:no (?:current |open |job )?(?:openings|vacancies|positions|roles)|not (?:currently )?hiring)\b",
    re.IGNORECASE,
)


def hiring_facts(page: Document, linked: Set[Kind]) -> Iterator[Fact]:
    """Finds facts such as "3 open roles: …" or "no open roles"; else notes that a `linked` page is a careers page."""
    posted = {clean(title, _LONGEST) for title in texts_of(nodes_of(page, "JobPosting"), "title")} - {""}
    if posted:
        yield Fact("hiring", _summary(sorted(posted)), page.url, "schema.org", CERTAIN)
    if kind_of(Link(page.url, "")) is Kind.CAREERS:
        if roles := find_roles(page.text):
            yield Fact("hiring", _summary(roles), page.url, "page", LIKELY, roles[0])
        elif match := _NONE.search(page.text):
            yield Fact("hiring", "no open roles", page.url, "page", LIKELY, match[0])
        else:
            yield Fact("hiring", "has a careers page", page.url, "page", FAIR)
    elif Kind.CAREERS in linked:
        yield Fact("hiring", "has a careers page", page.url, "page", FAIR)


def find_roles(text: str) -> list[str]:
    """Finds the lines that are job titles, repeats included."""
    roles: list[str] = []
    for line in text.split("\n"):
        if len(line) > _LONGEST or line.endswith((".", "?", "!", ":")):
            continue
        said = _WORD.findall(line.lower())
        if len(said) <= _MOST_WORDS and not _ROLES.isdisjoint(said) and _PROSE.isdisjoint(said):
            roles.append(line)
            if len(roles) == _MOST_ROLES:
                break
    return roles


def _summary(roles: list[str]) -> str:
    named = ", ".join(dict.fromkeys(clean(role.partition("(")[0], 60) for role in roles[:_NAMED]))
    return f"{len(roles)} open role{'s' if len(roles) > 1 else ''}: {named}{', …' if len(roles) > _NAMED else ''}"
