"""The names of a new stage, and the events that it can handle. Pure."""

import keyword
import re
import sys
from typing import NamedTuple

from common.errors import Permanent

LONGEST_NAME = 24
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class StageRefused(Permanent):
    """The stage cannot be written; the message is the reason. Nothing was written."""


class Handled(NamedTuple):
    """An event for the template: its class and time, a test's example, and its deliveries in testkit."""

    event: str
    at: str
    imports: str
    example: str
    case: str


#: Facts about one company, by topic.
HANDLED = {
    "company.enriched.v1": Handled(
        "CompanyEnriched",
        "enriched_at",
        "CompanyEnriched, Site",
        """CompanyEnriched(
        tenant_id=1,
        company=a_company("1", company_id=company_id),
        site=Site(outcome="visited"),
        contacts=[],
        degraded_reasons=[],
        enriched_at=NOW,
    )""",
        "visited",
    ),
    "lead.scored.v1": Handled(
        "LeadScored",
        "scored_at",
        "LeadScored",
        """LeadScored(
        tenant_id=1,
        company=a_company("1", company_id=company_id),
        score=0.9,
        bucket="High",
        rationale="Makes caps.",
        model_version="1",
        enriched_at=NOW,
        scored_at=NOW,
    )""",
        "leads_for_nowhere",
    ),
}


class StageName(NamedTuple):
    """A stage's name in its spellings: `lead-alerter`, `lead_alerter`, `LeadAlerter`."""

    name: str
    package: str
    class_: str


def read_name(given: str) -> StageName:
    """Reads a stage's name. Raises StageRefused."""
    package = given.replace("-", "_")
    if not _NAME.fullmatch(given) or len(given) > LONGEST_NAME:
        raise StageRefused(
            f"{given!r} is not a valid name of a stage: use lower-case letters, digits and hyphens, at most "
            f"{LONGEST_NAME} characters"
        )
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise StageRefused(f"{given!r} is a name that Python uses: choose another")
    return StageName(given, package, "".join(part.capitalize() for part in given.split("-")))


def tokens(stage: StageName, topic: str) -> dict[str, str]:
    """Returns the replacement for each `@token@` of the template."""
    handled = HANDLED[topic]
    columns = (len(handled.event) + 2, len("nothing") + 2, len("the same rows again") + 2)
    rows = (
        ("in", "out", "when run again", "on a failure"),
        (handled.event, "nothing", "the same rows again", "rolled back, then each event is handled alone"),
    )
    heading, row = ("".join(f"{cell:<{at}}" for cell, at in zip(it, (*columns, 0), strict=True)) for it in rows)
    return {
        "name": stage.name,
        "package": stage.package,
        "class": stage.class_,
        "topic": topic,
        "event": handled.event,
        "at": handled.at,
        "imports": handled.imports,
        "example": handled.example,
        "heading": heading,
        "row": row,
    }
