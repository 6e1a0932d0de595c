"""The report as one self-contained HTML page: no script, no picture, no external font."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nightly.report import wording
from nightly.report.night import Night, issues_of

#: Reasons for what was left out that are shown; the page names the number of the others.
SHOWN_REASONS = 12


def render_page(night: Night) -> str:
    """Renders the page. Every text from outside (names, rationales, errors) is escaped."""
    environment = Environment(
        loader=PackageLoader("nightly.report", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "day": wording.day,
        "moment": wording.moment,
        "count": wording.count,
        "ms": wording.milliseconds,
        "span": wording.span,
        "units": wording.units,
        "code": mark_code,
        "words": wording.step_words,
    }
    page: str = environment.get_template("night.html.j2").render(
        night=night,
        verdict=wording.verdict(night),
        balance_words=wording.balance_words(night),
        without_run=wording.without_run(night),
        issues=issues_of(night.tenants),
        stages=wording.stages,
        shown_reasons=SHOWN_REASONS,
    )
    return page.lstrip()


def mark_code(words: str) -> Markup:
    """Escapes a text, and sets `commands` in backticks as code."""
    parts = re.split(r"`([^`]+)`", words)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )
