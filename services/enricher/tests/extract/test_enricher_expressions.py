"""Regular expressions of the enricher: none can run away on a text made to be slow."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import enricher.extract as extract_package
from enricher.extract.findings import extract
from enricher.pages.documents import Document, Link

HOME = "http://acme.com.sg/"


@pytest.mark.parametrize(
    "text",
    [
        "Singapore " * 5000,
        "1 a\n" * 12_000 + "Singapore 079903",
        "our clients\n" * 4000,
        "customers include " * 2700,
        "customers include " + "A, " * 16_000,
        "1,234," * 8000 + " staff",
        "S$1" * 16_000,
        "team of about " * 3500,
        "a at b dot " * 4500,
        "x" * 50_000 + "@",
        "1" * 50_000,
        "Engineer\n" * 5500,
        "no open " * 6000,
        "ISO 9001 " * 5500,
        "uen 12345678a " * 3500,
    ],
    ids=lambda text: text[:16],
)
def test_text_made_to_be_slow_gives_bounded_facts(text: str) -> None:
    """The expressions look at a character a bounded number of times (see below), so this comes to an end."""
    page = Document(f"{HOME}careers/pricing", text=text[:50_000], links=tuple([Link(HOME, "x")] * 500))

    found = extract([page])

    assert len(found.facts) <= 30
    assert sum(len(fact.value) for fact in found.facts) < 10_000


def _patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    for module in _BOUNDED:
        for name, value in vars(import_module(f"enricher.{module}")).items():
            if isinstance(value, re.Pattern):
                yield f"{module}.{name}", value


_BOUNDED = (
    *(
        module.name.removeprefix("enricher.")
        for module in pkgutil.walk_packages(extract_package.__path__, "enricher.extract.")
    ),
    *("llm.corpus", "llm.grounding", "sites.company_names", "crawl.homepages", "crawl.sitemaps", "pages.documents"),
    *("pages.html.hops", "pages.html.markup", "pages.html.scripts", "pages.kinds", "pages.placeholders"),
    "pages.schema_org.json_ld",
)


def _repeats(tree: Any, inside: int = 1) -> Iterator[int]:
    """For each repetition in a parsed expression, how often it may repeat, times those around it."""
    for operation, argument in tree:
        parts = argument if isinstance(argument, tuple | list) else [argument]
        times = inside
        if str(operation) in ("MAX_REPEAT", "MIN_REPEAT"):
            most = int(argument[1])
            times = inside * (10**6 if most > 10**6 else max(most, 1))
            yield times
        for part in parts:
            for inner in part if isinstance(part, list) else [part]:
                if hasattr(inner, "getwidth"):
                    yield from _repeats(inner, times)


@pytest.mark.parametrize(("name", "pattern"), list(_patterns()), ids=[name for name, _ in _patterns()])
def test_no_expression_repeats_without_end_inside_another_repetition(name: str, pattern: re.Pattern[Any]) -> None:
    """No expression repeats without end inside another repetition: what runs away in backtracking is a repetition in a
    repetition; ours are single, or short by a bound.
    """
    parsed = re._parser.parse(pattern.pattern, pattern.flags)  # type: ignore[attr-defined]

    assert max(_repeats(parsed), default=0) <= 10**6, name


def test_the_check_above_would_find_one_that_runs_away() -> None:
    """(a+)+ is the best known."""
    assert max(_repeats(re._parser.parse(r"x(?:a+b?)+$"))) == 10**12  # type: ignore[attr-defined]
    assert len(list(_patterns())) > 30
