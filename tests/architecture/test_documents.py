"""Documents say what the code says: settings, topics, API documents, links."""

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

from common.contracts import EVENTS
from gateway.messaging.feed import FACTS
from generate_documents import documents
from leadgen.kafka.topics import LISTENER, read_topics
from settings_reference import EXAMPLE, SERVICES, described, readers, settings_class
from simulator.main import settings_from
from simulator.settings import Settings as SimulatorSettings
from testkit.every_stage import STAGES

ROOT = Path(__file__).resolve().parents[2]

#: Anything that its field takes where one is required; GATEWAY_JWT_SECRET wants 32 characters.
SOMETHING = "something" * 4


def example() -> dict[str, str]:
    """The settings of .env.example, as a shell that sources it has them."""
    script = f"set -a; . {EXAMPLE}; exec env -0"
    events = subprocess.run(["sh", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True)
    pairs = (line.split("=", 1) for line in events.stdout.decode().split("\0") if line)
    return {name: value for name, value in pairs if name not in {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}}


def tracked_files() -> list[Path]:
    """Lists the files that are, or could be, committed."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = [ROOT / name for name in found.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file()]


def test_the_example_describes_every_setting_once_and_no_other() -> None:
    """A setting that is missing, has no comment, or that nobody reads, shows."""
    names = [it.name for it in described()]

    assert set(names) == set(example()) == set(readers())
    assert len(names) == len(set(names))
    assert {it.name: it.default for it in described()} == example()


@pytest.mark.parametrize("service", SERVICES)
def test_the_example_changes_nothing_about_a_service(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from .env.example, a service's settings are its defaults; what has no default is empty there."""
    for name in readers():
        monkeypatch.delenv(name, raising=False)
    found, kind = example(), settings_class(service)
    required = {name: SOMETHING for name, field in kind.model_fields.items() if field.is_required()}
    assert not [name for name in required if found[name.upper()]], "what is required has no value that fits everyone"

    given = {name: found[name.upper()] for name in kind.model_fields if name not in required}

    assert kind(**given, **required) == kind(**required)  # texts, as in the environment


def test_the_example_changes_nothing_about_the_simulator() -> None:
    """Its values are the simulator's defaults."""
    assert settings_from(example()) == SimulatorSettings()


def test_the_list_of_topics_is_the_list_of_events() -> None:
    """deploy/topics.yaml has every event's topic and no other, and names services that exist."""
    listed = read_topics(ROOT / "deploy/topics.yaml").topics

    assert list(listed) == [event.topic for event in EVENTS]
    for name, topic in listed.items():
        assert {*topic.producers, *topic.consumers} <= set(SERVICES), name


def test_each_topic_names_the_services_that_handle_it() -> None:
    """Each topic names the services that handle it: who stands there as a consumer has a handler, or, the gateway,
    listens; nobody else does.
    """
    handled: dict[str, set[str]] = {event.topic: set() for event in EVENTS}
    for stage in (make() for make in STAGES):
        for topic in stage.handlers:
            handled[topic].add(stage.name)
    for topic in FACTS:
        handled[topic].add(LISTENER)

    listed = read_topics(ROOT / "deploy/topics.yaml").topics

    assert {name: set(topic.consumers) for name, topic in listed.items()} == handled


def test_each_topic_names_the_services_that_announce_it() -> None:
    """Each topic names the services that announce it: who stands there as a producer makes such events in its code, or
    has them made from their template.
    """
    made: dict[str, set[str]] = {event.topic: set() for event in EVENTS}
    topics = {event.__name__: event.topic for event in EVENTS}
    for service in SERVICES:
        for file in (ROOT / "services" / service / "src").rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=name)) if name in topics:
                        made[topics[name]].add(service)
                    case ast.Call(func=ast.Attribute(attr="event_template"), args=[ast.Name(id=name)]) if (
                        name in topics
                    ):
                        made[topics[name]].add(service)

    listed = {name: set(topic.producers) for name, topic in read_topics(ROOT / "deploy/topics.yaml").topics.items()}

    assert listed == made


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """All documents as the code generates them."""
    return documents()


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json", "metrics.md", "settings.md"])
def test_the_generated_documents_are_what_the_code_generates(name: str, generated: dict[str, str]) -> None:
    """When this fails: `make docs`."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == generated[name]


def anchors(text: str) -> set[str]:
    """The headings of a page as GitHub names them in links."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of every page names a file or folder that is there, and a heading that is in it."""
    broken = []
    for page in (file for file in tracked_files() if file.suffix == ".md"):
        prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            has_anchor = (
                not anchor or anchor in anchors(target.read_text(encoding="utf-8")) if target.exists() else False
            )
            if not has_anchor:
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert not broken


def test_no_file_holds_a_path_of_one_machine() -> None:
    """Neither this checkout's own place nor somebody's home."""
    places = re.compile(rf"{re.escape(str(ROOT))}\b|(?<![\w.:/-])/(?:work|root|home|Users)/\w")
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in tracked_files()
        if file != Path(__file__) and (match := places.search(file.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found


def test_the_gate_runs_every_target_of_tests() -> None:
    """Two are parts of others: `make test-fast` of `make test`, `make test-containers` of `make test-compose`."""
    targets = set(re.findall(r"^(test(?:-[\w-]+)?):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    code = "\n".join(line for line in lines if not line.startswith("#"))

    assert set(re.findall(r"\b(?:make|target) (test[\w-]*)", code)) == targets - {"test-fast", "test-containers"}
