"""`leadgen load` as the operator meets it: a summary, or one clear sentence and an exit code, never a traceback."""

import asyncio
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from leadgen.load.command import load_command

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command alone, with no database in the environment."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = typer.Typer()
    app.command()(load_command)
    return app


def run(app: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


async def test_a_load_ends_with_a_summary(app: typer.Typer, database_url: str, tmp_path: Path) -> None:
    """A load ends with a summary: how many of what, where the rejects are, which columns were passed over."""
    file = tmp_path / "a.csv"
    file.write_text("uen,entity_name,primary_ssic_code,shoe_size\n201912345K,SOME PTE. LTD.,46900,46\nbad\n")
    result = await asyncio.to_thread(run, app, str(file), "--database-url", database_url)
    said = " ".join(result.output.split())

    assert result.exit_code == 0, result.output
    assert "read 2 inserted 1 updated 0 unchanged 0 repeated 0 rejected 1" in said
    assert f"{file}.rejects.csv" in said
    assert "Columns ignored: shoe_size" in said
    assert "entity_status_description" in said


async def test_a_register_can_be_generated(app: typer.Typer, database_url: str, tmp_path: Path) -> None:
    """For a demo without a file."""
    options = ("--generate", "300", "--seed", "3", "--rejects", str(tmp_path / "r.csv"), "--database-url", database_url)
    result = await asyncio.to_thread(run, app, *options)

    assert result.exit_code == 0, result.output
    assert "inserted 300" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--database-url", AWAY], 2, "Name a FILE"),
        (["a.csv", "--generate", "5", "--database-url", AWAY], 2, "one of the two"),
        (["a.csv"], 2, "DATABASE_URL"),
        (["nowhere.csv", "--database-url", AWAY], 2, "nowhere.csv: does not exist"),
        (["--generate", "0", "--database-url", AWAY], 2, "--generate"),
        (["--generate", "5", "--database-url", AWAY], 1, "PostgreSQL does not answer"),
        (["--generate", "5", "--database-url", "[nonsense]"], 1, "No database URL"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    """2: the command or the file is not right; 1: the database is not there."""
    monkeypatch.chdir(tmp_path)
    result = run(app, *arguments)

    assert result.exit_code == code
    assert isinstance(result.exception, SystemExit)
    assert sentence in result.output
    assert "Traceback" not in result.output
