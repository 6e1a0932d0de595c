"""Services' scripts run by the command: what they print, and what the operator reads where they cannot."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from common.errors import Permanent
from leadgen.odoo.reports import OdooCommandFailed, operate
from leadgen.register_refresh import RefreshFailed, refresh
from leadgen.scoring.applying import NotRescored, rescore
from leadgen.service_scripts import NotInstalled, ScriptFailed, ended_script, run_on_terminal, run_script
from testkit.stages import until

AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
PYTHON = Path(sys.executable).name
LATER = "the leads keep their scores until `leadgen-scorer-rescore 7` is run where the scorer is installed"

BEGIN = "import os, pathlib, time; pathlib.Path(os.environ['BEGUN'] + '.').write_text(str(os.getpid())); "
BEGIN += "os.rename(os.environ['BEGUN'] + '.', os.environ['BEGUN']); "
ENDS_SOON = BEGIN + "time.sleep(0.3); pathlib.Path(os.environ['ENDED']).touch()"
GOES_ON = BEGIN + "time.sleep(600)"

Run = Callable[[], Awaitable[object]]

EACH: list[tuple[Run, type[Permanent]]] = [
    (lambda: refresh(AWAY), RefreshFailed),
    (lambda: rescore(AWAY, 7), NotRescored),
    (lambda: operate("check", AWAY, "", None), OdooCommandFailed),
]


async def test_what_a_script_prints_is_read() -> None:
    """With the arguments that it was given, and what is to stand in its environment."""
    program = "import json, os, sys; print(json.dumps({'got': [sys.argv[1], os.environ['DATABASE_URL']]}))"

    assert await run_script(PYTHON, "-c", program, "x", environment={"DATABASE_URL": AWAY}) == {"got": ["x", AWAY]}


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


async def test_a_script_that_ends_with_a_code_is_no_error_where_the_code_is_asked_for() -> None:
    """Its code, and what it printed on either side."""
    program = "import sys; print('some'); print('why', file=sys.stderr); sys.exit(3)"

    assert await ended_script(PYTHON, "-c", program, environment={}) == (3, "some\n", "why\n")
    assert await run_on_terminal(PYTHON, "-c", "import sys; sys.exit(3)", environment={}) == 3


@pytest.mark.parametrize(("program", "grace_s", "is_ended"), [(ENDS_SOON, 60.0, True), (GOES_ON, 0.1, False)])
async def test_a_script_has_time_to_end_when_its_command_is_interrupted(
    tmp_path: Path, program: str, grace_s: float, is_ended: bool
) -> None:
    """The terminal signalled it, too. One that goes on is ended; none is left."""
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    environment = {"BEGUN": str(begun), "ENDED": str(ended)}
    running = asyncio.create_task(run_on_terminal(PYTHON, "-c", program, environment=environment, grace_s=grace_s))
    await until(lambda: is_there(begun))

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert ended.exists() is is_ended
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


async def test_a_script_that_is_not_there_is_named() -> None:
    """Nothing is looked for elsewhere."""
    with pytest.raises(NotInstalled, match=r"^leadgen-nothing is not installed beside this command$"):
        await run_script("leadgen-nothing", environment={})


async def is_there(file: Path) -> bool:
    return await asyncio.to_thread(file.exists)


@pytest.mark.slow
@pytest.mark.parametrize(("run", "error"), EACH)
async def test_the_operator_reads_what_the_services_script_said(run: Run, error: type[Permanent]) -> None:
    """The operator reads what the service's script said, as the error of the command that ran it."""
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
    """The operator reads where to run what is not installed here, as in an image that has the command alone: the
    missing script is named.
    """
    monkeypatch.setattr(sys, "executable", str(tmp_path / PYTHON))

    with pytest.raises(error, match=r"^leadgen-[a-z-]+ is not installed beside this command: ") as failed:
        await run()

    assert str(failed.value).endswith(place)
