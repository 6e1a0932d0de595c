"""Services' scripts run by the command: what they print, and what the operator reads where they cannot."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from common.errors import Permanent
from leadgen.odoo_commands import OdooCommandFailed, operate
from leadgen.register_refresh import RefreshFailed, refresh
from leadgen.scoring.applying import NotRescored, rescore
from leadgen.scripts import NotInstalled, ScriptFailed, run_script

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
PYTHON = Path(sys.executable).name
LATER = "the leads keep their scores until `leadgen-scorer-rescore 7` is run where the scorer is installed"

Run = Callable[[], Awaitable[object]]

EACH: list[tuple[Run, type[Permanent]]] = [
    (lambda: refresh(AWAY), RefreshFailed),
    (lambda: rescore(AWAY, 7), NotRescored),
    (lambda: operate("check", AWAY, "", None), OdooCommandFailed),
]


async def test_what_a_script_prints_is_read() -> None:
    """With the arguments that it was given, and what is to stand in its environment."""
    program = "import json, os, sys; print(json.dumps({'told': [sys.argv[1], os.environ['DATABASE_URL']]}))"

    assert await run_script(PYTHON, "-c", program, "x", environment={"DATABASE_URL": AWAY}) == {"told": ["x", AWAY]}


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; print('{}'); sys.exit('  it cannot be \\n')", "it cannot be"),
        ("import sys; sys.exit(3)", f"{PYTHON} ended with 3"),
    ],
)
async def test_a_script_that_fails_says_why(program: str, words: str) -> None:
    """In its own words, whatever it printed before; without any, by its exit code."""
    with pytest.raises(ScriptFailed) as failed:
        await run_script(PYTHON, "-c", program, environment={})

    assert str(failed.value) == words


async def test_a_script_that_is_not_there_is_named() -> None:
    """Nothing is looked for elsewhere."""
    with pytest.raises(NotInstalled, match=r"^leadgen-nothing is not installed beside this command$"):
        await run_script("leadgen-nothing", environment={})


@pytest.mark.slow
@pytest.mark.parametrize(("run", "error"), EACH)
async def test_the_operator_reads_what_the_services_script_said(run: Run, error: type[Permanent]) -> None:
    """As the error of the command that ran it."""
    with pytest.raises(error) as failed:
        await run()

    assert "PostgreSQL does not answer" in str(failed.value) or "ODOO_CREDENTIALS_KEY" in str(failed.value)
    assert (LATER in str(failed.value)) == (error is NotRescored)


@pytest.mark.parametrize(
    ("run", "error", "place"),
    [
        (*EACH[0], "run it where the upserter is installed"),
        (*EACH[1], LATER),
        (*EACH[2], "run it where odoo-sync is installed"),
    ],
)
async def test_the_operator_reads_where_to_run_what_is_not_installed_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run, error: type[Permanent], place: str
) -> None:
    """As in an image that has the command alone: the missing script is named."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / PYTHON))

    with pytest.raises(error, match=r"^leadgen-[a-z-]+ is not installed beside this command: ") as failed:
        await run()

    assert str(failed.value).endswith(place)
