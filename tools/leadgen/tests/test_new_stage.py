"""`leadgen new-stage`: what it writes passes every check, and handles its event on the real broker and database."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadgen.cli import app
from testkit.checkout import ROOT

BIN = Path(sys.executable).parent
#: What holds of every service, of every handler, and of every table of tenants.
OF_ALL = [
    "tests/architecture",
    "tests/delivery",
    "libs/common/tests/postgres/test_row_security.py",
    "libs/common/tests/test_service_roles.py",
]
#: Of those, the tests of the new stage; and every test of the architecture.
CHOSEN = "architecture or alerter or every_table"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    copy = tmp_path_factory.mktemp("checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    return copy


def new_stage(copied: Path, *arguments: str) -> tuple[int, str]:
    made = CliRunner().invoke(app, ["new-stage", *arguments, "--checkout", str(copied)])
    return made.exit_code, made.output


def texts(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_generated_stage_passes_every_check_and_handles_its_event(
    copied: Path, tmp_path: Path, postgres_server: str, kafka: str
) -> None:
    """In a copy of the checkout: `make check`, documents, the tests that hold of every service, and the stage's own."""
    code, output = new_stage(copied, "lead-alerter")
    assert code == 0, output
    assert "services/lead-alerter/src/lead_alerter/consumer.py" in output

    source = copied / "services/lead-alerter/src"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (source, copied / "docs", copied / "tests/support"))),
        "LEADGEN_MIGRATIONS": str(copied / "deploy/migrations"),
        "LEADGEN_TOPICS": str(copied / "deploy/topics.yaml"),
        "DATABASE_URL": postgres_server,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
    }
    # What mypy already knows of the other modules, it knows by their contents: the copies need not be checked again.
    known = tmp_path / "mypy"
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", known)
    for command in (
        ("ruff", "check", "--no-cache"),
        ("ruff", "format", "--check", "--no-cache"),
        ("mypy", "--cache-dir", str(known), str(source)),
        ("lint-imports", "--no-logo", "--no-cache"),
        ("python", "docs/generate_documents.py"),
        ("pytest", "-q", "-p", "no:cacheprovider", *OF_ALL, "services/lead-alerter", "-k", CHOSEN),
    ):
        ended = subprocess.run(
            [BIN / command[0], *command[1:]], cwd=copied, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"


def test_the_other_event_is_handled_by_the_same_template(copied: Path) -> None:
    """The code names it; a second stage takes the next number."""
    code, output = new_stage(copied, "visitnotes", "--handles", "company.enriched.v1")
    assert code == 0, output
    assert "CompanyEnriched" in (copied / "services/visitnotes/src/visitnotes/consumer.py").read_text()
    [migration] = (copied / "deploy/migrations").glob("*_visitnotes.sql")
    assert migration.name[:4] == max(it.name[:4] for it in migration.parent.glob("*.sql"))
    assert "upserter, scorer, gateway, visitnotes" not in (copied / "deploy/topics.yaml").read_text()
    assert "[visitnotes, upserter, scorer, gateway]" in (copied / "deploy/topics.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Alerter"], "is not a valid name of a stage"),
        (["../alerter"], "is not a valid name of a stage"),
        (["json"], "a name that Python uses"),
        (["scorer"], "there is a package scorer already"),
        (["common"], "there is a package common already"),
        (["alerter", "--handles", "icp.changed.v1"], "lead.scored.v1"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is(copied: Path, arguments: list[str], words: str) -> None:
    """With exit code 2 and the reason."""
    before = texts(copied)
    code, output = new_stage(copied, *arguments)
    assert code == 2
    assert words in " ".join(output.replace("│", " ").split())
    assert texts(copied) == before


def test_a_checkout_whose_lists_have_changed_is_refused(copied: Path, tmp_path: Path) -> None:
    """The file is named, and no other is touched."""
    changed = tmp_path / "changed"
    shutil.copytree(copied, changed, ignore=shutil.ignore_patterns(".git"))
    (changed / "Dockerfile").write_text("FROM scratch\n")
    before = texts(changed)
    code, output = new_stage(changed, "alerter")
    assert (code, "Dockerfile: there is no line" in " ".join(output.split())) == (2, True)
    assert texts(changed) == before
    assert new_stage(tmp_path, "alerter")[0] == 2
