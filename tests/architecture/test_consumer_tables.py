"""Each `consumer.py` opens with a table of its events, and `docs/architecture.md` has one of all topics: both are true.

The table in a module's docstring has four columns, which begin where their headings do:

    in               out                             when run again             on a failure
    RequestIndustry  JobProgressed: the answer;      the same rows and events   nothing is written
                     CompanyUpserted: each company
                     saved at once

A row begins with the events of one handler in the first column; a line that leaves that column empty, or follows a
comma there, continues the row. "When run again" is about a handler whose worker died or failed before its finish: a
repeat, a second delivery, never reaches a handler. "nothing" stands for no outgoing event. Events are named by their
class. Below the table, a paragraph says in which lanes the events are, and one what holds for all handlers, so that
each file can be understood alone.
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from common.contracts import EVENTS
from leadgen.kafka.topics import LISTENER, Topic, read_topics

ROOT = Path(__file__).resolve().parents[2]
TOPICS = read_topics(ROOT / "deploy/topics.yaml").topics
CONSUMERS = {file.parents[2].name: file for file in sorted((ROOT / "services").glob("*/src/*/consumer.py"))}
#: The rules of all handlers; `Transient` errors are retried for as long as the service says.
RULES = re.compile(
    re.escape(
        'A second delivery of an event never reaches a handler: "when run again" is after a crash or a failure. An '
        "event ends when its handler returns; announced events are sent once their transaction has committed. While "
        "the database is away, an event waits. After a `Transient` error it is retried for PATIENCE, then it is a dead "
        "letter. After any other error it is a dead letter at once; too many unknown errors pause the tenant instead."
    ).replace("PATIENCE", r"(?:24 hours|[A-Z_]+ \(24 hours\))")
)

HEADINGS = ("in", "out", "when run again", "on a failure")
CLASSES = {event.__name__: event.topic for event in EVENTS}


class Row(NamedTuple):
    """The cells of one handler, each on one line."""

    incoming: str
    outgoing: str
    rerun: str
    failure: str


def rows_of(docstring: str) -> list[Row]:
    """Reads the table of a `consumer.py`; there is none in a docstring without the four headings."""
    lines = iter(docstring.splitlines())
    heading = next((line for line in lines if re.split(r"\s{2,}", line.strip()) == list(HEADINGS)), None)
    assert heading is not None, f"no line with the headings {', '.join(HEADINGS)}"
    starts = [re.search(rf"(?<!\S){name}(?!\S)", heading) for name in HEADINGS]
    places = [start.start() for start in starts if start]
    rows: list[list[str]] = []
    for line in lines:
        if not line.strip():
            break
        cells = [line[at:end].strip() for at, end in zip(places, [*places[1:], None], strict=True)]
        assert all(at == 0 or line[at - 1 : at] in ("", " ") for at in places), f"a cell is too wide: {line}"
        if cells[0] and not (rows and rows[-1][0].endswith(",")):
            rows.append(cells)
        else:
            rows[-1] = [f"{known} {more}".strip() for known, more in zip(rows[-1], cells, strict=True)]
    return [Row(*row) for row in rows]


def topics_in(cell: str) -> set[str]:
    """The topics of the event classes that a cell names."""
    return {CLASSES[word] for word in re.findall(r"\w+", cell) if word in CLASSES}


@pytest.mark.parametrize("service", sorted(CONSUMERS))
def test_a_consumer_opens_with_the_table_of_its_events(service: str) -> None:
    """Incoming and outgoing events are those of deploy/topics.yaml; each row says what another run and a failure do."""
    rows = rows_of(docstring_of(service))

    assert all(all(row) for row in rows), "a cell is empty"
    for row in rows:
        incoming = [name.strip() for name in row.incoming.split(",")]
        assert set(incoming) <= CLASSES.keys(), f"{row.incoming}: no event"
        assert topics_in(row.outgoing) or row.outgoing.startswith("nothing")
    assert set().union(*(topics_in(row.incoming) for row in rows)) == topics_with(service, "consumers")
    announced = set().union(*(topics_in(row.outgoing) for row in rows))
    assert announced == topics_with(service, "producers")


@pytest.mark.parametrize("service", sorted(CONSUMERS))
def test_a_consumer_says_its_lanes_and_the_rules_of_all_handlers(service: str) -> None:
    """The paragraph on lanes names every incoming event; the rules are word for word the same in each file."""
    paragraphs = [" ".join(it.split()) for it in docstring_of(service).split("\n\n")]
    [lanes] = [it for it in paragraphs if it.startswith("Lanes: ")]

    assert topics_in(lanes) == topics_with(service, "consumers")
    assert any(RULES.fullmatch(it) for it in paragraphs), "the rules of all handlers are missing, or differ"


def docstring_of(service: str) -> str:
    """The docstring of the service's `consumer.py`."""
    return ast.get_docstring(ast.parse(CONSUMERS[service].read_text(encoding="utf-8"))) or ""


def topics_with(service: str, role: str) -> set[str]:
    """The topics in deploy/topics.yaml that list the service in this role."""
    return {name for name, topic in TOPICS.items() if service in getattr(topic, role)}


def test_every_service_that_consumes_is_looked_at() -> None:
    """All consumers of deploy/topics.yaml but the gateway's feed, which has no inbox."""
    consumers = {service for topic in TOPICS.values() for service in topic.consumers}
    assert set(CONSUMERS) == consumers - {LISTENER}


def test_the_architecture_page_lists_every_topic_as_it_is() -> None:
    """Topics in the order of deploy/topics.yaml, each with its key, its producers and its consumers."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z.]+\.v\d+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.M)

    assert [name for name, *_ in rows] == list(TOPICS)
    for name, key, producers, consumers in rows:
        assert stated(TOPICS[name]) == (key.split(",")[0], services_in(producers), services_in(consumers)), name


def stated(topic: Topic) -> tuple[str, set[str], set[str]]:
    """Key, producers and consumers of a topic."""
    return topic.key, set(topic.producers), set(topic.consumers)


def services_in(cell: str) -> set[str]:
    """The services that a cell names."""
    services = "|".join(sorted(folder.name for folder in (ROOT / "services").iterdir()))
    return set(re.findall(rf"(?<![\w-])(?:{services})(?![\w-])", cell))
