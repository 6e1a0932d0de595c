"""`leadgen demo` as a newcomer runs it: what it shows and writes, how it ends, and that nothing of it is left then."""

import json
import re
import signal
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole

README = Path(__file__).resolve().parents[2] / "README.md"

#: PostgreSQL, Kafka, the simulator, five services and the guard.
PARTS = 9


def test_once_ends_with_ten_scored_leads_in_a_file(command) -> None:
    """Exit code 0, the agreed shape, and no process or file left."""
    command.start("demo", "--once", "--rows", "20000", "--out", command.out)
    before = command.shows("All services ready")
    command.has_processes(PARTS)
    shown = command.shows("Job of the rest")
    assert command.ends() == 0, command.errors()
    assert command.errors() == ""

    written = json.loads(command.out.read_text())
    assert set(written) == {"resolved", "matches", "leads", "job_id", "remaining", "timings_ms"}
    assert [it["title"] for it in written["resolved"]] == ["MANUFACTURING"]
    assert len({lead["uen"] for lead in written["leads"]}) == 10
    for lead in written["leads"]:
        assert set(lead) == {"uen", "name", "score", "bucket", "rationale", "contact"}
        assert 0 <= lead["score"] <= 1
        assert lead["bucket"] in ("High", "Medium", "Low")
        assert lead["rationale"]
        assert any(lead["uen"] in line for line in shown)
    assert any(lead["contact"] for lead in written["leads"])
    assert written["remaining"] == written["matches"] - 10 > 0
    assert any(written["job_id"] in line for line in shown)
    timings = written["timings_ms"]
    assert 0 < timings["first_byte"] <= timings["head"] <= timings["scored"]
    assert any("PostgreSQL on 127.0.0.1:" in line for line in before)

    command.leaves_nothing()
    assert shapes(sample_of_the_readme()) - {""} <= shapes("".join([*before, *shown]))


def sample_of_the_readme() -> str:
    """The run that README.md shows, which is shortened."""
    found = re.search(r"This is a run of `make demo ONCE=1`.*?```\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def shapes(text: str) -> set[str]:
    """Lines without what differs from run to run: numbers, ids, names, addresses; of the table, its head alone."""
    found = set()
    for line in text.splitlines():
        shape = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", line.strip())
        shape = re.sub(r"(ms\s+company  ).+?: (?=site|no website|\d)", r"\1NAME: ", shape)
        shape = re.sub(r"[\d,.:]*\d[\d,.:]*", "#", shape)
        shape = re.sub(r"# (High|Medium|Low|unknown)$", "# BUCKET", shape).replace("contacts", "contact")
        shape = re.sub(r"NAME: (site \w+( \w+)?|no website known),", "NAME: SITE,", shape)
        shape = re.sub(r"^(Manufacture .*|Other .*|Printing .*)\(#\)$", "CHOICE (#)", shape)
        shape = " ".join(shape.replace("┃", " ").split())
        if not shape.startswith("│"):
            found.add(shape)
    return found


def test_ctrl_c_ends_it_and_leaves_nothing(command) -> None:
    """Without --once it stays up, says where to look, and ends well at the first Ctrl-C; more of them do no harm."""
    command.start("demo", "--rows", "2000")
    shown = "".join(command.shows("Ctrl-C stops everything"))
    assert "/docs" in shown
    assert "curl -N" in shown
    for _ in range(3):
        command.is_sent(signal.SIGINT)
    assert command.ends() == 0, command.errors()
    assert command.errors() == ""
    command.leaves_nothing()


def test_ctrl_c_while_it_starts_leaves_nothing(command) -> None:
    """Servers on their way up are stopped too; the exit code says that there are no leads."""
    command.start("demo", "--once", "--rows", "2000")
    command.has_processes(2)
    command.is_sent(signal.SIGINT)
    assert command.ends() == 1
    assert command.errors() == "stopped before the leads were scored\n"
    command.leaves_nothing()


def test_a_killed_demo_leaves_no_process(command) -> None:
    """SIGKILL gives it no chance to clear up: its guard does, within seconds."""
    command.start("demo", "--once", "--rows", "2000")
    command.shows("Services started")
    command.is_sent(signal.SIGKILL)
    assert command.ends() == -signal.SIGKILL
    command.leaves_no_process(within_s=60)


@pytest.mark.timeout(600)
def test_a_night_follows_with_shortlists_and_a_report(command) -> None:
    """Three tenants get a shortlist each, and the page accounts for every company. Nothing is left but the page."""
    page = command.folder / "night.html"
    command.start("demo", "--once", "--rows", "2000", "--night", "--report", page)
    shown = "".join(command.shows("The page is in"))
    assert command.ends() == 0, command.errors()
    assert command.errors() == ""

    for tenant in ("Demo", "Demo Foods", "Demo Digital"):
        assert f"Shortlist of {tenant}\n" in shown
        assert f"done       {tenant}: " in shown
    html = page.read_text(encoding="utf-8")
    assert "Every published company is accounted for" in html
    leads = re.search(r'<p class="lead">(\d+) leads for 3 tenants', html)
    assert leads is not None
    assert int(leads[1]) == len(re.findall(r"^0\.\d\d +(?:High|Medium|Low) ", shown, re.MULTILINE)) > 0
    command.leaves_nothing()
